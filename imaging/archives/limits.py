"""How large an archive may be, and where each number comes from."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

MAX_FILE_BYTES = 5 * GIB
"""Kiln's own default of the setting MAX_ARTIFACT_BYTES."""

MAX_ENTRIES = 50_000
"""Kiln's own: twice a large web app with its node_modules; each entry costs memory to compare."""

MAX_UNPACKED_BYTES = 10 * GIB
"""Kiln's own: a third of the 30 GB system disk of the smallest marketplace images."""

MAX_RATIO = 100
"""Kiln's own: text shrinks 5 to 20 times; deflate cannot pass 1,032 (zlib technical details)."""

RATIO_FLOOR_BYTES = 10 * MIB
"""Below this the ratio proves nothing: an empty log of a few MB shrinks 1,000 times as well."""

MAX_DIRECTORY_BYTES = 32 * MIB
"""Kiln's own: 50,000 central directory records with names of 600 bytes."""

MAX_TREE_PATHS = 2 * MAX_ENTRIES
"""Files and folders together, with the folders that only longer names imply."""

MAX_PATH_CHARACTERS = 1024
"""Kiln's own, for Linux, whose PATH_MAX is 4,096 bytes (limits.h)."""

MAX_PATH_CHARACTERS_WINDOWS = 259
"""MAX_PATH of Windows without its end mark ("Maximum Path Length Limitation", learn.microsoft.com).
The folder to unpack into counts too; where that is known, the rest is looked at."""

FOLDER_RESERVE_WINDOWS = 12
"""A folder must leave room for a file name of the form 8.3 (same page)."""

MAX_SEGMENT_BYTES = 255
"""One name of a folder or file: NAME_MAX of ext4 and xfs; NTFS allows 255 UTF-16 units."""

MAX_TAR_EXTENSION_BYTES = MIB
"""One pax or GNU long-name record, as GNU tar itself limits them; names need 1 kB."""

MAX_TAR_EXTENSIONS_BYTES = 128 * MIB
"""All such records together: 50,000 entries with 1.5 kB each, their headers included, are 100 MB.
They need no entry, so that without a limit a small tar could be read for hours."""

MAX_GZIP_MEMBERS = 200_000
"""Tools that pack in parallel write one for each 64 kB or more; empty ones take 20 bytes."""

MAX_TAR_PADDING_BYTES = MIB
"""Zeros after the end marks of a tar: the default record is 10 kB, the largest in use 1 MiB."""


@dataclass(frozen=True)
class ArchiveLimits:
    """The limits that an operator may want to move.

    Args:
        file_bytes: size of the archive itself.
        entries: files, folders and links listed in it.
        unpacked_bytes: sum of the sizes of its files.
        ratio: unpacked size by packed size, for each file and for all together.
        ratio_floor_bytes: unpacked size from which on the ratio is looked at.
    """

    file_bytes: int = MAX_FILE_BYTES
    entries: int = MAX_ENTRIES
    unpacked_bytes: int = MAX_UNPACKED_BYTES
    ratio: int = MAX_RATIO
    ratio_floor_bytes: int = RATIO_FLOOR_BYTES


DEFAULT_LIMITS = ArchiveLimits()
