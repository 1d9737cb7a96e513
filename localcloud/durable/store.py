"""The engine's memory: SQLite, one transaction per turn, safe against kill -9.

Plain synchronous calls, made from one thread only (`store_thread.py`). The file is locked for as
long as it is open: two hosts on one store would run every activity twice.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from localcloud.durable import schema
from localcloud.durable.history import Event, dump
from localcloud.durable.instance import Instance, InstanceIsLive
from localcloud.durable.instance_query import InstanceQuery, Page
from localcloud.durable.turn import Applied, Change, Message, Turn, Work

_PLACES = ",".join("?" * 13)
_SELECT_INSTANCE = f"select {schema.INSTANCE_COLUMNS} from instances "  # noqa: S608 - constants
_INSERT_INSTANCE = f"insert or replace into instances values({_PLACES})"


class Store:
    """Instances, their histories, messages on the way and work to do."""

    def __init__(self, path: Path) -> None:
        """Open the store, made on first use.

        Args:
            path: the SQLite file; its folder exists.

        Raises:
            sqlite3.Error: it is in use or damaged, or cannot be written.
        """
        self._db = sqlite3.connect(path, timeout=2, isolation_level=None)
        try:
            self._db.execute("pragma locking_mode=exclusive")
            self._db.execute("pragma journal_mode=wal")
            self._db.execute("pragma synchronous=normal")
            self._db.executescript(schema.CREATE)
            self.query(InstanceQuery(limit=1))
        except sqlite3.Error:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file and release its lock."""
        self._db.close()

    # Reading

    def instance(self, instance_id: str) -> Instance | None:
        """Return the instance of this id, None if there is none."""
        row = self._db.execute(_SELECT_INSTANCE + "where id=?", (instance_id,)).fetchone()
        return None if row is None else schema.from_row(row)

    def history(self, instance_id: str) -> list[Event]:
        """Return the history of the latest generation."""
        return json.loads(f"[{','.join(self._history_texts(instance_id))}]")  # type: ignore[no-any-return]  # JSON in

    def query(self, query: InstanceQuery) -> Page:
        """Return the instances that the query matches, oldest first."""
        where, values = query.condition()
        rows = self._db.execute(
            f"{_SELECT_INSTANCE} where {where} order by created, id limit ?",
            (*values, query.limit + 1 if query.limit else -1),
        ).fetchall()
        return query.page([schema.from_row(row) for row in rows])

    def work(self) -> list[Work]:
        """Return all activities whose answer is missing, oldest first."""
        rows = self._db.execute(
            "select id, execution, task, name, input, number from work order by number"
        )
        return [Work(*row) for row in rows]

    def due_instances(self, now_utc: datetime) -> list[str]:
        """Return the ids of the instances that have messages to take."""
        rows = self._db.execute(
            "select distinct id from inbox where due<=?", (schema.to_ticks(now_utc),)
        )
        return [row[0] for row in rows]

    def next_due(self, now_utc: datetime) -> datetime | None:
        """Return when the next message after now is due."""
        (ticks,) = self._db.execute(
            "select min(due) from inbox where due>?", (schema.to_ticks(now_utc),)
        ).fetchone()
        return None if ticks is None else schema.from_ticks(ticks)

    # Turns

    def turn(self, instance_id: str, now_utc: datetime) -> Turn | None:
        """Return what the instance has to do now; messages that nobody can take are dropped."""
        rows = self._db.execute(
            "select number, execution, event from inbox where id=? and due<=? "
            "order by rank, number",
            (instance_id, schema.to_ticks(now_utc)),
        ).fetchall()
        if not rows:
            return None
        instance = self.instance(instance_id)
        execution_id = (
            None if instance is None or instance.status.is_final else instance.execution_id
        )
        new = [
            json.loads(text) for _, to, text in rows if execution_id and to in (None, execution_id)
        ]
        consumed = tuple(number for number, _, _ in rows)
        if instance is None or not new:
            self._drop(consumed)
            return None
        return Turn(instance, tuple(self._history_texts(instance_id)), tuple(new), consumed)

    def apply(self, change: Change) -> Applied | None:
        """Store all that a turn has changed; None if the instance is no longer what it was."""
        with self._transaction():
            current = self.instance(change.instance.instance_id)
            if current is None or current.execution_id != change.before.execution_id:
                return None
            return self._apply(change)

    def answer(self, work_number: int, message: Message) -> bool:
        """Store the answer of an activity; False if nobody waits for it any more."""
        with self._transaction():
            deleted = self._db.execute("delete from work where number=?", (work_number,)).rowcount
            if deleted:
                self._send([message])
        return bool(deleted)

    def send(self, message: Message) -> None:
        """Put one message into an instance's inbox."""
        self._send([message])

    def create(self, instance: Instance, start: Message) -> None:
        """Create an instance; one that has ended is replaced.

        Raises:
            InstanceIsLive: one of this id has not ended.
        """
        with self._transaction():
            current = self.instance(instance.instance_id)
            if current is not None and not current.status.is_final:
                raise InstanceIsLive(current.status)
            self._create(instance, start)

    def purge(self, instance_ids: Iterable[str]) -> int:
        """Delete instances with everything that belongs to them; return how many there were."""
        with self._transaction():
            return sum(self._delete(instance_id) for instance_id in instance_ids)

    # Inside a transaction

    def _apply(self, change: Change) -> Applied:
        instance_id = change.instance.instance_id
        applied = Applied(timers_changed=change.forgets)
        if change.forgets:
            self._db.execute(
                "delete from inbox where id=? and (execution=? or ?)",
                (instance_id, change.before.execution_id, change.instance.status.is_final),
            )
        if change.begins_generation:
            self._db.execute("delete from history where id=?", (instance_id,))
        self._drop(change.consumed)
        self._db.execute(_INSERT_INSTANCE, schema.to_row(change.instance))
        self._db.executemany(
            "insert into history values(?,?,?)",
            [
                (instance_id, seq, dump(event))
                for seq, event in enumerate(change.history, change.history_start)
            ],
        )
        applied.work.extend(self._add_work(work) for work in change.work)
        self._send(change.messages)
        self._create_children(change, applied)
        applied.wake.update(m.instance_id for m in change.messages if m.due_utc is None)
        timers = any(message.due_utc is not None for message in change.messages)
        return Applied(
            applied.work, applied.wake, applied.timers_changed or timers, applied.refused_children
        )

    def _create_children(self, change: Change, applied: Applied) -> None:
        for child in change.children:
            current = self.instance(child.instance.instance_id)
            if current is None or current.status.is_final:
                self._create(child.instance, child.start)
                applied.wake.add(child.instance.instance_id)
            else:
                self._send([child.if_taken])
                applied.wake.add(change.instance.instance_id)
                applied.refused_children.append(child.instance.instance_id)

    def _add_work(self, work: Work) -> Work:
        cursor = self._db.execute(
            "insert into work(id, execution, task, name, input) values(?,?,?,?,?)",
            (work.instance_id, work.execution_id, work.task_number, work.name, work.input_json),
        )
        ids = (work.instance_id, work.execution_id)
        return Work(*ids, work.task_number, work.name, work.input_json, cursor.lastrowid or 0)

    def _create(self, instance: Instance, start: Message) -> None:
        self._delete(instance.instance_id)
        self._db.execute(_INSERT_INSTANCE, schema.to_row(instance))
        self._send([start])

    def _delete(self, instance_id: str) -> int:
        for table in ("history", "inbox", "work"):
            self._db.execute(f"delete from {table} where id=?", (instance_id,))  # noqa: S608 - constants
        return self._db.execute("delete from instances where id=?", (instance_id,)).rowcount

    def _send(self, messages: Iterable[Message]) -> None:
        self._db.executemany(
            "insert into inbox(id, execution, due, rank, event) values(?,?,?,?,?)",
            [
                (m.instance_id, m.execution_id, schema.to_ticks(m.due_utc), m.rank, dump(m.event))
                for m in messages
            ],
        )

    def _drop(self, numbers: Iterable[int]) -> None:
        self._db.executemany("delete from inbox where number=?", [(each,) for each in numbers])

    def _history_texts(self, instance_id: str) -> list[str]:
        rows = self._db.execute("select event from history where id=? order by seq", (instance_id,))
        return [row[0] for row in rows]

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("begin immediate")
        try:
            yield
            self._db.execute("commit")
        except BaseException:
            if self._db.in_transaction:  # SQLite itself rolls back on a full disk
                self._db.execute("rollback")
            raise
