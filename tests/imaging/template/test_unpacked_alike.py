"""What the check lets pass is unpacked alike by each tool that an image may have."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from imaging.archives import archive_sha256, check_archive
from tests.imaging.archives.test_zip_names import second_name
from tests.imaging.archives.zip_builder import DOS, UNIX, Raw, build_zip
from tests.imaging.template.build_vm import BuildVm
from tests.imaging.template.recipes import customizers, recipe, staged

TOOLS = ["python3", "bsdtar", "unzip"]
OWNER = b"\x75\x78\x0b\0\x01\x04\x39\x30\0\0\x04\x39\x30\0\0"  # user and group 12345
ZIPS: dict[str, tuple[list[Raw], dict[str, str]]] = {
    "names beyond ASCII as zip on Linux and macOS writes them": (
        [Raw(name="grün/日本.txt", flags=0)],
        {"grün": "drwxr-xr-x", "grün/日本.txt": "-rw-r--r--"},
    ),
    "names marked as UTF-8": ([Raw(name="ü😀")], {"ü😀": "-rw-r--r--"}),
    "a second name that is the same": (
        [Raw(name="ü", flags=0, extra=second_name("ü".encode(), "ü".encode()))],
        {"ü": "-rw-r--r--"},
    ),
    "backslashes of old Windows packers": (
        [Raw(name="bin\\", content=b"", system=DOS, mode=0), Raw(name="bin\\a", system=DOS)],
        {"bin": "drwxr-xr-x", "bin/a": "-rw-r--r--"},
    ),
    "names that look like options, patterns and versions": (
        [Raw(name="-rf"), Raw(name="a*[b]?"), Raw(name="a;1"), Raw(name="it's $HOME `id`")],
        dict.fromkeys(["-rf", "a*[b]?", "a;1", "it's $HOME `id`"], "-rw-r--r--"),
    ),
    "dots and double slashes": (
        [Raw(name="./", content=b"", mode=0o040700), Raw(name="./a//b/./c")],
        {"a": "drwxr-xr-x", "a/b": "drwxr-xr-x", "a/b/c": "-rw-r--r--"},
    ),
    "modes that open or close too much": (
        [
            Raw(name="setuid", mode=0o106777, local={"extra": OWNER}),
            Raw(name="private", mode=0o100000),
            Raw(name="run.sh", mode=0o100700),
            Raw(name="closed/", content=b"", mode=0o040000),
            Raw(name="closed/open", mode=0o100666),
            Raw(name="sticky/", content=b"", mode=0o043777),
            Raw(name="windows", mode=0o100777, system=DOS),
        ],
        {
            "setuid": "-rwxr-xr-x",
            "private": "-rw-r--r--",
            "run.sh": "-rwxr-xr-x",
            "closed": "drwxr-xr-x",
            "closed/open": "-rw-r--r--",
            "sticky": "drwxr-xr-x",
            "windows": "-rw-r--r--",
        },
    ),
    "a name as long as a file system takes": (
        [Raw(name="é" * 127 + "/" + "n" * 255)],
        {"é" * 127: "drwxr-xr-x", "é" * 127 + "/" + "n" * 255: "-rw-r--r--"},
    ),
    "nothing in a file": ([Raw(name="empty", content=b"", method=0)], {"empty": "-rw-r--r--"}),
}


def unpacked(vm: BuildVm, content: bytes, kind: str = "zip") -> dict[str, str]:
    """Unpack an archive that passes the check; return the modes of what came out."""
    summary = check_archive(io.BytesIO(content), f"w.{kind}", os_type="Linux")
    archive_sha256([content], f"w.{kind}", summary)
    (vm.tmp / f"kiln-artifact.{kind}").write_bytes(content)
    done = vm.run(_step(content, kind))
    assert done.returncode == 0, done.stderr
    folder = vm.tmp / "webapp"
    assert {path.stat().st_uid for path in folder.rglob("*")} == {folder.stat().st_uid}
    return {
        str(path.relative_to(folder)): stat.filemode(path.stat().st_mode)
        for path in folder.rglob("*")
    }


def _step(content: bytes, kind: str) -> dict[str, Any]:
    return customizers(recipe(), staged(content, kind))[1]


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize(("entries", "expected"), ZIPS.values(), ids=ZIPS)
def test_a_zip_becomes_the_same_files_with_every_tool(
    tmp_path: Path, entries: list[Raw], expected: dict[str, str], tool: str
) -> None:
    """An image that differs by what happens to be installed in it is nobody's wish."""
    assert unpacked(BuildVm(tmp_path, tool), build_zip(*entries)) == expected


def test_names_packed_on_windows_keep_their_letters_where_python_or_bsdtar_is(
    tmp_path: Path,
) -> None:
    """Of the three only unzip spoils them, so it is asked last."""
    content = build_zip(Raw(name="grün", system=DOS))
    for tools in (["python3", "unzip"], ["bsdtar", "unzip"]):
        (tmp_path / tools[0]).mkdir()
        assert list(unpacked(BuildVm(tmp_path / tools[0], *tools), content)) == ["grün"]


@pytest.mark.parametrize("system", [UNIX, DOS])
def test_a_folder_that_was_there_gets_no_open_files(tmp_path: Path, system: int) -> None:
    """Its own modes stay, so nothing repairs those of the archive afterwards."""
    vm = BuildVm(tmp_path, "python3")
    (vm.tmp / "webapp").mkdir()
    content = build_zip(Raw(name="a", mode=0o106777, system=system))
    assert unpacked(vm, content)["a"] == ("-rwxr-xr-x" if system == UNIX else "-rw-r--r--")


def test_a_tar_gives_nobody_more_rights(tmp_path: Path) -> None:
    """With sudo, tar would keep setuid bits and owners."""
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w:gz") as archive:
        for name, kind, mode in (("a", b"0", 0o6777), ("d", b"5", 0o3777)):
            member = tarfile.TarInfo(name)
            member.type, member.mode, member.uid, member.gid = kind, mode, 12345, 12345
            archive.addfile(member)
    vm = BuildVm(tmp_path, "tar", "gzip")
    assert unpacked(vm, memory.getvalue(), "tar.gz") == {"a": "-rwxr-xr-x", "d": "drwxr-xr-x"}


@pytest.mark.parametrize("tool", TOOLS)
def test_a_zip_whose_numbers_are_all_zip64_is_unpacked_with_every_tool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    """From 4 GiB or 65,536 files on they are; a small one shows whether they are read."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 0)
    content = io.BytesIO()
    with (
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("bin/grün", "w", force_zip64=True) as file,
    ):
        file.write(b"x" * 1000)
    assert b"PK\x06\x06" in content.getvalue()
    vm = BuildVm(tmp_path, tool)
    unpacked(vm, content.getvalue())
    assert (vm.tmp / "webapp/bin/grün").read_bytes() == b"x" * 1000
