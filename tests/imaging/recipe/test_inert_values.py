# ruff: noqa: E501 - lists of values read better in few long rows
"""Whatever an uploader writes: a value that is taken is a value and nothing else."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imaging.errors import RecipeError
from imaging.recipe import read_recipe
from tests.imaging.quoting.powershell_lexer import read_literal
from tests.imaging.recipe.documents import GALLERY, GALLERY_IMAGE, LINUX, SUBNETS, WINDOWS, changed
from tests.imaging.template.recipes import AIB_IDENTITY, IMAGE

ANY = {"it": {"pattern": ".*"}}
REFERENCE = "${{ parameters.it }}"
SHELL_LINES = [
    f"printf '%s\\n' {REFERENCE}",
    f"printf '%s\\n' '{REFERENCE}'",
    f"printf '%s\\n' \"{REFERENCE}\"",
    f"kiln={REFERENCE}; printf '%s\\n' \"$kiln\"",
    f"printf '%s\\n' --opt={REFERENCE} | sed 's/^--opt=//'",
]
HOSTILE = [
    "", " ", "a b", "-rf", "--help", "+x", "@file", ".", "..", "../x", "a/../b", "a;b", "a|b", "a&b", "$(id)",
    "`id`", "$HOME", "${HOME}", "a'b", 'a"b', "a\\", "*", "?", "[a]", "~", "#x", "a#b", "!x", "%PATH%", "^", "a,b",
    "a=b", "<x", ">x", "(x)", "{a,b}", "\u2018x", "a\u2019", "caf\u00e9", "\u202e", "\u2028", "a\nb", "a\r", "a\tb",
    "a\0b", "\x1b[0m", "{{x}}", "${{ parameters.it }}",
]  # fmt: skip
INERT = ["1.2.3", "v1", "release/18-1", "user@host", "a:b", "a+b", "A_b", "x" * 256, "0", "/opt/x"]
words = st.text(st.sampled_from("abzAZ019._-/:+@"), min_size=1, max_size=12)
anything = st.one_of(words, st.text(max_size=12), st.sampled_from(HOSTILE))


def resolved(document: dict[str, Any], value: str) -> dict[str, Any] | None:
    """Read a recipe with a value; None if it is refused."""
    written = json.dumps(changed(document, ("parameters", ANY))).encode()
    try:
        recipe = read_recipe("webapp", written, {"it": value})
    except RecipeError:
        return None
    properties: dict[str, Any] = recipe.properties.model_dump(mode="json", by_alias=True)
    return properties


def commands(document: dict[str, Any], lines: list[str], value: str) -> list[str] | None:
    """Resolve the lines of the first step; None if the value is refused."""
    properties = resolved(changed(document, ("properties.customize.0.inline", lines)), value)
    inline: list[str] | None = properties and properties["customize"][0]["inline"]
    return inline


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(anything, min_size=30, max_size=60))
def test_a_value_in_a_shell_line_is_one_word_in_any_quotes(values: list[str]) -> None:
    """Authors forget quotes; an uploader must not be able to use that."""
    taken = [(value, found) for value in values if (found := commands(LINUX, SHELL_LINES, value))]
    script = "\n".join(line for _, lines in taken for line in lines)
    done = subprocess.run(
        ["/bin/sh", "-e"], input=script, capture_output=True, text=True, check=True, env={}
    )
    assert done.stdout.split("\n")[:-1] == [v for v, lines in taken for _ in lines]


@pytest.mark.parametrize("document", [LINUX, WINDOWS])
@pytest.mark.parametrize("value", HOSTILE)
def test_what_means_something_to_a_shell_is_refused_in_commands(
    document: dict[str, Any], value: str
) -> None:
    """A pattern that is too wide must not be enough for an attack."""
    assert commands(document, [f"echo '{REFERENCE}'"], value) is None


@pytest.mark.parametrize("document", [LINUX, WINDOWS])
@pytest.mark.parametrize("value", INERT)
def test_usual_values_are_taken_in_commands(document: dict[str, Any], value: str) -> None:
    """Versions, branches, addresses."""
    taken = commands(document, [f"echo {REFERENCE}"], value)
    is_windows_option = document is WINDOWS and value.startswith("/")
    assert taken == (None if is_windows_option else [f"echo {value}"])


@settings(deadline=None)
@given(words)
def test_a_value_in_powershell_is_one_literal(value: str) -> None:
    """No PowerShell runs here: its lexer's rules are written down in the tests."""
    taken = commands(WINDOWS, [f"Write-Output '{REFERENCE}'"], value)
    if taken:
        assert read_literal(taken[0].removeprefix("Write-Output ")) == (value, "")
        assert not set(value) & set(" ;|&$`'\"(){}[]<>,#%")
        assert value[0] not in "-@+./"


STEPS: list[tuple[str, dict[str, Any]]] = [
    ("restartCommand", {"type": "WindowsRestart", "restartCommand": f"shutdown /r /t {REFERENCE}"}),
    ("restartCheckCommand", {"type": "WindowsRestart", "restartCheckCommand": f"test {REFERENCE}"}),
    ("searchCriteria", {"type": "WindowsUpdate", "searchCriteria": f"IsInstalled={REFERENCE}"}),
    ("filters", {"type": "WindowsUpdate", "filters": [f"include:$_.Title -like '{REFERENCE}'"]}),
]


@pytest.mark.parametrize(("key", "step"), STEPS)
@pytest.mark.parametrize("value", [*HOSTILE, "/f"])
def test_every_text_that_a_shell_reads_is_a_command(
    key: str, step: dict[str, Any], value: str
) -> None:
    """Filters of Windows Update are PowerShell, too; a restart is a line of cmd."""
    document = changed(WINDOWS, ("properties.customize.0", step))
    assert resolved(document, value) is None
    assert "17" in json.dumps(resolved(document, "17")), key


ADDRESSES = [
    (f"https://acct.blob.core.windows.net/scripts/{REFERENCE}/a.sh", ["1.2", "a/b", "v1+x"],
     ["../other", "a/../../b", "/x", "a//b", "a?x", "a#x", "a%2f", "a:b", "a@b", ".", "", "a=b"]),
    (f"https://{REFERENCE}.blob.core.windows.net/a.sh", ["acct", "a-1"],
     ["evil.com/x", "evil.com", "u@h", "a:1", "-a", "a-", "a/b", "a_b", ""]),
    (f"https://acct.example{REFERENCE}", ["x"], [".evil.com", "@evil.com", ":80", "/x"]),
    (REFERENCE, ["https://acct.blob.core.windows.net/a.sh"],
     ["http://a.example/a", "file:///etc/passwd", "https://u@h/a", "https://a.example/../b", "https://a.example/a?sig=x"]),
]  # fmt: skip


@pytest.mark.parametrize(("address", "good", "bad"), ADDRESSES)
def test_an_address_keeps_its_host_and_its_folder(
    address: str, good: list[str], bad: list[str]
) -> None:
    """Else an uploader could have the build VM run a script from anywhere."""
    document = changed(LINUX, ("properties.customize.0", {"type": "Shell", "scriptUri": address}))
    assert [value for value in good if resolved(document, value) is None] == []
    assert [value for value in bad if resolved(document, value) is not None] == []


IDS = [
    ("properties.distribute.0.galleryImageId", GALLERY_IMAGE.replace("webapp", REFERENCE)),
    ("properties.distribute.0.galleryImageId", f"{GALLERY_IMAGE}/versions/{REFERENCE}"),
    ("properties.vmProfile", {"vnetConfig": {"subnetId": f"{SUBNETS}/{REFERENCE}"}}),
    ("properties.vmProfile", {"userAssignedIdentities": [AIB_IDENTITY + REFERENCE]}),
    ("properties.stagingResourceGroup", IMAGE.partition("/providers")[0] + REFERENCE),
    ("artifact", {"destination": f"/opt/{REFERENCE}"}),
]


@pytest.mark.parametrize(("place", "value"), IDS)
@pytest.mark.parametrize("hostile", [
    "a/versions/9.9.9", "..", ".", "../x", "a/b", "a\\b", "%2f", "a%2e", "a/../b", "a?b", "a#b",
    "a/providers/x",
])  # fmt: skip
def test_an_id_or_path_keeps_its_segments(place: str, value: object, hostile: str) -> None:
    """A name with a slash would be another resource, or a version where none was meant."""
    refused_as_path = resolved(changed(GALLERY, (place, value)), hostile) is None
    assert refused_as_path or (place == "artifact" and not set("/\\") & set(hostile))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_value_in_any_place_is_taken_as_written_or_refused(value: str) -> None:
    """JSON carries quotes by itself; no value changes anything but its own text."""
    document = changed(
        GALLERY,
        ("properties.distribute.0.artifactTags", {"a": f"x{REFERENCE}y", "b": REFERENCE}),
        ("properties.customize.0.name", f"step {REFERENCE}"),
    )
    properties = resolved(document, value)
    if properties is None:
        return
    assert properties["distribute"][0].pop("artifactTags") == {"a": f"x{value}y", "b": value}
    assert properties["customize"][0].pop("name") == f"step {value}"
    neutral = resolved(document, "n")
    assert neutral is not None
    del neutral["distribute"][0]["artifactTags"], neutral["customize"][0]["name"]
    assert properties == neutral
