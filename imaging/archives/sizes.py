"""Sizes and ratios: refuse what unpacks to far more than it looks."""

from __future__ import annotations

from imaging.archives.limits import ArchiveLimits
from imaging.archives.refusal import Refused

_SMALLER = "upload less in one archive"
_NO_BOMB = "pack the real files, without ones that are mostly zeros"


def refuse_large_file(size: int, limits: ArchiveLimits) -> None:
    """Refuse an archive that is itself too large.

    Raises:
        Refused: naming both sizes.
    """
    if size > limits.file_bytes:
        raise Refused(f"has {size:,} bytes, {limits.file_bytes:,} are allowed", _SMALLER)


class Sizes:
    """The running sum of what an archive unpacks to.

    Args:
        limits: for the sum and the ratios.
    """

    def __init__(self, limits: ArchiveLimits) -> None:
        self._limits = limits
        self.unpacked_bytes = 0

    def add(self, unpacked_bytes: int, name: str) -> None:
        """Add one file by the size that the archive says.

        Raises:
            Refused: if the sum is too large now.
        """
        self.unpacked_bytes += unpacked_bytes
        if self.unpacked_bytes > self._limits.unpacked_bytes:
            what = f"brings the unpacked size to {self.unpacked_bytes:,} bytes, "
            raise Refused(what + f"{self._limits.unpacked_bytes:,} are allowed", _SMALLER, name)

    def refuse_ratio(self, unpacked_bytes: int, packed_bytes: int, name: str | None = None) -> None:
        """Refuse a file, or the whole archive, that shrank too well to be true.

        Args:
            unpacked_bytes: its size.
            packed_bytes: what it takes in the archive.
            name: of the entry; None for the whole archive.

        Raises:
            Refused: if the ratio is above the limit, from the floor on.
        """
        limits = self._limits
        if unpacked_bytes < limits.ratio_floor_bytes:
            return
        if unpacked_bytes > limits.ratio * packed_bytes:
            what = f"unpacks {packed_bytes:,} bytes to {unpacked_bytes:,}, "
            raise Refused(what + f"more than {limits.ratio} times as much", _NO_BOMB, name)
