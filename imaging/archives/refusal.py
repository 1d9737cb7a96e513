"""One way to say no: the file, the entry, what is wrong with it, and the way out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from imaging.errors import ArtifactError

_SHOWN_CHARACTERS = 80
UPLOAD_AGAIN = "upload it again once it is written completely"
ZIP_AGAIN = "zip the folder again"


class Refused(Exception):  # noqa: N818 - an internal signal, not an error that leaves the room
    """An archive breaks a rule; becomes an ArtifactError at the door of this room.

    Args:
        what: what is wrong, as the end of a sentence that begins with the entry or the archive.
        way_out: what the uploader can do about it.
        entry: name of the entry, if one entry is to blame.
    """

    def __init__(self, what: str, way_out: str, entry: str | None = None) -> None:
        self.what = what
        self.way_out = way_out
        self.entry = entry
        super().__init__(what)


def shown(name: str) -> str:
    """Quote a name for a message: control characters escaped, the middle of a long one left out."""
    plain = name.encode("unicode_escape").decode("ascii") if not name.isprintable() else name
    if len(plain) > _SHOWN_CHARACTERS:
        half = _SHOWN_CHARACTERS // 2
        plain = f"{plain[:half]}…{plain[-half:]}"
    return f"'{plain}'"


@contextmanager
def refusals_of(file_name: str) -> Iterator[None]:
    """Turn every refusal inside the block into one ArtifactError about the file.

    Args:
        file_name: name of the uploaded file, for the message.

    Raises:
        ArtifactError: if the block refused the archive.
    """
    try:
        yield
    except Refused as refused:
        entry = "" if refused.entry is None else f"entry {shown(refused.entry)} "
        raise ArtifactError(
            f"artifact {shown(file_name)}: {entry}{refused.what}; {refused.way_out}"
        ) from None
