"""The numbered tasks of one episode: what the orchestrator asked for, what is still open.

As TaskOrchestrationContext does it: numbers count from 0 in the order of the calls, history
confirms them one by one, and what is not confirmed at the end is new work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from localcloud.durable import refusals
from localcloud.durable.history import Event, EventKind
from localcloud.durable.tasks import Task


@dataclass(frozen=True)
class ActivityCall:
    """An activity to run."""

    number: int
    name: str
    input_json: str | None
    kind = EventKind.TASK_SCHEDULED


@dataclass(frozen=True)
class ChildCall:
    """A sub-orchestration to start."""

    number: int
    name: str
    instance_id: str
    input_json: str | None
    version: str | None
    kind = EventKind.SUB_ORCHESTRATION_CREATED


@dataclass(frozen=True)
class TimerCall:
    """A timer to set."""

    number: int
    fire_at_utc: datetime
    name = None
    kind = EventKind.TIMER_CREATED


Call = ActivityCall | ChildCall | TimerCall


class NonDeterminismError(Exception):
    """The replay asks for something else than history says."""


class Schedule:
    """Open tasks and new calls of one episode."""

    def __init__(self) -> None:
        self.pending: dict[int, Call] = {}
        self._open: dict[int, Task] = {}
        self._parked: dict[int, Call] = {}
        self._next_number = 0

    @property
    def has_open_tasks(self) -> bool:
        """Tell whether something is still awaited, an uncancelled timer for instance."""
        return bool(self._open)

    def add(self, make_call: Callable[[int], Call]) -> Task:
        """Give the call its number and return the task that stands for it."""
        number = self._next_number
        self._next_number += 1
        self.pending[number] = make_call(number)
        self._open[number] = task = Task()
        return task

    def add_cancelled_timer(self, fire_at_utc: datetime) -> Task:
        """Add a timer that keeps nothing open; it is still created, and fires for nobody."""
        task = self.add(lambda number: TimerCall(number, fire_at_utc))
        del self._open[self._next_number - 1]
        task.settle(failed=True)
        return task

    def settle(self, number: int, *, failed: bool) -> None:
        """Complete an open task; a duplicate or cancelled one is ignored."""
        task = self._open.pop(number, None)
        if task is not None:
            task.settle(failed=failed)

    def confirm(self, scheduled: Event) -> None:
        """Match a scheduling event of history with the call of this replay.

        Raises:
            NonDeterminismError: kind or name differ, or there is no such call.
        """
        kind, number = EventKind(scheduled["EventType"]), scheduled["EventId"]
        call = self.pending.get(number)
        if call is None:
            difference = refusals.NOT_SCHEDULED
        elif call.kind != kind:
            difference = refusals.other_task(call.kind)
        elif call.name is not None and call.name.lower() != scheduled["Name"].lower():
            difference = refusals.other_name(call.name)
        else:
            del self.pending[number]
            return
        raise NonDeterminismError(
            refusals.non_determinism(kind, number, scheduled.get("Name"), difference)
        )

    def park(self) -> None:
        """Hold back the new calls while the instance is suspended."""
        self._parked.update(self.pending)
        self.pending.clear()

    def unpark(self) -> None:
        """Release the calls that were held back."""
        self.pending.update(self._parked)
        self._parked.clear()
