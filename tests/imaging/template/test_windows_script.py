"""The PowerShell that Kiln writes, as far as it can be proved without Windows: quoting and form."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from imaging.errors import ArtifactError
from tests.imaging.quoting.powershell_lexer import read_expression, read_literal
from tests.imaging.template.recipes import (
    LINUX,
    SIGNATURE,
    WINDOWS,
    customizers,
    recipe,
    staged,
)

BIG = 20_000_000
FOLDERS = [
    "webapp",
    "_site",
    "it's",
    "a\u2019b \u201b",
    "gr\u00fc\u00df \u6f22\U0001f600",
    "$(calc) `x`",
    "a;b&c",
]


def script(**artifact: object) -> list[dict[str, Any]]:
    """Render the steps of a Windows artifact."""
    return customizers(recipe(WINDOWS, **artifact), staged())


def assigned(step: dict[str, Any], variable: str) -> str:
    """Read what PowerShell would put into a variable."""
    line = next(line for line in step["inline"] if line.startswith(f"${variable} = "))
    return read_expression(line.removeprefix(f"${variable} = "))


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_of_any_name_reaches_powershell_as_written(folder: str) -> None:
    """Names come from people; PowerShell knows five kinds of quotes."""
    unpack = script(destination=folder)[1]
    assert assigned(unpack, "kilnFolder") == f"C:\\buildArtifacts\\{folder}"
    assert assigned(unpack, "kilnKept") == f"C:\\buildArtifacts\\{folder}.zip"


@pytest.mark.parametrize("folder", FOLDERS)
def test_removal_names_folder_and_archive_and_nothing_else(folder: str) -> None:
    """AIB's own deprovisioning script must survive."""
    line = script(destination=folder, removeAfterBuild=True)[-1]["inline"][-1]
    listed = re.fullmatch(r"foreach \(\$path in @\((.*)\)\) \{ .* \}", line)
    assert listed
    if folder.isascii():
        first, rest = read_literal(listed[1])
        second, end = read_literal(rest.removeprefix(", "))
        assert (first, second, end) == (
            f"C:\\buildArtifacts\\{folder}",
            f"C:\\buildArtifacts\\{folder}.zip",
            "",
        )


@pytest.mark.parametrize(("destination", "folder"), [
    ("C:/inetpub/wwwroot/", "C:\\inetpub\\wwwroot"),
    ("d:\\apps\\web", "d:\\apps\\web"),
    (None, "C:\\buildArtifacts\\webapp"),
])  # fmt: skip
def test_a_destination_is_written_as_windows_writes_paths(
    destination: str | None, folder: str
) -> None:
    """The check against entries outside of the folder compares whole paths."""
    artifact = {"destination": destination} if destination else {"unpack": True}
    assert assigned(script(**artifact)[1], "kilnFolder") == folder


@pytest.mark.parametrize("access", ["service", "identity", "sas"])
@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_brackets_and_quotes_of_the_script_are_balanced(kind: str, access: str) -> None:
    """No PowerShell runs here, so at least its brackets are counted outside of literals."""
    big = staged(kind=kind, size_bytes=BIG, sas_query=SIGNATURE if access == "sas" else None)
    artifact = staged(kind=kind) if access == "service" else big
    for step in customizers(recipe(WINDOWS, access=access, removeAfterBuild=True), artifact):
        text = re.sub(r"'(?:[^']|'')*'|\"[^\"]*\"", "", "\n".join(step.get("inline", [])))
        assert "'" not in text
        for opening, closing in ("()", "{}", "[]"):
            assert text.count(opening) == text.count(closing)


def test_any_error_ends_a_step_as_failed() -> None:
    """Packer looks at the exit code only."""
    for step in script(removeAfterBuild=True):
        if step["type"] == "PowerShell" and step["name"] != "own":
            assert step["inline"][:3] == [
                "$ErrorActionPreference = 'Stop'",
                "$ProgressPreference = 'SilentlyContinue'",
                "trap { Write-Output ('kiln: ' + $_); exit 1 }",
            ]


def test_the_archive_is_checked_before_it_is_opened() -> None:
    """What was checked at upload is what is unpacked."""
    lines = "\n".join(script()[1]["inline"])
    assert lines.index("Get-FileHash -Algorithm SHA256") < lines.index("ZipFile]::Open(")


def test_names_without_a_mark_are_read_as_utf8() -> None:
    """The default of .NET Framework is the code page of the machine."""
    line = next(line for line in script()[1]["inline"] if line.startswith("$zip = "))
    assert line.endswith("::Open($kilnArchive, $read, [Text.Encoding]::UTF8)")


def test_no_path_is_read_as_a_pattern() -> None:
    """A folder may be called app[1], and only -LiteralPath or .NET take that as it is."""
    for step in script(destination="app[1]", removeAfterBuild=True):
        for line in step.get("inline", []):
            assert not re.search(r"(Move|Copy|Rename)-Item|\s-(Destination|Path)\b", line)


def test_the_metadata_endpoint_is_never_asked_through_a_proxy() -> None:
    """A proxy would answer for itself, or with an identity of its own."""
    lines = customizers(recipe(WINDOWS, access="identity"), staged(size_bytes=BIG))[0]["inline"]
    assert "  $direct.Proxy = New-Object Net.WebProxy" in lines
    assert any("-WebSession $direct" in line for line in lines)


@pytest.mark.parametrize(
    ("room", "destination"), [(234, None), (252, "C:\\app"), (251, "D:\\grün")]
)
def test_a_path_that_windows_cannot_write_is_refused(room: int, destination: str | None) -> None:
    """The .NET of PowerShell 5.1 ends at 259 characters; the build would fail after minutes."""
    place = {"destination": destination} if destination else {"unpack": True}
    fits, too_long = (replace(staged(), longest_path=room + more) for more in (0, 1))
    assert customizers(recipe(WINDOWS, **place), fits)
    with pytest.raises(ArtifactError, match=f"room for {room}; write a shorter artifact.destin"):
        customizers(recipe(WINDOWS, **place), too_long)
    assert customizers(recipe(LINUX), too_long)
    assert customizers(recipe(WINDOWS, unpack=False), too_long)


def test_a_signed_address_needs_no_token() -> None:
    """The metadata endpoint would refuse a VM without an identity."""
    artifact = staged(size_bytes=BIG, sas_query=SIGNATURE)
    step = customizers(recipe(WINDOWS, access="sas"), artifact)[0]
    assert assigned(step, "kilnUrl").endswith(f"/webapp.zip?{SIGNATURE}")
    assert "Token" not in "\n".join(step["inline"])
    assert "Authorization" not in "\n".join(step["inline"])
