"""Large zips that take next to no disk and no time: their zeros are stored and sent once."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

from azure.storage.blob import BlobBlock, BlobClient

from benchmarks.memory import MIB

_ZEROS = bytes(MIB)
_BLOCK_BYTES = 32 * MIB


class SparseFile(io.FileIO):
    """A new file whose zeros take no room on disk."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "w+")

    def write(self, content: bytes) -> int:  # type: ignore[override]  # zipfile writes bytes only
        """Write, or skip over a whole MiB of zeros."""
        if content == _ZEROS:
            self.seek(len(content), io.SEEK_CUR)
            return len(content)
        return super().write(content)


def write_zip(path: Path, size_mib: int) -> Path:
    """Write a valid zip with a stored file of so many MiB of zeros, and a small one."""
    with SparseFile(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("index.html", "<h1>hello</h1>\n")
        with archive.open("assets.bin", "w", force_zip64=True) as entry:
            for _ in range(size_mib):
                entry.write(_ZEROS)
    return path


def upload_in_blocks(target: BlobClient, path: Path) -> None:
    """Upload a file; blocks with the same content travel once."""
    order: list[str] = []
    with path.open("rb") as file:
        while chunk := file.read(_BLOCK_BYTES):
            block_id = hashlib.sha256(chunk).hexdigest()
            if block_id not in order:
                target.stage_block(block_id, chunk)
            order.append(block_id)
    target.commit_block_list([BlobBlock(block_id) for block_id in order])
