"""What the simulator keeps on disk, so that it outlives its process: SQLite, safe against kill -9.

Resources are JSON documents by kind and id, written at every change; the journal is one row a call.
Templates hold the SAS of their sources, as AIB's do, so the file is its owner's only and what is
deleted is overwritten.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from localcloud.errors import StateError

FILE_NAME = "simulator.db"
Kind = Literal["template", "ending", "compute", "fault", "group"]
_CREATE = """
create table if not exists documents(
  kind text not null, id text not null, document text not null, primary key(kind, id));
create table if not exists journal(seq integer primary key, entry text not null);
"""


class SimulatorStore:
    """One simulator's file; plain synchronous calls, each of them well below a millisecond.

    Args:
        folder: where the file lies; made when it is missing.

    Raises:
        StateError: the file is in use, or not one of ours.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / FILE_NAME
        os.close(os.open(self._path, os.O_CREAT, 0o600))  # SQLite's other files follow its mode
        self._db = sqlite3.connect(self._path, timeout=2, isolation_level=None)
        with self.reading():
            self._db.execute("pragma locking_mode=exclusive")
            self._db.execute("pragma journal_mode=wal")
            self._db.execute("pragma synchronous=off")  # a kill loses nothing, a power cut may
            self._db.execute("pragma secure_delete=on")
            self._db.executescript(_CREATE)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Say of any failure to understand what was stored where it lies and what helps.

        Raises:
            StateError: instead of what was raised inside.
        """
        try:
            yield
        except (sqlite3.Error, ValueError) as error:
            self._db.close()
            reason = str(error).partition("\n")[0]
            raise StateError(
                f"{self._path} cannot be read ({reason}); delete {self._path.parent}"
            ) from error

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Store everything that the block stores, or nothing; nothing is awaited in it."""
        self._db.execute("begin")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    def documents(self, kind: Kind) -> dict[str, str]:
        """Return every document of a kind by its id, in the order in which they came."""
        select = "select id, document from documents where kind=? order by rowid"
        return dict(self._db.execute(select, (kind,)).fetchall())

    def put(self, kind: Kind, document_id: str, document: str) -> None:
        """Store a document; one that replaces another keeps its place."""
        self._db.execute(
            "insert into documents values(?,?,?) "
            "on conflict(kind, id) do update set document=excluded.document",
            (kind, document_id, document),
        )

    def delete(self, kind: Kind, document_id: str) -> None:
        """Forget a document, if there is one."""
        self._db.execute("delete from documents where kind=? and id=?", (kind, document_id))

    def last_call(self) -> int:
        """Return the number of the journal's last entry; 0 when there is none."""
        (seq,) = self._db.execute("select max(seq) from journal").fetchone()
        return seq or 0

    def put_call(self, seq: int, entry: str) -> None:
        """Store an entry of the journal, or store it anew."""
        self._db.execute("insert or replace into journal values(?,?)", (seq, entry))

    def calls(self) -> list[str]:
        """Return the entries of the journal."""
        rows = self._db.execute("select entry from journal order by seq")
        return [entry for (entry,) in rows]
