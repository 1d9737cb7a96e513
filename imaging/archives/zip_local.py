"""The headers in front of a zip's files: see that they say what the list of contents says.

The list of contents is what was checked, but tools also read these headers: bsdtar takes a file's
name, and in an extra field of its own even its type, from there; unzip takes sizes from there. They
lie all over the zip, so they are looked at when its bytes stream by to be hashed.
"""

from __future__ import annotations

import struct
from array import array
from hashlib import blake2b

from imaging.archives.refusal import ZIP_AGAIN, Refused
from imaging.archives.zip_entries import ZipEntry, extra_fields
from imaging.archives.zip_names import EXTRA_UNICODE_PATH, refuse_second_name

_HEADER = struct.Struct("<4s5H3L2H")
_MAGIC = b"PK\x03\x04"
_NOTED = struct.Struct("<2HL2Q12s")
_READ_FLAGS = 0x1 | 0x20 | 0x40 | 0x800 | 0x2000  # encrypted, patched, names in UTF-8
_SIZES_FOLLOW = 0x8
_IN_ZIP64 = 0xFFFFFFFF


class LocalHeaders:
    """What the header of each entry must say, and whether it does.

    Args:
        end: start of the list of contents, which no file may reach.
    """

    def __init__(self, end: int) -> None:
        self._end = end
        self._starts = array("Q")
        self._noted = bytearray()
        self._order: list[int] | None = None
        self._next = 0
        self._buffer = bytearray()
        self._buffer_at = 0

    def note(self, entry: ZipEntry) -> None:
        """Note an entry of the list of contents."""
        self._starts.append(entry.offset)
        sizes = (entry.packed_bytes, entry.unpacked_bytes)
        self._noted += _NOTED.pack(
            entry.flags & _READ_FLAGS, entry.method, entry.crc, *sizes, _digest(entry.name.encode())
        )

    def watch(self, piece: bytes) -> None:
        """Look at the next bytes of the zip, from its first one on.

        Raises:
            Refused: if a header contradicts the list of contents.
        """
        if self._order is None:
            self._order = sorted(range(len(self._starts)), key=self._starts.__getitem__)
        self._buffer += piece
        dropped = len(self._buffer)
        while self._next < len(self._order):
            index = self._order[self._next]
            at = self._starts[index] - self._buffer_at
            noted = _NOTED.unpack_from(self._noted, index * _NOTED.size)
            content_at = self._compare(at, noted)
            if content_at is None:
                dropped = min(at, dropped)
                break
            self._next += 1
            if self._buffer_at + content_at + noted[3] > self._next_start(self._order):
                raise Refused("has entries that lie over one another", ZIP_AGAIN)
        del self._buffer[:dropped]
        self._buffer_at += dropped

    def refuse_missing(self) -> None:
        """Refuse a zip that ended before all headers were seen.

        Raises:
            Refused: a header runs over the end of the file.
        """
        if self._order is None or self._next < len(self._order):
            raise Refused("is cut, or a header in it is longer than the file", ZIP_AGAIN)

    def _next_start(self, order: list[int]) -> int:
        return self._starts[order[self._next]] if self._next < len(order) else self._end

    def _compare(self, at: int, noted: tuple[int, int, int, int, int, bytes]) -> int | None:
        """Compare one header; return where its content begins, or None if it is not all there."""
        if at + _HEADER.size > len(self._buffer):
            return None
        magic, _, flags, method, _, _, *sizes, name_bytes, extra_bytes = _HEADER.unpack_from(
            self._buffer, at
        )
        end = at + _HEADER.size + int(name_bytes + extra_bytes)
        if end > len(self._buffer):
            return None
        raw = bytes(self._buffer[at + _HEADER.size : end - extra_bytes])
        name = raw.decode("utf-8", "backslashreplace")
        same = (_MAGIC, *noted[:2], noted[5]) == (magic, flags & _READ_FLAGS, method, _digest(raw))
        if not (same and _fit(sizes, noted[2:5], bool(flags & _SIZES_FOLLOW))):
            what = "has a header that says other things than the list of contents"
            raise Refused(what, ZIP_AGAIN, name)
        fields = extra_fields(bytes(self._buffer[end - extra_bytes : end]), name)
        refuse_second_name(raw, fields.get(EXTRA_UNICODE_PATH), name)
        return end


def _fit(sizes: list[int], noted: tuple[int, ...], may_follow: bool) -> bool:
    """Say whether checksum and sizes are the noted ones, or elsewhere as a zip allows it."""
    elsewhere = {0, _IN_ZIP64} if may_follow else {_IN_ZIP64}
    crc_fits = sizes[0] == noted[0] or (may_follow and sizes[0] == 0)
    return crc_fits and all(
        size == wanted & _IN_ZIP64 or size in elsewhere
        for size, wanted in zip(sizes[1:], noted[1:], strict=True)
    )


def _digest(raw: bytes) -> bytes:
    return blake2b(raw, digest_size=12).digest()
