"""Tar.gz: read it once from start to end, in bounded memory, stopping at the first offence."""

from __future__ import annotations

import os
from typing import BinaryIO

from imaging.archives.gunzip import GunzipStream
from imaging.archives.kinds import MAGIC_BYTES, refuse_other_kind
from imaging.archives.limits import KIB, MAX_TAR_PADDING_BYTES, ArchiveLimits
from imaging.archives.links import refuse_hard_link, refuse_symbolic_link
from imaging.archives.names import OsType, path_segments
from imaging.archives.refusal import Refused
from imaging.archives.sizes import Sizes, refuse_large_file
from imaging.archives.summary import ArchiveSummary
from imaging.archives.tar_headers import TarEntry, padding_of, read_headers
from imaging.archives.tree import Kind, Tree

_KINDS = {"0": Kind.FILE, "\0": Kind.FILE, "7": Kind.FILE, "5": Kind.FOLDER}
_HARD_LINK, _SYMBOLIC_LINK = "1", "2"
_REFUSED_TYPES = {
    "3": "is a device",
    "4": "is a device",
    "6": "is a named pipe",
    "S": "is a sparse file",
    "M": "is part of a tar in several volumes",
}
_STEP_BYTES = 64 * KIB


def tar_gz_summary(file: BinaryIO, limits: ArchiveLimits, os_type: OsType | None) -> ArchiveSummary:
    """Check a tar.gz by reading all of it; a bomb is left as soon as it shows.

    Takes what `check_archive` takes, but for the name.

    Raises:
        Refused: if it must not be unpacked.
    """
    size = file.seek(0, os.SEEK_END)
    refuse_large_file(size, limits)
    file.seek(0)
    refuse_other_kind(file.read(MAGIC_BYTES), "gzip")
    file.seek(0)
    inventory = _Inventory(GunzipStream(file), limits, os_type)
    inventory.read()
    return inventory.summary(size)


class _Inventory:
    """What the tar has brought so far."""

    def __init__(self, stream: GunzipStream, limits: ArchiveLimits, os_type: OsType | None) -> None:
        self._stream = stream
        self._limits = limits
        self._os_type = os_type
        self._tree = Tree(os_type)
        self._sizes = Sizes(limits)
        self._counts = {Kind.FILE: 0, Kind.FOLDER: 0, Kind.LINK: 0}

    def read(self) -> None:
        """Read every entry and what follows the last one."""
        for entry in read_headers(self._stream):
            self._add(entry)
            self._skip_content(entry)
        self._refuse_second_content()

    def summary(self, packed_bytes: int) -> ArchiveSummary:
        """Check what only the whole tar can tell."""
        files = self._counts[Kind.FILE] + self._counts[Kind.LINK]
        if not files:
            raise Refused("has no file in it", "pack the folder with the files in it")
        self._sizes.refuse_ratio(self._sizes.unpacked_bytes, packed_bytes)
        return ArchiveSummary(
            files=files,
            folders=self._counts[Kind.FOLDER],
            unpacked_bytes=self._sizes.unpacked_bytes,
            longest_path=self._tree.longest_path,
        )

    def _add(self, entry: TarEntry) -> None:
        segments = path_segments(entry.name, self._os_type)
        if self._os_type == "Windows" and not (entry.is_in_utf8 or entry.name.isascii()):
            what = "has a name beyond ASCII that the tar.exe of Windows would misread"
            raise Refused(what, "pack it with `tar --format=pax`, or as .zip", entry.name)
        kind = self._kind(entry, segments)
        self._refuse_content(entry, kind)
        self._counts[kind] += 1
        if sum(self._counts.values()) > self._limits.entries:
            what = f"has more than {self._limits.entries:,} entries"
            raise Refused(what, "pack fewer files, or an archive inside it")
        self._tree.add(segments, kind, entry.name)
        self._sizes.add(entry.size_bytes, entry.name)

    def _kind(self, entry: TarEntry, segments: tuple[str, ...]) -> Kind:
        if entry.entry_type == _SYMBOLIC_LINK:
            refuse_symbolic_link(entry, segments, self._os_type)
            return Kind.LINK
        if entry.entry_type == _HARD_LINK:
            refuse_hard_link(entry, self._tree, self._os_type)
            return Kind.FILE
        kind = _KINDS.get(entry.entry_type)
        if kind is None:
            otherwise = f"is of the unknown type {entry.entry_type!r}"
            what = _REFUSED_TYPES.get(entry.entry_type, otherwise)
            raise Refused(what, "pack the folder again without it", entry.name)
        return Kind.FOLDER if entry.name.endswith("/") else kind

    def _refuse_content(self, entry: TarEntry, kind: Kind) -> None:
        """Refuse content behind what has none: tools differ on whether to skip it."""
        if entry.size_bytes and (kind is not Kind.FILE or entry.entry_type == _HARD_LINK):
            raise Refused("is a folder or link that holds bytes", "pack it again", entry.name)

    def _skip_content(self, entry: TarEntry) -> None:
        """Read over the content, looking at its ratio on the way so that a bomb ends early."""
        packed_before = self._stream.packed_bytes
        left = entry.size_bytes
        while left > 0:
            self._stream.skip(min(left, _STEP_BYTES))
            left -= min(left, _STEP_BYTES)
            packed = self._stream.packed_bytes - packed_before
            self._sizes.refuse_ratio(entry.size_bytes - left, packed, entry.name)
        self._stream.skip(padding_of(entry.size_bytes))

    def _refuse_second_content(self) -> None:
        """Allow nothing but a moderate number of zeros behind the end marks."""
        for _ in range(0, MAX_TAR_PADDING_BYTES + _STEP_BYTES, _STEP_BYTES):
            piece = self._stream.read(_STEP_BYTES)
            if not piece:
                return
            if piece.strip(b"\0"):
                break
        raise Refused("has something behind the end of its tar", "pack the folder again")
