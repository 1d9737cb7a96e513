r"""Names in a zip: the one that every tool of a build VM reads, or a refusal.

Tried with Info-ZIP unzip 6.00, Python's zipfile (3.6 to 3.13) and bsdtar (libarchive 3.6); .NET's
rules are those of "ZipFile.Open" (learn.microsoft.com). They agree on UTF-8 that is marked as such
(flag 11) and, once told so, on unmarked UTF-8 of Unix, which `zip` of Linux and macOS writes. They
differ on other code pages, on a second name, on `\` and on a letter with a colon at the beginning.
"""

from __future__ import annotations

import re

from imaging.archives.names import OsType
from imaging.archives.refusal import ZIP_AGAIN, Refused

_UTF8_NAMES = 0x800
_DOS = 0
UNIX_SYSTEMS = {3, 19}  # APPNOTE.TXT 4.4.2.2: UNIX, OS X (Darwin)
EXTRA_UNICODE_PATH = 0x7075
_CRC_BYTES = 5
_LETTER_COLON = re.compile(r"[A-Za-z]:")
_IN_UTF8 = "zip the folder again with UTF-8 names"


def decode_name(raw: bytes, flags: int, system: int) -> str:
    """Decode the name of an entry.

    Args:
        raw: as the archive has it.
        flags: general purpose bits.
        system: which system packed it, by its number.

    Raises:
        Refused: if tools would have to guess its encoding.
    """
    is_marked = bool(flags & _UTF8_NAMES)
    if not (raw.isascii() or is_marked or system in UNIX_SYSTEMS):
        raise Refused("has a name that is not marked as UTF-8", _IN_UTF8, raw.decode("cp437"))
    try:
        return raw.decode()
    except UnicodeDecodeError:
        what = f"has a name that is not {'the UTF-8 it says to be' if is_marked else 'UTF-8'}"
        raise Refused(what, _IN_UTF8, raw.decode("cp437")) from None


def refuse_second_name(raw: bytes, field: bytes | None, name: str) -> None:
    """Refuse a Unicode path field that says another name (APPNOTE.TXT 4.6.9).

    Args:
        raw: the name as the archive has it.
        field: version, checksum and name, if there is such a field.
        name: the name, for the message.

    Raises:
        Refused: some tools would take one name, some the other.
    """
    if field is not None and field[_CRC_BYTES:] != raw:
        raise Refused("has a second name that differs", ZIP_AGAIN, name)


def refuse_ambiguous_name(name: str, system: int, os_type: OsType | None) -> None:
    r"""Refuse a name that tools split differently into drive, folders and file.

    Args:
        name: of the entry.
        system: which system packed it, by its number.
        os_type: only Linux has several tools; on Windows `\` is a separator always.

    Raises:
        Refused: naming the character.
    """
    if _LETTER_COLON.match(name):
        raise Refused("begins with a drive letter", "pack it again from inside the folder", name)
    if "\\" not in name or os_type == "Windows" or (system == _DOS and "/" not in name):
        return
    what = "has a '\\' in its name, which not every tool takes for a folder"
    raise Refused(what, "zip the folder again with '/' between folders", name)
