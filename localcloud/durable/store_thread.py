"""Keeps the store on a thread of its own, so that no disk ever holds up the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

from localcloud.durable.store import Store

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


class StoreThread:
    """Runs the store's methods one after the other on a single thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
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
            StoreInUseError: another engine has it open.
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
        """Call the method on the store's thread and return its answer."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: method(*args, **kwargs))
