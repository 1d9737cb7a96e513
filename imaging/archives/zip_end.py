"""The end of a zip: find its central directory before anything else is read.

Layouts are those of PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.14 to 4.3.16. Readers disagree about
a zip whose end is ambiguous, so one that is gets refused instead of being read in Kiln's own way.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from imaging.archives.limits import KIB, MAX_DIRECTORY_BYTES, ArchiveLimits
from imaging.archives.ranges import FileRanges
from imaging.archives.refusal import UPLOAD_AGAIN, ZIP_AGAIN, Refused

_END = struct.Struct("<4s4H2LH")
_END_MAGIC = b"PK\x05\x06"
_LOCATOR = struct.Struct("<4sLQL")
_LOCATOR_MAGIC = b"PK\x06\x07"
_END64 = struct.Struct("<4sQ2H2L4Q")
_END64_MAGIC = b"PK\x06\x06"
_ENTRY_BYTES = 46
_MAX16 = 0xFFFF
_MAX32 = 0xFFFFFFFF
TAIL_BYTES = 64 * KIB
"""More than the end records and the longest comment, in one request to the storage."""
MAX_COMMENT_BYTES = 16 * KIB - 22
"""bsdtar looks for the end record in the last 16 KiB; where it finds none, it takes the files as
they lie in the zip, listed or not (libarchive, archive_read_support_format_zip.c)."""


@dataclass(frozen=True)
class ZipDirectory:
    """Where the central directory is, and how much it says to list."""

    offset: int
    size: int
    entries: int

    @property
    def end(self) -> int:
        """The first byte behind it."""
        return self.offset + self.size


def find_directory(ranges: FileRanges, limits: ArchiveLimits) -> ZipDirectory:
    """Find the central directory and refuse absurd sizes before it is read.

    Args:
        ranges: the file, with at least its last `TAIL_BYTES` at hand.
        limits: for the number of entries.

    Returns:
        Its place, which fits the file exactly.

    Raises:
        Refused: if the zip is cut, split, ambiguous at its end, or lists too much.
    """
    end_at, fields = _end_record(ranges)
    directory, directory_end = _zip64_directory(ranges, end_at, fields)
    if directory.entries == 0:
        raise Refused("is an empty zip", "zip the folder with the files in it")
    if directory.entries > limits.entries:
        what = f"lists {directory.entries:,} entries, {limits.entries:,} are allowed"
        raise Refused(what, "zip fewer files, or an archive inside the zip")
    if directory.size > MAX_DIRECTORY_BYTES:
        what = f"has a list of contents of {directory.size:,} bytes, "
        raise Refused(what + f"{MAX_DIRECTORY_BYTES:,} are allowed", "use shorter file names")
    if directory.size < directory.entries * _ENTRY_BYTES:
        raise Refused("says that it lists more entries than it has room for", ZIP_AGAIN)
    if directory.end != directory_end:
        what = "is cut, or has foreign bytes before its first entry or behind its list of contents"
        raise Refused(what, UPLOAD_AGAIN)
    return directory


def _end_record(ranges: FileRanges) -> tuple[int, tuple[int, ...]]:
    """Find the end record; refuse one that is not exactly at the end of the file."""
    tail_at = max(0, ranges.size - TAIL_BYTES)
    tail = ranges.read(tail_at, ranges.size - tail_at)
    at = tail.rfind(_END_MAGIC)
    if at < 0 or at + _END.size > len(tail):
        raise Refused("is cut: the end of the zip is missing", UPLOAD_AGAIN)
    fields = _END.unpack_from(tail, at)
    if at + _END.size + fields[7] != len(tail):
        raise Refused("is cut, or has foreign bytes behind its end", UPLOAD_AGAIN)
    if fields[7] >= MAX_COMMENT_BYTES:
        what = f"has a comment of {fields[7]:,} bytes, less than {MAX_COMMENT_BYTES:,} are allowed"
        raise Refused(what, "zip the folder again with a shorter one")
    return tail_at + at, fields[1:]


def _zip64_directory(
    ranges: FileRanges, end_at: int, fields: tuple[int, ...]
) -> tuple[ZipDirectory, int]:
    """Read the place of the directory, from the zip64 records if there are any.

    Returns:
        The directory, and where it has to end.
    """
    disk, directory_disk, here, entries, size, offset, _ = fields
    locator_at = end_at - _LOCATOR.size
    locator = ranges.read(locator_at, _LOCATOR.size) if locator_at >= 0 else b""
    if not locator.startswith(_LOCATOR_MAGIC):
        _refuse_split(disk, directory_disk, here != entries)
        return ZipDirectory(offset, size, entries), end_at
    _, locator_disk, end64_at, disks = _LOCATOR.unpack(locator)
    if end64_at + _END64.size > locator_at:
        raise Refused("points to a zip64 record that is not there", ZIP_AGAIN)
    record = _END64.unpack(ranges.read(end64_at, _END64.size))
    # Python looks for the record right before its locator, others where the locator says.
    if record[:2] != (_END64_MAGIC, _END64.size - 12) or end64_at + _END64.size != locator_at:
        raise Refused("points to a zip64 record that is not there", ZIP_AGAIN)
    _refuse_split(record[4] | locator_disk, record[5], record[6] != record[7] or disks != 1)
    small = ((entries, _MAX16), (size, _MAX32), (offset, _MAX32))
    for (value, unset), value64 in zip(small, record[7:10], strict=True):
        if value not in {unset, value64}:
            raise Refused("has two ends that contradict each other (zip64)", ZIP_AGAIN)
    return ZipDirectory(offset=record[9], size=record[8], entries=record[7]), end64_at


def _refuse_split(disk: int, directory_disk: int, counts_differ: bool) -> None:
    if disk or directory_disk or counts_differ:
        raise Refused("is one part of a split zip", "zip the folder again into one file")
