"""Kinds of archives: by the name of the file, and by its first bytes."""

from __future__ import annotations

from typing import Literal

from imaging.archives.refusal import UPLOAD_AGAIN, ZIP_AGAIN, Refused

ArchiveKind = Literal["zip", "tar.gz"]

_ENDINGS: dict[str, ArchiveKind] = {".zip": "zip", ".tar.gz": "tar.gz", ".tgz": "tar.gz"}
_TAR_MAGIC_AT = 257
MAGIC_BYTES = 512
"""How much of a file `refuse_other_kind` wants to see: the first block of a tar."""

_MAGICS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "part of a split zip"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
    (b"Rar!\x1a\x07", "RAR archive"),
    (b"\xfd7zXZ\x00", "xz file"),
    (b"BZh", "bzip2 file"),
    (b"\x28\xb5\x2f\xfd", "zstd file"),
    (b"MZ", "Windows program"),
    (b"\x7fELF", "Linux program"),
    (b"<", "XML or HTML page"),
    (b"{", "JSON document"),
)
_WAYS_OUT = {
    "zip": "name it .zip",
    "gzip": "if it is a tar.gz, name it .tar.gz",
    "part of a split zip": "zip the folder again into one file",
}


def archive_kind(file_name: str) -> ArchiveKind | None:
    """Tell the kind of an archive from its name: .zip, .tar.gz or .tgz, in any case."""
    lower = file_name.lower()
    return next((kind for ending, kind in _ENDINGS.items() if lower.endswith(ending)), None)


def refuse_other_kind(head: bytes, wanted: Literal["zip", "gzip"]) -> None:
    """Refuse a file whose first bytes are not those of its kind.

    Args:
        head: the first bytes, 512 where the file has them.
        wanted: what its name says.

    Raises:
        Refused: naming what it seems to be.
    """
    if not head:
        raise Refused("is empty (0 bytes)", UPLOAD_AGAIN)
    found = _seems(head)
    if found == wanted:
        return
    what = f"is named as a {'zip' if wanted == 'zip' else 'tar.gz'}, but its content is "
    if found is None:
        raise Refused(what + "something else", ZIP_AGAIN)
    raise Refused(what + f"a {found}", _WAYS_OUT.get(found, "pack the folder again as .zip"))


def _seems(head: bytes) -> str | None:
    if head[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] == b"ustar":
        return "tar that is not compressed"
    return next((kind for magic, kind in _MAGICS if head.startswith(magic)), None)
