"""Words for what SQLite cannot do with a file of the local cloud: which file, why, the way out."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from localcloud.errors import LocalCloudError

_WAYS_OUT = {
    "is locked": "another host uses it: end that one, or choose another folder",
    "is full": "free some space on its disk",
    "readonly": "let this user write to its folder",
    "unable to open": "see that its folder exists and may be written",
    "disk I/O": "look at its disk",
}
_DAMAGED = "it is damaged, or of another version: delete it, and what it remembers"


class StoreUnusableError(LocalCloudError):
    """A file cannot be opened, read or written."""


@contextlib.contextmanager
def file_named(path: Path) -> Iterator[None]:
    """Say of any failure of SQLite in the block which file it was about, and what helps.

    Raises:
        StoreUnusableError: instead of SQLite's own error.
    """
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise  # a fault of ours, not of the file's
    except sqlite3.Error as error:
        reason = str(error)
        way_out = next((text for sign, text in _WAYS_OUT.items() if sign in reason), _DAMAGED)
        raise StoreUnusableError(f"{path} cannot be used ({reason}); {way_out}") from error
