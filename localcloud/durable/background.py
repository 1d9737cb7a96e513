"""Background tasks of the engine: counted as busy on the clock, awaited at the end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine

from localcloud.clock import Clock

_log = logging.getLogger("localcloud.durable")


class Background:
    """Starts tasks and knows which are under way.

    A task holds the clock from the moment it is started, so a skipping clock never jumps between
    the end of one piece of work and the beginning of the next.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[object, object, None]) -> None:
        """Run the coroutine; if it raises, that is logged."""
        holding = contextlib.ExitStack()
        holding.enter_context(self._clock.busy())
        task = asyncio.create_task(work)
        self._tasks.add(task)

        def done(ended: asyncio.Task[None]) -> None:
            holding.close()
            self._tasks.discard(ended)
            if not ended.cancelled() and ended.exception() is not None:
                _log.error("engine_task_failed", exc_info=ended.exception())

        task.add_done_callback(done)

    async def finish(self, drain_seconds: float) -> None:
        """Wait for what is under way, then cancel what is left.

        Args:
            drain_seconds: how long to wait, in real seconds.
        """
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=drain_seconds)
        left = list(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
