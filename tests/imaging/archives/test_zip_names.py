"""Names that the tools of a build VM would read differently."""

import io
import struct
import zlib

import pytest

from imaging.archives import check_archive
from tests.imaging.archives.refusing import zip_refusal
from tests.imaging.archives.zip_builder import DOS, UNIX, Raw, build_zip

DARWIN, NTFS = 19, 10
UMLAUT = "grün.txt"


def second_name(raw: bytes, second: bytes) -> bytes:
    """Write a Unicode path field with the right checksum."""
    content = struct.pack("<BL", 1, zlib.crc32(raw)) + second
    return struct.pack("<2H", 0x7075, len(content)) + content


AMBIGUOUS = [
    (Raw(name=b"\xff\xfe"), "not the UTF-8 it says to be"),
    (Raw(name=b"\xff\xfe", flags=0), "not UTF-8"),
    (Raw(name=UMLAUT.encode("cp437"), flags=0), "not UTF-8"),
    (Raw(name=UMLAUT, flags=0, system=DOS), "not marked as UTF-8"),
    (Raw(name=UMLAUT.encode("cp437"), flags=0, system=DOS), "not marked as UTF-8"),
    (Raw(name="a", flags=0, extra=second_name(b"a", b"b")), "second name"),
    (Raw(name="a", extra=second_name(b"a", b"../evil")), "second name"),
    (Raw(name="a\\b", system=UNIX), "'\\' in its name"),
    (Raw(name="a\\b", system=NTFS), "'\\' in its name"),
    (Raw(name="a/b\\c", system=DOS), "'\\' in its name"),
    (Raw(name="a:b"), "drive letter"),
    (Raw(name="."), "by the name of the folder"),
]


@pytest.mark.parametrize(("entry", "why"), AMBIGUOUS)
def test_a_name_that_tools_read_differently_is_refused(entry, why):
    """What was checked must be what is unpacked, whichever tool the image has."""
    assert why in zip_refusal(build_zip(Raw(), entry), os_type="Linux")


CLEAR = [
    Raw(name=UMLAUT),
    Raw(name=UMLAUT, system=DOS),
    Raw(name=UMLAUT, flags=0),
    Raw(name=UMLAUT, flags=0, system=DARWIN),
    Raw(name="a", flags=0, system=DOS),
    Raw(name="a", flags=0, extra=second_name(b"a", b"a")),
    Raw(name="bin\\app.exe", system=DOS),
    Raw(name="./", content=b""),
    Raw(name="unit\u00a0a:b"),
]


@pytest.mark.parametrize("entry", CLEAR)
def test_a_name_that_usual_packers_write_passes(entry):
    """Info-ZIP and macOS write UTF-8 without the mark, old .NET backslashes."""
    content = build_zip(Raw(), entry)
    assert check_archive(io.BytesIO(content), "w.zip", os_type="Linux").entries == 2


def test_names_equal_but_for_the_spelling_of_accents_are_refused():
    """Of the two bsdtar would keep the last."""
    content = build_zip(Raw(name="u\u0308"), Raw(name="\u00fc"))
    assert "twice, as some tools compare names" in zip_refusal(content)
