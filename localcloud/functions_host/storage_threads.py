"""The threads on which the blob triggers talk to storage.

They are the host's own, not the event loop's: a storage that does not answer must not hold up the
host's end, and the loop waits for its own threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Answer = TypeVar("Answer")
_THREADS = 8


class StorageThreads:
    """Runs blocking storage calls."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="storage")
        self._busy = 0

    @property
    def busy(self) -> int:
        """Return how many calls are under way."""
        return self._busy

    async def run(self, call: Callable[..., Answer], *arguments: object) -> Answer:
        """Run a call and return its answer, or raise what it raises."""
        future = self._pool.submit(call, *arguments)
        self._busy += 1
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda _: self._ended(loop))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Take no more calls; those under way are not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ended(self, loop: asyncio.AbstractEventLoop) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._count_down)

    def _count_down(self) -> None:
        self._busy -= 1
