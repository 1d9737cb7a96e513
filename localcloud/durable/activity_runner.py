"""Runs activities at least once: the work stays in the store until its answer is there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from localcloud.clock import Clock
from localcloud.durable import refusals
from localcloud.durable.functions import Functions, InvocationFailed
from localcloud.durable.history import Event, EventKind, event
from localcloud.durable.out_of_process import activity_failure
from localcloud.durable.store_thread import StoreThread
from localcloud.durable.turn import Message, Work

_log = logging.getLogger("localcloud.durable")

KillPoint = Callable[[str, str], None]
"""Called with "before", "after_effect" or "after_answer", and the activity's name."""


class ActivityRunner:
    """Calls the user's activities and stores their answers."""

    def __init__(
        self,
        functions: Functions,
        thread: StoreThread,
        clock: Clock,
        slots: asyncio.Semaphore,
        kill_point: KillPoint | None,
    ) -> None:
        self._functions = functions
        self._thread = thread
        self._clock = clock
        self._slots = slots
        self._kill_point = kill_point or (lambda _when, _name: None)
        self.stopping = False

    async def run(self, work: Work) -> str | None:
        """Run one activity; return the instance that has an answer now, if any."""
        async with self._slots:
            if self.stopping:
                return None
            self._kill_point("before", work.name)
            answer = await self._call(work)
            self._kill_point("after_effect", work.name)
        message = Message(work.instance_id, work.execution_id, answer)
        awaited = await self._thread.insist(self._thread.store.answer, work.number, message)
        self._kill_point("after_answer", work.name)
        return work.instance_id if awaited else None

    async def _call(self, work: Work) -> Event:
        if work.name not in self._functions.activities:  # the app has changed since it was asked
            known = self._functions.activities
            return self._failed(work, refusals.missing_function("activity", work.name, known))
        try:
            result = await self._functions.run_activity(
                work.name, work.input_json, work.instance_id
            )
        except InvocationFailed as failure:
            return self._failed(work, failure.message, failure.stack)
        except Exception as error:  # noqa: BLE001 - the host broke; the orchestration must hear it
            _log.error("activity_invocation_broke name=%s", work.name, exc_info=error)
            return self._failed(work, f"{type(error).__name__}: {error}")
        # .NET turns null into a TaskCompleted without a result.
        fields = {
            "TaskScheduledId": work.task_number,
            "Result": None if result == "null" else result,
        }
        return event(EventKind.TASK_COMPLETED, self._clock.now(), **fields)

    def _failed(self, work: Work, message: str, stack: str = "") -> Event:
        fields = activity_failure(work.name, message, stack)
        now_utc = self._clock.now()
        return event(EventKind.TASK_FAILED, now_utc, TaskScheduledId=work.task_number, **fields)
