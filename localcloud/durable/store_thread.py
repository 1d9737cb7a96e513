"""Keeps the store on a thread of its own, so that no disk ever holds up the event loop.

A disk may be full for a while: `run` says so to whoever asks, `insist` waits for better times.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

from localcloud.durable.store import Store
from localcloud.sqlite_faults import StoreUnusableError, file_named

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")
_SECONDS_BETWEEN_TRIES = 1.0
_log = logging.getLogger("localcloud.durable")


class StoreThread:
    """Runs the store's methods one after the other on a single thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._complaint = ""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="durable-store")
        self._store: Store | None = None

    @property
    def store(self) -> Store:
        """Return the open store, for its bound methods: `await thread.run(thread.store.work)`."""
        if self._store is None:
            raise RuntimeError("the Durable engine is not started")
        return self._store

    async def open(self) -> None:
        """Open the file.

        Raises:
            StoreUnusableError: another engine has it open, or it is no store.
        """
        self._store = await self.run(Store, self._path)

    async def close(self) -> None:
        """Close the file after everything that was asked for before."""
        if self._store is not None:
            await self.run(self._store.close)
            self._store = None
        self._thread.shutdown(wait=False)

    async def run(
        self,
        method: Callable[Arguments, Answer],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Answer:
        """Call the method on the store's thread and return its answer.

        Raises:
            StoreUnusableError: the file cannot be read or written.
        """
        loop = asyncio.get_running_loop()
        with file_named(self._path):
            return await loop.run_in_executor(self._thread, lambda: method(*args, **kwargs))

    async def insist(
        self,
        method: Callable[Arguments, Answer],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Answer:
        """Call the method again and again until the disk takes it; say once why not.

        For what has happened already and must not be lost, such as the answer of an activity.
        """
        while True:
            try:
                answer = await self.run(method, *args, **kwargs)
            except StoreUnusableError as error:
                self._complain(str(error))
                await asyncio.sleep(_SECONDS_BETWEEN_TRIES)
            else:
                self._complaint = ""
                return answer

    def _complain(self, reason: str) -> None:
        if reason != self._complaint:
            _log.error("store_waits reason=%r", reason)
        self._complaint = reason
