"""Zips: say from the central directory alone whether one is safe to unpack.

The packed bytes themselves are not read, so an entry that unpacks to more than it says is not
found here; it cannot exceed 1,032 times its packed size, and only the build VM would unpack it.
"""

from __future__ import annotations

from typing import BinaryIO

from imaging.archives.kinds import MAGIC_BYTES, refuse_other_kind
from imaging.archives.limits import ArchiveLimits
from imaging.archives.names import OsType, path_segments
from imaging.archives.ranges import FileRanges
from imaging.archives.refusal import ZIP_AGAIN, Refused
from imaging.archives.sizes import Sizes, refuse_large_file
from imaging.archives.summary import ArchiveSummary
from imaging.archives.tree import Kind, Tree
from imaging.archives.zip_end import TAIL_BYTES, ZipDirectory, find_directory
from imaging.archives.zip_entries import ZipEntry, read_entries
from imaging.archives.zip_local import LocalHeaders
from imaging.archives.zip_names import refuse_ambiguous_name
from imaging.archives.zip_rules import Spans, entry_kind


def zip_summary(file: BinaryIO, limits: ArchiveLimits, os_type: OsType | None) -> ArchiveSummary:
    """Check a zip in about three reads: its end, its first bytes, its central directory.

    Takes what `check_archive` takes, but for the name.

    Raises:
        Refused: if it must not be unpacked.
    """
    ranges = FileRanges(file, TAIL_BYTES)
    refuse_other_kind(ranges.read(0, min(MAGIC_BYTES, ranges.size)), "zip")
    refuse_large_file(ranges.size, limits)
    directory = find_directory(ranges, limits)
    inventory = _Inventory(directory, limits, os_type)
    for entry in read_entries(ranges.pieces(directory.offset, directory.size)):
        inventory.add(entry)
    return inventory.summary()


class _Inventory:
    """What the central directory has listed so far."""

    def __init__(
        self, directory: ZipDirectory, limits: ArchiveLimits, os_type: OsType | None
    ) -> None:
        self._directory = directory
        self._os_type = os_type
        self._tree = Tree(os_type, composes=True)  # as bsdtar does with names in UTF-8
        self._sizes = Sizes(limits)
        self._spans = Spans(directory.offset)
        self._headers = LocalHeaders(directory.offset)
        self._counts = {Kind.FILE: 0, Kind.FOLDER: 0}

    def add(self, entry: ZipEntry) -> None:
        """Check one entry and count it."""
        segments = path_segments(entry.name, self._os_type)
        refuse_ambiguous_name(entry.name, entry.system, self._os_type)
        kind = entry_kind(entry)
        self._counts[kind] += 1
        if sum(self._counts.values()) > self._directory.entries:
            self._refuse_count()
        self._tree.add(segments, kind, entry.name)
        self._spans.add(entry)
        self._headers.note(entry)
        self._sizes.add(entry.unpacked_bytes, entry.name)
        self._sizes.refuse_ratio(entry.unpacked_bytes, entry.packed_bytes, entry.name)

    def summary(self) -> ArchiveSummary:
        """Check what only the whole list can tell."""
        if sum(self._counts.values()) != self._directory.entries:
            self._refuse_count()
        if not self._counts[Kind.FILE]:
            raise Refused("has no file in it, only folders", "zip the folder with its files")
        self._spans.refuse_overlaps()
        self._sizes.refuse_ratio(self._sizes.unpacked_bytes, self._directory.offset)
        return ArchiveSummary(
            files=self._counts[Kind.FILE],
            folders=self._counts[Kind.FOLDER],
            unpacked_bytes=self._sizes.unpacked_bytes,
            longest_path=self._tree.longest_path,
            local_headers=self._headers,
        )

    def _refuse_count(self) -> None:
        what = f"says that it lists {self._directory.entries:,} entries, which is not true"
        raise Refused(what, ZIP_AGAIN)
