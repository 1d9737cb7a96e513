"""What is asked of each entry of a zip, beside its name, and of where the entries lie."""

from __future__ import annotations

import stat
from array import array
from itertools import pairwise

from imaging.archives.refusal import ZIP_AGAIN, Refused
from imaging.archives.tree import Kind
from imaging.archives.zip_entries import ZipEntry
from imaging.archives.zip_names import UNIX_SYSTEMS

_ENCRYPTED = 0x1 | 0x40 | 0x2000  # traditional or AES, strong, encrypted directory
_PATCHED = 0x20
_METHOD_AES = 99
_STORED, _DEFLATED = 0, 8
_METHOD_NAMES = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "zstd", 95: "xz", 98: "PPMd"}
_USUAL_TYPES = {0, stat.S_IFREG, stat.S_IFDIR}
_MODE_NAMES = {
    stat.S_IFLNK: "symbolic link",
    stat.S_IFIFO: "named pipe",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
    stat.S_IFSOCK: "socket",
}


def entry_kind(entry: ZipEntry) -> Kind:
    """Say whether an entry is a file or a folder, refusing everything else.

    Raises:
        Refused: for links, devices, encrypted entries and unusual compression.
    """
    kind = _kind_by_mode(entry)
    _refuse_unreadable(entry)
    _refuse_lies(entry, kind)
    return kind


def _kind_by_mode(entry: ZipEntry) -> Kind:
    kind = Kind.FOLDER if entry.name.endswith(("/", "\\")) else Kind.FILE
    file_type = stat.S_IFMT(entry.mode)
    if file_type in _MODE_NAMES:
        way_out = "zip the folder again without it (`zip -r` without -y follows links)"
        raise Refused(f"is a {_MODE_NAMES[file_type]}", way_out, entry.name)
    if file_type not in _USUAL_TYPES and entry.system in UNIX_SYSTEMS:
        raise Refused(f"is of the unknown type {file_type:o}", ZIP_AGAIN, entry.name)
    if file_type == stat.S_IFDIR and kind is Kind.FILE:
        raise Refused("is a folder by its mode and a file by its name", ZIP_AGAIN, entry.name)
    return kind


def _refuse_unreadable(entry: ZipEntry) -> None:
    if entry.flags & _ENCRYPTED or entry.method == _METHOD_AES:
        raise Refused("is encrypted", "zip the folder again without a password", entry.name)
    if entry.disk:
        raise Refused("is in another part of a split zip", "zip it into one file", entry.name)
    if entry.method not in {_STORED, _DEFLATED} or entry.flags & _PATCHED:
        method = _METHOD_NAMES.get(entry.method, f"method {entry.method}")
        what = f"is compressed with {method}, which not every image can unpack"
        raise Refused(what, "zip the folder again with Deflate", entry.name)


def _refuse_lies(entry: ZipEntry, kind: Kind) -> None:
    if kind is Kind.FOLDER and entry.unpacked_bytes:
        raise Refused("is a folder that holds bytes itself", ZIP_AGAIN, entry.name)
    stored_lie = entry.method == _STORED and entry.packed_bytes != entry.unpacked_bytes
    if stored_lie or (entry.unpacked_bytes and not entry.packed_bytes):
        raise Refused("says two sizes that cannot both be true", ZIP_AGAIN, entry.name)


class Spans:
    """The byte ranges of the entries, which must not overlap (a bomb reuses one range).

    Args:
        end: start of the central directory, which no entry may reach.
    """

    def __init__(self, end: int) -> None:
        self._end = end
        self._starts = array("Q")
        self._ends = array("Q")

    def add(self, entry: ZipEntry) -> None:
        """Add the range of one entry.

        Raises:
            Refused: if it lies outside the file.
        """
        if entry.end > self._end:
            raise Refused("lies outside the zip", ZIP_AGAIN, entry.name)
        self._starts.append(entry.offset)
        self._ends.append(entry.end)

    def refuse_overlaps(self) -> None:
        """Refuse the zip if two ranges share bytes.

        Raises:
            Refused: for any overlap.
        """
        order = sorted(range(len(self._starts)), key=self._starts.__getitem__)
        for first, second in pairwise(order):
            if self._ends[first] > self._starts[second]:
                raise Refused("has entries that lie over one another", ZIP_AGAIN)
