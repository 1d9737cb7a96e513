"""Hand each new version of a blob to its function, at least once.

A failing blob is tried `poisonBlobThreshold` times (5) and then becomes a message of the queue
`webjobs-blobtrigger-poison` (functions-bindings-storage-blob-trigger, "Poison blobs"). Blobs are
handed over side by side, `maxDegreeOfParallelism` at once.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from localcloud.clock import Clock
from localcloud.durable.functions import InvocationFailed
from localcloud.functions_host.blob_receipts import BlobReceipts, BlobVersion
from localcloud.functions_host.blob_triggers import POISON_QUEUE, BlobTrigger
from localcloud.functions_host.invocation import Invoker
from localcloud.functions_host.storage_threads import StorageThreads
from localcloud.functions_host.trigger_storage import ListedBlob, StorageUnavailableError
from localcloud.sqlite_faults import StoreUnusableError

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BlobLimits:
    """How many at once, how many tries, and the pause between two tries (of the host's clock)."""

    at_once: int = 4
    tries: int = 5
    pause: timedelta = timedelta(seconds=10)


class BlobDeliveries:
    """Hands blobs to functions, with tries, receipts and the poison queue.

    Args:
        invoker: what runs the functions.
        receipts: which versions were handed over.
        threads: where storage is asked.
        clock: the time of the pauses between tries.
        limits: how many at once, how many tries.
    """

    def __init__(
        self,
        invoker: Invoker,
        receipts: BlobReceipts,
        threads: StorageThreads,
        clock: Clock,
        limits: BlobLimits,
    ) -> None:
        self._invoker = invoker
        self._receipts = receipts
        self._threads = threads
        self._clock = clock
        self._limits = limits
        self._places = asyncio.Semaphore(limits.at_once)
        self._tasks: set[asyncio.Task[None]] = set()
        self._under_way: Counter[BlobVersion] = Counter()

    def is_known(self, version: BlobVersion) -> bool:
        """Tell whether a version was handed over or is about to be."""
        return self._receipts.is_done(version) or version in self._under_way

    def deliver(self, trigger: BlobTrigger, blob: ListedBlob, reason: str) -> None:
        """Begin to hand a blob to a function; the caller does not wait for it."""
        version = trigger.version(blob)
        self._under_way[version] += 1
        task = asyncio.create_task(self._deliver(trigger, version, reason))
        self._tasks.add(task)
        task.add_done_callback(functools.partial(self._forget, version))

    async def stop(self) -> None:
        """Give up what waits for its turn; the next start finds it again."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, version: BlobVersion, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._under_way[version] -= 1
        if not self._under_way[version]:
            del self._under_way[version]
        if not task.cancelled() and task.exception() is not None:
            _log.error("a blob could not be handed over", exc_info=task.exception())

    async def _deliver(self, trigger: BlobTrigger, version: BlobVersion, reason: str) -> None:
        try:
            while not await self._try_once(trigger, version, reason):
                await self._clock.sleep_until(self._clock.now() + self._limits.pause)
        except (StorageUnavailableError, StoreUnusableError) as error:
            _log.warning("blob %s/%s waits: %s", version.container, version.blob, error)

    async def _try_once(self, trigger: BlobTrigger, version: BlobVersion, reason: str) -> bool:
        """Return whether this version is settled: handed over, given up, gone or changed."""
        async with self._places:
            call = await self._threads.run(trigger.prepare, version, reason)
            if call is None:
                return True
            number = self._receipts.begin_try(version)
            try:
                with self._clock.busy():
                    await self._invoker.invoke(call)
            except InvocationFailed:
                if number < self._limits.tries:
                    return False
                await self._threads.run(trigger.poison, version)
                _log.error(
                    "blob %s/%s failed %d times; it is now in the queue %s",
                    version.container,
                    version.blob,
                    number,
                    POISON_QUEUE,
                )
            self._receipts.finish(version)
            return True
