"""A gzip file unpacked as it is read, in bounded memory, with its checksums looked at."""

from __future__ import annotations

import zlib
from typing import BinaryIO

from imaging.archives.limits import KIB, MAX_GZIP_MEMBERS, MIB
from imaging.archives.refusal import UPLOAD_AGAIN, Refused

_READ_BYTES = 4 * MIB
_FEED_BYTES = 32 * KIB  # zlib copies what it did not use up, so it is fed in small bites
_STEP_BYTES = 256 * KIB
_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


class GunzipStream:
    """The unpacked bytes of a gzip file of one or more members.

    Args:
        file: readable, at its start.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._chunk = b""
        self._chunk_at = 0
        self._packed = b""
        self._unpacked = bytearray()
        self._member = zlib.decompressobj(_GZIP_WINDOW)
        self._members = 1
        self._fed_bytes = 0

    @property
    def packed_bytes(self) -> int:
        """Count the packed bytes that were used up so far."""
        return self._fed_bytes - len(self._packed)

    def read(self, size: int) -> bytes:
        """Read up to this many bytes; fewer only at the end of the file.

        Args:
            size: at most a few MiB; all of it is held in memory.

        Raises:
            Refused: if the gzip is cut, damaged, or has foreign bytes behind its end.
        """
        while len(self._unpacked) < size and self._unpack_more():
            pass
        piece = bytes(self._unpacked[:size])
        del self._unpacked[:size]
        return piece

    def read_exactly(self, size: int) -> bytes:
        """Read exactly this many bytes.

        Raises:
            Refused: as `read` does, and if the file ends before them.
        """
        piece = self.read(size)
        if len(piece) < size:
            raise Refused("is cut: the tar in it ends too early", UPLOAD_AGAIN)
        return piece

    def skip(self, size: int) -> None:
        """Read and drop exactly this many bytes."""
        while size > 0:
            size -= len(self.read_exactly(min(size, _STEP_BYTES)))

    def _unpack_more(self) -> bool:
        """Unpack one step; False at the end of the file."""
        if self._member.eof and not self._next_member():
            return False
        if not self._packed:
            self._packed = self._read_packed()
            if not self._packed:
                raise Refused("is cut: the gzip ends too early", UPLOAD_AGAIN)
        try:
            self._unpacked += self._member.decompress(self._packed, _STEP_BYTES)
        except zlib.error:
            raise Refused("is damaged: the gzip cannot be read", UPLOAD_AGAIN) from None
        self._packed = self._member.unused_data or self._member.unconsumed_tail
        return True

    def _next_member(self) -> bool:
        """Begin the next member of the file; False if there is none."""
        if len(self._packed) < len(_MAGIC):
            self._packed += self._read_packed()
        if not self._packed:
            return False
        if not self._packed.startswith(_MAGIC):
            raise Refused("has foreign bytes behind its end", "pack the folder again")
        self._members += 1
        if self._members > MAX_GZIP_MEMBERS:
            what = f"is made of more than {MAX_GZIP_MEMBERS:,} gzip files"
            raise Refused(what, "pack the folder as one")
        self._member = zlib.decompressobj(_GZIP_WINDOW)
        return True

    def _read_packed(self) -> bytes:
        if self._chunk_at >= len(self._chunk):
            self._chunk, self._chunk_at = self._file.read(_READ_BYTES), 0
        packed = self._chunk[self._chunk_at : self._chunk_at + _FEED_BYTES]
        self._chunk_at += len(packed)
        self._fed_bytes += len(packed)
        return packed
