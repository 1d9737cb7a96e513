"""Zips that cannot be trusted, entry by entry and at their end."""

import io
import struct
import zipfile

import pytest

from imaging.archives import ArchiveLimits, check_archive
from tests.imaging.archives.refusing import zip_refusal
from tests.imaging.archives.zip_builder import End, Raw, build_zip

MIB = 1024 * 1024


def zeros(size: int, **more: object) -> Raw:
    """An entry of zeros, which pack a thousand times smaller."""
    return Raw(content=bytes(size), **more)


def overlapping() -> bytes:
    """Two entries that share one range of packed bytes, as Fifield's bombs do."""
    return build_zip(Raw(name="a"), Raw(name="b", offset=0, content=b"content"))


BAD_ENTRIES = [
    (Raw(mode=0o120777, content=b"/etc"), "symbolic link"),
    (Raw(mode=0o120777, content=b"/etc", system=0), "symbolic link"),
    (Raw(mode=0o010644), "named pipe"),
    (Raw(mode=0o020644), "device"),
    (Raw(mode=0o060644), "device"),
    (Raw(mode=0o140644), "socket"),
    (Raw(mode=0o040755), "folder by its mode"),
    (Raw(mode=0o170644), "unknown type 170000"),
    (Raw(flags=0x801), "encrypted"),
    (Raw(flags=0x840), "encrypted"),
    (Raw(flags=0x2800), "encrypted"),
    (Raw(method=99), "encrypted"),
    (Raw(method=9), "Deflate64"),
    (Raw(method=14), "LZMA"),
    (Raw(method=77), "method 77"),
    (Raw(flags=0x820), "compressed with"),
    (Raw(disk=1), "split zip"),
    (Raw(name="a/", content=b"x"), "folder that holds bytes"),
    (Raw(method=0, unpacked_bytes=99), "two sizes"),
    (Raw(packed=b"", unpacked_bytes=99), "two sizes"),
    (Raw(offset=5000), "outside the zip"),
    (Raw(packed_bytes=5000, unpacked_bytes=6000), "outside the zip"),
    (Raw(extra=b"\x01\0\xff\0"), "broken extra field"),
    (Raw(extra=b"\x01\0\0\0" * 2), "tools read differently"),
    (Raw(extra=b"\x78\x6c\0\0"), "tools read differently"),
    (Raw(unpacked_bytes=0xFFFFFFFF), "zip64"),
    (zeros(20 * MIB), "more than 100 times"),
]


@pytest.mark.parametrize(("entry", "why"), BAD_ENTRIES)
def test_an_entry_that_must_not_be_unpacked_is_refused(entry, why):
    """The build VM unpacks as root; what is no plain file or folder stays out."""
    message = zip_refusal(build_zip(Raw(name="good"), entry))
    assert why in message
    assert repr(entry.name) in message
    assert "; " in message


BAD_ENDS = [
    (b"", "is empty (0 bytes)"),
    (b"PK\3\4", "is cut"),
    (build_zip(Raw())[:-1], "is cut"),
    (build_zip(Raw())[:-30], "is cut"),
    (build_zip(Raw()) + b"\0", "behind its end"),
    (build_zip(Raw()) + build_zip(Raw()), "foreign bytes"),
    (build_zip(Raw(), end=End(comment=b"x" * 70)) + b"x", "behind its end"),
    (build_zip(Raw(), end=End(comment_bytes=9)), "behind its end"),
    (build_zip(Raw(), end=End(comment=b"PK\5\6" + bytes(18))), "empty zip"),
    (build_zip(Raw(), prefix=b"#!/bin/sh\n"), "something else"),
    (build_zip(Raw(), prefix=b"PK\3\4", end=End(offset=10)), "foreign bytes"),
    (build_zip(Raw(), end=End(offset=4_000_000_000)), "foreign bytes"),
    (build_zip(), "empty zip"),
    (build_zip(Raw(name="a/", content=b"")), "only folders"),
    (build_zip(Raw(), end=End(disk=1)), "split zip"),
    (build_zip(Raw(), end=End(entries_here=0)), "split zip"),
    (b"PK\x07\x08" + build_zip(Raw()), "split zip"),
    (build_zip(Raw(), Raw(name="b"), end=End(entries=1)), "not true"),
    (build_zip(Raw(name="a" * 200), end=End(entries=2)), "not true"),
    (build_zip(Raw(), end=End(entries=40)), "more entries than it has room for"),
    (build_zip(Raw(), end=End(entries=50_001)), "50,001 entries, 50,000 are allowed"),
    (build_zip(Raw(), end=End(size=0xFFFFFFF0)), "list of contents of"),
    (build_zip(Raw(), end=End(zip64={"entries": 10**12, "record": 44})), "contradict"),
    (build_zip(Raw(), end=End(zip64={"at": 10**15})), "zip64 record"),
    (build_zip(Raw(), end=End(zip64={"record": 10**15})), "zip64 record"),
    (build_zip(Raw(), end=End(zip64={"record": 45})), "zip64 record"),
    (build_zip(Raw(), end=End(zip64={"disks": 2})), "split zip"),
    (build_zip(Raw(), end=End(zip64={"disks": 0})), "split zip"),
    (build_zip(Raw(), end=End(comment=b"x" * 16362)), "comment of 16,362 bytes"),
    (build_zip(Raw(), end=End(zip64={}, size=0xFFFFFFFF, offset=7)), "contradict"),
    (overlapping(), "over one another"),
    (build_zip(Raw()).replace(b"PK\1\2", b"PK\1\3"), "broken list"),
    (b"\x1f\x8b\x08" + bytes(600), "name it .tar.gz"),
    (bytes(257) + b"ustar" + bytes(600), "tar that is not compressed"),
    (b"7z\xbc\xaf\x27\x1c" + bytes(90), "7-Zip"),
    (b"<?xml version='1.0'?><Error/>", "XML or HTML page"),
]


@pytest.mark.parametrize(("content", "why"), BAD_ENDS)
def test_a_zip_that_is_broken_or_ambiguous_is_refused(content, why):
    """Two tools would read two different zips, or none."""
    message = zip_refusal(content)
    assert why in message
    assert message.startswith("artifact 'w.zip': ")


def test_a_good_zip_is_summed_up():
    """The report tells the uploader what was found."""
    content = build_zip(Raw(), Raw(name="a/", content=b""), end=End(comment=b"made by us"))
    summary = check_archive(io.BytesIO(content), "w.zip")
    assert (summary.files, summary.folders, summary.entries) == (1, 1, 2)
    assert summary.unpacked_bytes == 7


def test_zip64_records_are_read():
    """Large zips, and all zips of some tools, have them."""
    wide = struct.pack("<2H2Q", 1, 16, 7, 9)
    entry = Raw(extra=wide, unpacked_bytes=0xFFFFFFFF, packed_bytes=0xFFFFFFFF)
    end = End(zip64={}, size=0xFFFFFFFF, offset=0xFFFFFFFF)
    assert check_archive(io.BytesIO(build_zip(entry, end=end)), "w.zip").unpacked_bytes == 7


def test_a_zip64_zip_of_the_standard_library_passes():
    """It writes zip64 fields for streams of unknown size."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, archive.open("a", "w", force_zip64=True) as entry:
        entry.write(b"hello")
    assert check_archive(file, "w.zip").unpacked_bytes == 5


def test_the_sum_of_sizes_is_limited():
    """A disk of the build VM that is full fails late and unclearly."""
    limits = ArchiveLimits(unpacked_bytes=100)
    content = build_zip(*(Raw(name=f"f{number}", content=b"x" * 30) for number in range(4)))
    assert "120 bytes, 100 are allowed" in zip_refusal(content, limits)


def test_the_ratio_of_all_entries_together_is_limited():
    """Many entries just below the limit of one are a bomb as well."""
    limits = ArchiveLimits(ratio_floor_bytes=2000)
    content = build_zip(*(zeros(1900, name=f"f{number}") for number in range(60)))
    assert check_archive(io.BytesIO(content), "w.zip").files == 60
    assert "more than 20 times" in zip_refusal(
        content, ArchiveLimits(ratio=20, ratio_floor_bytes=limits.ratio_floor_bytes)
    )


def test_a_small_file_of_zeros_is_no_bomb():
    """Empty databases and logs are usual in artifacts."""
    assert check_archive(io.BytesIO(build_zip(zeros(9 * MIB))), "w.zip").files == 1


def test_the_size_of_the_zip_is_limited():
    """The limit is the operator's."""
    assert "10 are allowed" in zip_refusal(build_zip(Raw()), ArchiveLimits(file_bytes=10))


def test_a_nested_zip_is_not_opened():
    """A bomb inside a zip is only a file until a script of the recipe unpacks it."""
    inner = build_zip(zeros(20 * MIB))
    assert (
        check_archive(io.BytesIO(build_zip(Raw(name="inner.zip", content=inner))), "w.zip").files
        == 1
    )
