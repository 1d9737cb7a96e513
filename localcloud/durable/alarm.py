"""Wakes instances when their timers are due, on the local cloud's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from localcloud.clock import Clock
from localcloud.durable.store_thread import StoreThread
from localcloud.lasting_task import LastingTask


class Alarm:
    """Sleeps until the next due message of the store; there is no timer in memory to lose."""

    def __init__(self, thread: StoreThread, clock: Clock, wake: Callable[[str], None]) -> None:
        self._thread = thread
        self._clock = clock
        self._wake = wake
        self._changed = asyncio.Event()
        self._sleep: asyncio.Task[None] | None = None
        self._ringing: LastingTask | None = None

    def start(self) -> None:
        """Begin to watch; instances that are due already are woken first."""
        self._ringing = LastingTask(self._ring(), "alarm_failed no timer will fire any more")

    def timers_changed(self) -> None:
        """Look at the store again: a timer came or went."""
        self._changed.set()
        if self._sleep is not None:
            self._sleep.cancel()

    async def stop(self) -> None:
        """Stop watching."""
        if self._ringing is not None:
            await self._ringing.stop()
        if self._sleep is not None:
            self._sleep.cancel()

    async def _ring(self) -> None:
        store, run = self._thread.store, self._thread.insist
        while True:
            self._changed.clear()
            with self._clock.busy():
                now_utc = self._clock.now()
                for instance_id in await run(store.due_instances, now_utc):
                    self._wake(instance_id)
                next_due_utc = await run(store.next_due, now_utc)
            if self._changed.is_set():
                continue
            if next_due_utc is None:
                await self._changed.wait()
                continue
            self._sleep = asyncio.create_task(self._clock.sleep_until(next_due_utc))
            await asyncio.wait([self._sleep])
            self._sleep = None
