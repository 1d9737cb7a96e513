"""The tables of the engine's store, and how rows become instances.

One file per task hub. `inbox` holds messages (timers are messages with a due time), `work` holds
activities whose answer is not stored yet; its numbers are never used again, because an answer may
come after its work has been purged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from localcloud.durable.instance import Instance, Parent, Status

CREATE = """
create table if not exists instances(
  id text primary key, execution text not null, name text not null, version text,
  status text not null, input text, output text, custom_status text,
  created text not null, updated text not null,
  parent_id text, parent_execution text, parent_task integer) without rowid;
create index if not exists instances_by_creation on instances(created, id);
create table if not exists history(
  id text not null, seq integer not null, event text not null, primary key(id, seq)) without rowid;
create table if not exists inbox(
  number integer primary key, id text not null, execution text,
  due integer not null, rank integer not null, event text not null);
create index if not exists inbox_by_instance on inbox(id, due);
create index if not exists inbox_by_due on inbox(due);
create table if not exists work(
  number integer primary key autoincrement, id text not null, execution text not null,
  task integer not null, name text not null, input text);
create index if not exists work_by_instance on work(id);
"""

INSTANCE_COLUMNS = (
    "id, execution, name, version, status, input, output, custom_status, created, updated, "
    "parent_id, parent_execution, parent_task"
)

_FIELDS = [field.name for field in fields(Instance) if field.name != "parent"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def to_ticks(when_utc: datetime | None) -> int:
    """Return microseconds since 1970, 0 for None."""
    return 0 if when_utc is None else (when_utc - _EPOCH) // _TICK


def from_ticks(ticks: int) -> datetime:
    """Return the time that `to_ticks` was given."""
    return _EPOCH + ticks * _TICK


def to_row(instance: Instance) -> tuple[object, ...]:
    """Return the values of INSTANCE_COLUMNS."""
    parent = instance.parent
    output = instance.output
    return (
        instance.instance_id,
        instance.execution_id,
        instance.name,
        instance.version,
        str(instance.status),
        instance.input_json,
        # A failure's text is not ours: half a surrogate pair must not break the store.
        None if output is None else output.encode("utf-8", "backslashreplace").decode(),
        instance.custom_status,
        instance.created_utc,
        instance.updated_utc,
        parent.instance_id if parent else None,
        parent.execution_id if parent else None,
        parent.task_number if parent else None,
    )


def from_row(row: Sequence[Any]) -> Instance:
    """Return the instance of a row with INSTANCE_COLUMNS."""
    columns, parent = dict(zip(_FIELDS, row[:10], strict=True)), row[10:]
    columns["status"] = Status(columns["status"])
    return Instance(**columns, parent=None if parent[0] is None else Parent(*parent))
