"""Timer triggers on the host's clock: one run of a timer at a time, missed runs made up for.

What was due while the host was down runs at the next start with `IsPastDue`, unless the timer sets
`use_monitor=False` or comes more than once a minute (functions-bindings-timer, "useMonitor").
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from azure.functions.meta import Datum

from localcloud.clock import Clock
from localcloud.durable.functions import InvocationFailed
from localcloud.functions_host.converters import json_text
from localcloud.functions_host.index import IndexedFunction
from localcloud.functions_host.invocation import Call, Invoker
from localcloud.functions_host.placeholders import resolve_placeholders
from localcloud.functions_host.schedule import Schedule, read_schedule

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TimerTrigger:
    """One function with a timer."""

    function: IndexedFunction
    schedule: Schedule
    runs_at_start: bool
    is_monitored: bool


def read_timer_triggers(
    index: list[IndexedFunction], settings: Mapping[str, str]
) -> list[TimerTrigger]:
    """Return the timers of the app.

    Args:
        index: the functions of the app.
        settings: the app settings, for `%NAME%` in schedules.

    Raises:
        StartupError: a schedule is not understood.
    """
    return [_read(f, settings) for f in index if f.trigger_type == "timerTrigger"]


def _read(function: IndexedFunction, settings: Mapping[str, str]) -> TimerTrigger:
    where = f"function {function.name}"
    trigger = function.trigger
    expression = resolve_placeholders(trigger["schedule"], settings, f"{where}: the schedule")
    return TimerTrigger(
        function=function,
        schedule=read_schedule(expression, where),
        runs_at_start=bool(trigger.get("runOnStartup", False)),
        is_monitored=bool(trigger.get("useMonitor", True)),
    )


class TimerStatus:
    """When each timer ran last and is due next, in a file of the host's folder.

    Args:
        path: the JSON file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: dict[str, dict[str, str]] = {}
        with contextlib.suppress(FileNotFoundError, ValueError):
            self._entries = json.loads(path.read_text(encoding="utf-8"))

    def entry(self, function_name: str) -> dict[str, str]:
        """Return `Last`, `Next` and `LastUpdated` of a timer, {} if it never ran."""
        return self._entries.get(function_name, {})

    def due(self, function_name: str) -> datetime | None:
        """Return when a timer was to run next, as it was last written down."""
        text = self.entry(function_name).get("Next")
        return datetime.fromisoformat(text) if text else None

    def write(self, function_name: str, entry: dict[str, str]) -> None:
        """Write down the status of a timer; without it the timers go on all the same."""
        self._entries[function_name] = entry
        unfinished = self._path.with_suffix(".new")
        try:
            unfinished.write_text(json.dumps(self._entries, indent=2), encoding="utf-8")
            unfinished.replace(self._path)
        except OSError as error:
            _log.warning("a missed timer may not be made up for: %s: %s", self._path, error)


class TimerTriggers:
    """Runs the timers.

    Args:
        timers: the timers of the app.
        invoker: what runs the functions.
        clock: the time.
        status: what is remembered of them.
        other_inputs: makes the arguments that are not the timer (durableClient).
    """

    def __init__(
        self,
        timers: list[TimerTrigger],
        invoker: Invoker,
        clock: Clock,
        status: TimerStatus,
        other_inputs: Callable[[IndexedFunction], dict[str, Datum]],
    ) -> None:
        self._timers = timers
        self._invoker = invoker
        self._clock = clock
        self._status = status
        self._other_inputs = other_inputs

    async def run(self) -> None:
        """Run every timer until cancelled; a function that runs then is not interrupted."""
        await asyncio.gather(*(self._run_timer(timer) for timer in self._timers))

    async def run_now(self, function_name: str) -> bool:
        """Run a timer out of turn; return whether there is one of that name."""
        for timer in self._timers:
            if timer.function.name == function_name:
                await self._invoke(timer, past_due=False)
                return True
        return False

    async def _run_timer(self, timer: TimerTrigger) -> None:
        last: datetime | None = None
        past_due = self._is_past_due(timer)
        if past_due or timer.runs_at_start:
            last = await asyncio.shield(self._invoke(timer, past_due=past_due))
        while True:
            await self._clock.sleep_until(self._note_next(timer, last))
            last = await asyncio.shield(self._invoke(timer, past_due=False))

    def _is_past_due(self, timer: TimerTrigger) -> bool:
        now = self._clock.now()
        if not timer.is_monitored or timer.schedule.is_frequent(now):
            return False
        due = self._status.due(timer.function.name)
        return due is not None and due <= now

    def _note_next(self, timer: TimerTrigger, last: datetime | None) -> datetime:
        name, now = timer.function.name, self._clock.now()
        due = timer.schedule.next_after(now)
        before = self._status.entry(name).get("Last", "0001-01-01T00:00:00+00:00")
        entry = {
            "Last": last.isoformat() if last else before,
            "Next": due.isoformat(),
            "LastUpdated": now.isoformat(),
        }
        self._status.write(name, entry)
        return due

    async def _invoke(self, timer: TimerTrigger, *, past_due: bool) -> datetime:
        function, began = timer.function, self._clock.now()
        request = {
            "Schedule": {"AdjustForDST": True},
            "ScheduleStatus": self._status.entry(function.name) or None,
            "IsPastDue": past_due,
        }
        inputs = {
            **self._other_inputs(function),
            function.trigger_name: json_text(json.dumps(request)),
        }
        with self._clock.busy(), contextlib.suppress(InvocationFailed):  # the invoker reports it
            await self._invoker.invoke(
                Call(function, inputs, reason=f"Timer fired at {began:%Y-%m-%dT%H:%M:%SZ}")
            )
        return began
