"""What travels between the store and the engine: a turn to take, and the change that it makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from localcloud.durable.history import Event
from localcloud.durable.instance import Instance, Parent


class Rank(IntEnum):
    """The order in which messages of one turn are taken; equal ones in order of arrival."""

    START = 0
    CARRIED = 1
    ARRIVED = 2


@dataclass(frozen=True)
class Message:
    """An event on its way to an instance.

    Args:
        instance_id: to whom.
        execution_id: to which generation; None for whichever is current.
        event: what happened.
        due_utc: not before this time; None for at once.
        rank: its place among the messages of the same turn.
    """

    instance_id: str
    execution_id: str | None
    event: Event
    due_utc: datetime | None = None
    rank: Rank = Rank.ARRIVED


@dataclass(frozen=True)
class Work:
    """An activity to run; `number` is the store's, 0 before it is stored."""

    instance_id: str
    execution_id: str
    task_number: int
    name: str
    input_json: str | None
    number: int = 0


@dataclass(frozen=True)
class Child:
    """An instance to create, its first message, and what the parent hears if the id is taken."""

    instance: Instance
    start: Message
    if_taken: Message


@dataclass(frozen=True)
class Turn:
    """An instance with something to do: its history as JSON texts, and its new events."""

    instance: Instance
    past: tuple[str, ...]
    new: tuple[Event, ...]
    consumed: tuple[int, ...]


@dataclass(frozen=True)
class Change:
    """Everything that one turn does, applied in one transaction.

    `instance` is as it is afterwards; `before` tells which generation the turn was taken for, so
    that a change of an instance that was purged or replaced meanwhile is dropped.
    """

    before: Instance
    instance: Instance
    history_start: int
    consumed: tuple[int, ...] = ()
    history: tuple[Event, ...] = ()
    messages: tuple[Message, ...] = ()
    work: tuple[Work, ...] = ()
    children: tuple[Child, ...] = ()

    @property
    def forgets(self) -> bool:
        """Tell whether the generation ends, so that its messages go."""
        return self.instance.status.is_final or self.begins_generation

    @property
    def begins_generation(self) -> bool:
        """Tell whether the instance continues as new."""
        return self.instance.execution_id != self.before.execution_id


@dataclass(frozen=True)
class Applied:
    """What the engine has to do after a change: run work, wake instances, look at the clock."""

    work: list[Work] = field(default_factory=list)
    wake: set[str] = field(default_factory=set)
    timers_changed: bool = False
    refused_children: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Start:
    """An orchestration to be created."""

    name: str
    instance_id: str
    input_json: str | None = None
    version: str | None = None
    parent: Parent | None = None
