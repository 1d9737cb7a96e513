"""A file read in few, large pieces, because each read may be a request to the storage."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from imaging.archives.limits import MIB
from imaging.archives.refusal import UPLOAD_AGAIN, Refused

_PIECE_BYTES = 2 * MIB


class FileRanges:
    """A seekable file whose end is kept at hand.

    Args:
        file: readable and seekable.
        tail_bytes: how much of its end to read at once and keep.
    """

    def __init__(self, file: BinaryIO, tail_bytes: int) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)
        self._tail_at = max(0, self.size - tail_bytes)
        self._tail = self._read_file(self._tail_at, self.size - self._tail_at)

    def read(self, offset: int, size: int) -> bytes:
        """Read exactly these bytes.

        Raises:
            Refused: if the file ends before them.
        """
        if offset >= self._tail_at:
            start = offset - self._tail_at
            piece = self._tail[start : start + size]
            if len(piece) < size:
                raise Refused("is cut", UPLOAD_AGAIN)
            return piece
        return self._read_file(offset, size)

    def pieces(self, offset: int, size: int) -> Iterator[bytes]:
        """Read a long range in pieces of 2 MiB, so that it never lies in memory whole."""
        end = offset + size
        while offset < end:
            piece = self.read(offset, min(_PIECE_BYTES, end - offset))
            yield piece
            offset += len(piece)

    def _read_file(self, offset: int, size: int) -> bytes:
        self._file.seek(offset)
        parts: list[bytes] = []
        while size > 0:
            part = self._file.read(size)
            if not part:
                raise Refused("is cut", UPLOAD_AGAIN)
            parts.append(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)
