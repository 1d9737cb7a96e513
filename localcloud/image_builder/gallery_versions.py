"""Which version number a distributed gallery image gets.

Up to API 2022-02-14 it is made of the distribution's time (28 of 28 recordings); since 2022-07-01
it is counted up (recorded for the first, doc example for the rest).
"""

from __future__ import annotations

from datetime import datetime

Version = tuple[int, int, int]
FIRST: Version = (1, 0, 0)


def parse(text: str) -> Version | None:
    """Return `1.2.3` as numbers; None when it is no such version."""
    parts = text.split(".")
    if len(parts) != len(FIRST) or not all(part.isdigit() for part in parts):
        return None
    major, minor, patch = (int(part) for part in parts)
    return major, minor, patch


def written(version: Version) -> str:
    """Return the numbers as `1.2.3`."""
    return ".".join(str(number) for number in version)


def from_time(distributed_utc: datetime) -> Version:
    """Return `0.<high 16 bits>.<low 16 bits>` of the Unix time."""
    seconds = int(distributed_utc.timestamp())
    return 0, seconds >> 16, seconds & 0xFFFF


def next_latest(existing: list[Version], major: int = -1) -> Version:
    """Count up the highest version, or the highest of one major; -1 means any."""
    rivals = [version for version in existing if major in (-1, version[0])]
    if not rivals:
        return FIRST if major == -1 else (major, 0, 0)
    highest = max(rivals)
    return highest[0], highest[1], highest[2] + 1


def next_from_source(existing: list[Version], source: str) -> Version:
    """Number after the source image's version; counted up while it is taken (rule unverified)."""
    numbers = [int(part) for part in source.split(".") if part.isdigit()]
    numbers = [*numbers, 0, 0, 0][:3]
    version: Version = (numbers[0], numbers[1], numbers[2])
    while version in existing:
        version = (version[0], version[1], version[2] + 1)
    return version
