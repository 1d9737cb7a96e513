"""Names of entries: which ones may be unpacked, on which system."""

from __future__ import annotations

import re
from typing import Literal

from imaging.archives.limits import (
    MAX_PATH_CHARACTERS,
    MAX_PATH_CHARACTERS_WINDOWS,
    MAX_SEGMENT_BYTES,
)
from imaging.archives.refusal import Refused

OsType = Literal["Linux", "Windows"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:(/|$)")
_NOT_ON_WINDOWS = re.compile(r'[<>"|?*]')
# "Naming Files, Paths, and Namespaces" (learn.microsoft.com): reserved with any extension too.
_RESERVED = re.compile(
    r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9\u00b9\u00b2\u00b3])[ ]*(\..*)?", re.IGNORECASE
)
_RENAME = "rename it and pack the folder again"


def path_segments(name: str, os_type: OsType | None) -> tuple[str, ...]:
    r"""Split the name of an entry into its parts, refusing what must not be unpacked.

    Args:
        name: as the archive has it; `\` counts as a separator.
        os_type: system of the image; what is bad only on Windows is refused only there.

    Returns:
        The parts without `.` and empty ones; nothing for the root itself.

    Raises:
        Refused: if the name leads out of its folder or cannot be a file there.
    """
    path = name.replace("\\", "/")
    _refuse_characters(name)
    _refuse_outside(path, name)
    segments = tuple(part for part in path.split("/") if part not in {"", "."})
    _refuse_lengths(segments, name, os_type)
    if os_type == "Windows":
        for segment in segments:
            _refuse_on_windows(segment, name)
    return segments


def _refuse_characters(name: str) -> None:
    if found := _CONTROL.search(name):
        what = f"has a control character (U+{ord(found[0]):04X}) in its name"
        raise Refused(what, _RENAME, name)


def _refuse_outside(path: str, name: str) -> None:
    if not path:
        raise Refused("has no name", "pack the folder again with another tool", name)
    if path.startswith("/"):
        raise Refused("has an absolute path", "pack it again from inside the folder", name)
    if _DRIVE.match(path):
        raise Refused("begins with a drive letter", "pack it again from inside the folder", name)
    if ".." in path.split("/"):
        raise Refused("leads out of its folder by '..'", "pack the folder again without it", name)


def _refuse_lengths(segments: tuple[str, ...], name: str, os_type: OsType | None) -> None:
    limit = MAX_PATH_CHARACTERS_WINDOWS if os_type == "Windows" else MAX_PATH_CHARACTERS
    length = sum(len(segment) + 1 for segment in segments) - 1
    if length > limit:
        raise Refused(f"has a path of {length} characters, {limit} are allowed", _RENAME, name)
    for segment in segments:
        size = len(segment.encode())
        if size > MAX_SEGMENT_BYTES:
            what = f"has a folder or file name of {size} bytes, {MAX_SEGMENT_BYTES} are allowed"
            raise Refused(what, _RENAME, name)


def _refuse_on_windows(segment: str, name: str) -> None:
    if ":" in segment:
        raise Refused("has a ':' in its name, which Windows reads as a stream", _RENAME, name)
    if found := _NOT_ON_WINDOWS.search(segment):
        raise Refused(f"has a '{found[0]}' in its name, which Windows forbids", _RENAME, name)
    if segment[-1] in ". ":
        raise Refused(
            "has a name with a dot or blank at its end, which Windows drops", _RENAME, name
        )
    if _RESERVED.fullmatch(segment):
        raise Refused(f"uses '{segment}', a reserved name of Windows", _RENAME, name)
