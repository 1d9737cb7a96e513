"""The clock of the local cloud: real, scaled (hours pass in seconds) or skipping (tests).

Whatever waits or tells the time in the local cloud does it through one of these objects, so that a
4-hour build can be watched in a minute and tested in a second. Times are aware UTC datetimes.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the local cloud may ask of time."""

    def now(self) -> datetime:
        """Return the present time of this clock, UTC."""

    async def sleep_until(self, when: datetime) -> None:
        """Return when this clock shows `when` or later."""

    def busy(self) -> contextlib.AbstractContextManager[None]:
        """Hold the time while work is under way; only a skipping clock cares."""


class ScaledClock:
    """Runs `speed` times as fast as real time, from `shown_utc` on.

    Processes that are given the same values show the same time, also after a restart.

    Args:
        speed: simulated seconds to a real one.
        started_utc: the real time at which it begins to run; now for None.
        shown_utc: what it shows at its beginning; the real time for None.

    Raises:
        ValueError: the speed is not positive, or a time has no zone.
    """

    def __init__(
        self,
        speed: float = 1.0,
        started_utc: datetime | None = None,
        shown_utc: datetime | None = None,
    ) -> None:
        if not speed > 0:
            raise ValueError(f"the clock's speed is {speed}; it must be greater than 0")
        self.speed = speed
        self.started_utc = _in_utc(started_utc or datetime.now(UTC))
        self.shown_utc = _in_utc(shown_utc or self.started_utc)

    def now(self) -> datetime:
        """Return the scaled time."""
        return self.at(datetime.now(UTC))

    def at(self, real_utc: datetime) -> datetime:
        """Return what it shows, or showed, at a real time."""
        return self.shown_utc + (real_utc - self.started_utc) * self.speed

    async def sleep_until(self, when: datetime) -> None:
        """Sleep the real share of the time that is left."""
        # Again, because a timer of the loop may ring a little early.
        while (left := (when - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - not polling
            await asyncio.sleep(left / self.speed)

    def busy(self) -> contextlib.AbstractContextManager[None]:
        """Do nothing: this clock runs on whatever happens."""
        return contextlib.nullcontext()


class SkippingClock:
    """Jumps to the next sleeper as soon as nothing is busy; for tests on one event loop.

    Work that takes real time (an activity on a thread) is wrapped in `busy()`, on the event loop,
    and the clock stands still meanwhile.

    Args:
        started_utc: the first time that it shows.

    Raises:
        ValueError: the time has no zone.
    """

    def __init__(self, started_utc: datetime | None = None) -> None:
        self._now = _in_utc(started_utc or datetime(2026, 1, 1, tzinfo=UTC))
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._busy = 0
        self._pump: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        """Return the time that the last jump led to."""
        return self._now

    def advance(self, step: timedelta) -> None:
        """Move the clock by hand; sleepers that are due wake at the next turn of the loop."""
        self._now += step

    async def sleep_until(self, when: datetime) -> None:
        """Wait until the clock has jumped to `when`."""
        if when <= self._now:
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (when, next(self._numbers), woken))
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._jump_while_idle())
        await woken

    @contextlib.contextmanager
    def busy(self) -> Iterator[None]:
        """Hold the clock while the block runs."""
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1

    async def _jump_while_idle(self) -> None:
        quiet_turns = 0
        while self._sleepers:
            await asyncio.sleep(0.0002 if self._busy else 0)
            quiet_turns = 0 if self._busy else quiet_turns + 1
            when, _, woken = self._sleepers[0]
            if woken.done():
                heapq.heappop(self._sleepers)
            elif when <= self._now or quiet_turns > 5:  # noqa: PLR2004 - lets woken tasks get going
                heapq.heappop(self._sleepers)
                self._now = max(self._now, when)
                woken.set_result(None)
                quiet_turns = 0


def _in_utc(when: datetime) -> datetime:
    if when.tzinfo is None:
        raise ValueError(f"the clock's start {when.isoformat()} has no time zone; it must be UTC")
    return when.astimezone(UTC)
