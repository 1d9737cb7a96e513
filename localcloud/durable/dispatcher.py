"""Gives instances their turns: one at a time each, a few at once, none forgotten."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from localcloud.clock import Clock
from localcloud.durable.activity_runner import ActivityRunner
from localcloud.durable.alarm import Alarm
from localcloud.durable.background import Background
from localcloud.durable.instance import Instance
from localcloud.durable.replay import Replay
from localcloud.durable.store_thread import StoreThread
from localcloud.durable.turn import Applied, Work

_log = logging.getLogger("localcloud.durable")


class Dispatcher:
    """Turns, activities and timers of one engine."""

    def __init__(
        self,
        thread: StoreThread,
        clock: Clock,
        replay: Replay,
        activities: ActivityRunner,
        max_orchestrators: int,
    ) -> None:
        self._thread = thread
        self._clock = clock
        self._replay = replay
        self._activities = activities
        self._slots = asyncio.Semaphore(max_orchestrators)
        self._threads = ThreadPoolExecutor(max_orchestrators, thread_name_prefix="durable-episode")
        self._background = Background(clock)
        self._alarm = Alarm(thread, clock, self.wake)
        self._in_turn: set[str] = set()
        self._wanted_again: set[str] = set()
        self._stopping = False
        self.on_change: Callable[[Instance], None] = lambda _instance: None

    async def start(self) -> None:
        """Take up what the store holds: unanswered work, messages, timers."""
        for work in await self._thread.run(self._thread.store.work):
            self._start_activity(work)
        self._alarm.start()

    async def stop(self, drain_seconds: float) -> None:
        """Begin nothing new, wait for what is under way, then cancel it."""
        self._stopping = self._activities.stopping = True
        await self._alarm.stop()
        await self._background.finish(drain_seconds)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def wake(self, instance_id: str) -> None:
        """Give the instance a turn, or another one if it has one now."""
        if self._stopping:
            return
        if instance_id in self._in_turn:
            self._wanted_again.add(instance_id)
            return
        self._in_turn.add(instance_id)
        self._background.start(self._take_turns(instance_id))

    async def _take_turns(self, instance_id: str) -> None:
        try:
            again = True
            while again and not self._stopping:
                self._wanted_again.discard(instance_id)
                async with self._slots:
                    await self._take_turn(instance_id)
                again = instance_id in self._wanted_again
        finally:
            self._in_turn.discard(instance_id)
            self._wanted_again.discard(instance_id)

    async def _take_turn(self, instance_id: str) -> None:
        store, now_utc = self._thread.store, self._clock.now()
        turn = await self._thread.insist(store.turn, instance_id, now_utc)
        if turn is None:
            return
        loop = asyncio.get_running_loop()
        change = await loop.run_in_executor(self._threads, self._replay.take, turn, now_utc)
        applied = await self._thread.insist(store.apply, change)
        if applied is not None:
            self._follow_up(applied)
            self.on_change(change.instance)

    def _follow_up(self, applied: Applied) -> None:
        for child_id in applied.refused_children:
            _log.error("sub_orchestration_refused instance_id=%s reason=not_ended", child_id)
        for work in applied.work:
            self._start_activity(work)
        for instance_id in applied.wake:
            self.wake(instance_id)
        if applied.timers_changed:
            self._alarm.timers_changed()

    def _start_activity(self, work: Work) -> None:
        if not self._stopping:
            self._background.start(self._run_activity(work))

    async def _run_activity(self, work: Work) -> None:
        instance_id = await self._activities.run(work)
        if instance_id is not None:
            self.wake(instance_id)
