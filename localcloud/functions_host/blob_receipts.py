"""Which versions of which blobs were handed to which function; survives `kill -9`.

The real host keeps receipts as blobs in `azure-webjobs-hosts`. Here they are rows of SQLite in the
host's folder: a plain commit is durable at once, while Azurite may lose what it wrote last.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from localcloud.sqlite_faults import file_named

_TABLE = """
create table if not exists receipts (
    function text not null, container text not null, blob text not null, etag text not null,
    tries integer not null, done integer not null,
    primary key (function, container, blob)
) without rowid
"""
_BEGIN = """
insert into receipts values (:function, :container, :blob, :etag, 1, 0)
on conflict do update set
    tries = case when etag = excluded.etag then tries + 1 else 1 end, etag = excluded.etag, done = 0
returning tries
"""
_FINISH = """
update receipts set tries = 0, done = 1
where function = :function and container = :container and blob = :blob and etag = :etag
"""


@dataclass(frozen=True)
class BlobVersion:
    """One version of a blob, as one function is to see it."""

    function: str
    container: str
    blob: str
    etag: str


class BlobReceipts:
    """The receipts of one host.

    Args:
        path: the SQLite file.

    Raises:
        StoreUnusableError: it is in use or damaged, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with file_named(path):
            self._database = sqlite3.connect(path, isolation_level=None)
            self._database.execute("pragma journal_mode = wal")
            self._database.execute("pragma synchronous = normal")
            self._database.execute(_TABLE)
            rows = self._database.execute(
                "select function, container, blob, etag from receipts where done = 1"
            )
            self._done = {(row[0], row[1], row[2]): str(row[3]) for row in rows}

    def is_done(self, version: BlobVersion) -> bool:
        """Tell whether that version was handed over, or given up."""
        return self._done.get((version.function, version.container, version.blob)) == version.etag

    def begin_try(self, version: BlobVersion) -> int:
        """Count a try before it is made, so that a crash counts as one; return its number.

        Raises:
            StoreUnusableError: it cannot be written down.
        """
        with file_named(self._path):
            row = self._database.execute(_BEGIN, vars(version)).fetchone()
        return int(row[0])

    def finish(self, version: BlobVersion) -> None:
        """Write the receipt. Raises as `begin_try`."""
        with file_named(self._path):
            self._database.execute(_FINISH, vars(version))
        self._done[(version.function, version.container, version.blob)] = version.etag

    def close(self) -> None:
        """Close the file."""
        self._database.close()
