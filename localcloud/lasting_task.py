"""Work that goes on until it is stopped: a watch, a poll, an alarm."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine

_log = logging.getLogger(__name__)


class LastingTask:
    """Runs on the present event loop; if it ends by an error, the log says what is missing now.

    Args:
        work: what goes on; it returns only if there is nothing to do at all.
        consequence: what does not happen any more if it fails, for the log.
    """

    def __init__(self, work: Coroutine[object, object, None], consequence: str) -> None:
        self._consequence = consequence
        self._task = asyncio.create_task(work)
        self._task.add_done_callback(self._complain)

    async def stop(self) -> None:
        """End it; one that has failed is fine, as that was said when it happened."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def _complain(self, ended: asyncio.Task[None]) -> None:
        if not ended.cancelled() and ended.exception() is not None:
            _log.error("%s", self._consequence, exc_info=ended.exception())
