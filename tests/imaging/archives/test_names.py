"""Names of entries that would write somewhere else, or not at all."""

import io

import pytest

from imaging.archives import check_archive
from tests.imaging.archives.refusing import zip_refusal
from tests.imaging.archives.zip_builder import Raw, build_zip

NOWHERE = [
    ("../evil", "leads out of its folder"),
    ("a/../../evil", "leads out of its folder"),
    ("a/..", "leads out of its folder"),
    ("..\\evil", "leads out of its folder"),
    ("a\\..\\..\\evil", "leads out of its folder"),
    ("/etc/passwd", "absolute path"),
    ("\\windows\\system32", "absolute path"),
    ("//server/share/x", "absolute path"),
    ("\\\\server\\share\\x", "absolute path"),
    ("C:/x", "drive letter"),
    ("c:\\x", "drive letter"),
    ("C:", "drive letter"),
    ("", "has no name"),
    ("a\nb", "control character (U+000A)"),
    ("a\0b", "control character (U+0000)"),
    ("a\x7fb", "control character"),
    ("a\x1b[31mb", "control character (U+001B)"),
    ("x" * 256, "256 bytes"),
    ("é" * 128, "256 bytes"),
    ("/".join(["d" * 100] * 11), "1110 characters"),
]

ONLY_WINDOWS = [
    ("logs/a:b", "':'"),
    ("file.txt:hidden", "stream"),
    ("CON", "reserved"),
    ("src/nul", "reserved"),
    ("aux.tar.gz", "reserved"),
    ("COM1.txt", "reserved"),
    ("lpt\u00b3", "reserved"),
    ("conin$", "reserved"),
    ("NUL .txt", "reserved"),
    ("folder./file", "dot or blank"),
    ("file ", "dot or blank"),
    ("what?", "'?'"),
    ("a|b", "'|'"),
    ("/".join(["d" * 50] * 6), "259 are allowed"),
]

SANE = [
    "a.txt",
    "./a.txt",
    "a//b",
    "..a/b..c",
    "...",
    ".hidden",
    "console/const.py",
    "naïve/日本語.txt",
    "a b/(c) [d]'$`&;",
]


@pytest.mark.parametrize(("name", "why"), NOWHERE)
@pytest.mark.parametrize("os_type", ["Linux", "Windows", None])
def test_a_name_that_leads_elsewhere_is_refused_on_every_system(name, why, os_type):
    """A name decides where bytes are written; the recipe's folder is the only place for them."""
    assert why in zip_refusal(build_zip(Raw(name=name)), os_type=os_type)


@pytest.mark.parametrize(("name", "why"), ONLY_WINDOWS)
def test_a_name_that_windows_cannot_hold_is_refused_for_windows(name, why):
    """Windows would drop, redirect or refuse the file in the middle of a build."""
    assert why in zip_refusal(build_zip(Raw(name=name)), os_type="Windows")


@pytest.mark.parametrize(("name", "why"), ONLY_WINDOWS)
@pytest.mark.parametrize("os_type", ["Linux", None])
def test_a_name_that_only_windows_dislikes_passes_elsewhere(name, why, os_type):
    """Linux images have such files, for instance systemd units with a colon."""
    assert check_archive(io.BytesIO(build_zip(Raw(name=name))), "w.zip", os_type=os_type).files == 1


@pytest.mark.parametrize("name", SANE)
def test_a_sane_name_passes(name):
    """A check that refuses good artifacts is switched off by its users."""
    assert check_archive(io.BytesIO(build_zip(Raw(name=name))), "w.zip", os_type="Linux").files == 1


def test_backslashes_pass():
    """Old Windows tools write them for the folders of a name."""
    content = build_zip(Raw(name="bin\\app.exe"))
    assert check_archive(io.BytesIO(content), "w.zip", os_type="Windows").files == 1


def test_a_name_that_is_not_utf8_is_refused():
    """Tools would guess its encoding and differ."""
    assert "not the UTF-8" in zip_refusal(build_zip(Raw(name=b"\xff\xfe")))


def test_a_message_shows_a_long_hostile_name_short_and_escaped():
    """Messages go to logs, terminals and the status page."""
    message = zip_refusal(build_zip(Raw(name="a\x1b[2J\u202e" + "b" * 5000)))
    assert message.isprintable()
    assert len(message) < 250
    assert "\\x1b[2J\\u202e" in message


TWICE = [
    (["a", "a"], "twice"),
    (["a/b", "a"], "a folder and a file"),
    (["a", "a/b"], "lies below 'a'"),
    (["a/b/c/d", "a/b"], "a folder and a file"),
    (["a/", "a"], "a folder and a file"),
    (["a", "./a"], "twice"),
]


@pytest.mark.parametrize(("names", "why"), TWICE)
def test_a_path_that_is_taken_is_refused(names, why):
    """Which of the two wins depends on the tool, so nobody checked what is used."""
    entries = [Raw(name=name, content=b"" if name.endswith("/") else b"x") for name in names]
    assert why in zip_refusal(build_zip(*entries))


def test_a_path_that_is_taken_but_for_its_separators_is_refused():
    """Windows has two."""
    content = build_zip(Raw(name="a/b"), Raw(name="a\\b"))
    assert "twice" in zip_refusal(content, os_type="Windows")


@pytest.mark.parametrize("names", [["Read.me", "READ.ME"], ["É", "é"], ["a", "A/b"]])
def test_names_equal_but_for_case_are_refused_only_for_windows(names):
    """NTFS keeps one of them, Linux both."""
    content = build_zip(*(Raw(name=name) for name in names))
    assert zip_refusal(content, os_type="Windows")
    assert check_archive(io.BytesIO(content), "w.zip", os_type="Linux").files == 2


def test_a_folder_may_be_listed_twice_and_late():
    """Several tools do so, and it changes nothing."""
    folder = Raw(name="a/", content=b"", mode=0o40755)
    summary = check_archive(io.BytesIO(build_zip(Raw(name="a/b"), folder, folder)), "w.zip")
    assert (summary.files, summary.folders) == (1, 2)
