"""The local cloud's Durable engine: event-sourced, with the meaning of the .NET extension.

It speaks the out-of-process JSON protocol of azure-functions-durable 1.7 and keeps everything in
SQLite. A process that is killed at any moment goes on where it was: turns are transactions, timers
are rows, and an activity whose answer is stored is never run again (one whose answer is not stored
is: at least once).

What it does not do: entities, `call_http`, `signal_entity` (an orchestrator that asks for them
fails, by name), rewind (501), extended sessions, partitions, large-message blobs, version matching
(every version runs), sending events from orchestrators, remembering strict replay's comparison over
a restart. Unlike Azure, an unknown activity and a child whose id is taken fail instead of hanging.
"""

from __future__ import annotations

import asyncio
import unicodedata
import uuid
from pathlib import Path

from localcloud.clock import Clock
from localcloud.durable import refusals
from localcloud.durable.activity_runner import ActivityRunner, KillPoint
from localcloud.durable.decisions import new_instance
from localcloud.durable.dispatcher import Dispatcher
from localcloud.durable.functions import Functions
from localcloud.durable.history import Event, EventKind, event
from localcloud.durable.instance import Instance, InstanceEnded, InstanceNotFound, Status
from localcloud.durable.instance_query import InstanceQuery, Page
from localcloud.durable.replay import Replay
from localcloud.durable.store_thread import StoreThread
from localcloud.durable.strict_replay import StrictReplay
from localcloud.durable.turn import Message, Start

MAX_INSTANCE_ID_LENGTH = 256  # DurableClient.cs:186-201 of the extension, as are the characters


class Engine:
    """Runs the orchestrations of one app on one event loop.

    Args:
        functions: the app's functions.
        store_path: the SQLite file; its folder must exist.
        clock: every time that is read or waited for.
        strict_replay: whether episodes must ask for the same actions, inputs included.
        max_activities: how many activities run at once.
        max_orchestrators: how many episodes run at once, each on a thread.
        kill_point: called around every activity, for tests that kill the process there.
        default_version: host.json's `defaultVersion`, for instances started without a version.
    """

    def __init__(  # noqa: PLR0913 - each is a setting of the host, all but three with defaults
        self,
        functions: Functions,
        store_path: Path,
        clock: Clock,
        *,
        strict_replay: bool = True,
        max_activities: int = 16,
        max_orchestrators: int = 4,
        kill_point: KillPoint | None = None,
        default_version: str | None = None,
    ) -> None:
        self.clock = clock
        self._functions = functions
        self._default_version = default_version
        self._thread = StoreThread(store_path)
        slots = asyncio.Semaphore(max_activities)
        activities = ActivityRunner(functions, self._thread, clock, slots, kill_point)
        strict = StrictReplay() if strict_replay else None
        replay = Replay(functions, strict, default_version)
        self._dispatcher = Dispatcher(self._thread, clock, replay, activities, max_orchestrators)
        self._dispatcher.on_change = self._tell_waiters
        self._waiters: dict[str, list[asyncio.Future[Instance]]] = {}

    async def start(self) -> None:
        """Open the store and go on with everything in it.

        Raises:
            StoreUnusableError: another engine has the store open, or it is no store.
        """
        await self._thread.open()
        await self._dispatcher.start()

    async def stop(self, drain_seconds: float = 10.0) -> None:
        """Begin nothing new, let running activities end, close the store.

        Args:
            drain_seconds: real seconds to wait; what still runs then is cancelled and runs again
                after the next start.
        """
        await self._dispatcher.stop(drain_seconds)
        await self._thread.close()

    async def start_new(
        self,
        name: str,
        instance_id: str | None = None,
        input_json: str | None = None,
        version: str | None = None,
    ) -> str:
        """Start an orchestration; an instance of this id that has ended is replaced.

        Args:
            name: a registered orchestrator.
            instance_id: its id, a random one for None.
            input_json: the input as JSON text. What the SDK sends is a JSON string with JSON in it.
            version: its version, the default one for None.

        Returns:
            The instance id.

        Raises:
            ValueError: there is no such orchestrator, or the id has characters that are refused.
            InstanceIsLive: an instance of this id has not ended.
        """
        if name not in self._functions.orchestrators:
            known = self._functions.orchestrators
            raise ValueError(refusals.missing_function("orchestrator", name, known))
        instance_id = instance_id or uuid.uuid4().hex
        check_instance_id(instance_id)
        start = Start(
            name, instance_id, input_json, self._default_version if version is None else version
        )
        with self.clock.busy():
            instance, message = new_instance(start, self.clock.now())
            await self._thread.run(self._thread.store.create, instance, message)
            self._dispatcher.wake(instance_id)
        return instance_id

    async def state(self, instance_id: str) -> Instance | None:
        """Return the instance, None if there is none of this id."""
        return await self._thread.run(self._thread.store.instance, instance_id)

    async def query(self, query: InstanceQuery | None = None) -> Page:
        """Return the instances that match, oldest first; all of them for None."""
        return await self._thread.run(self._thread.store.query, query or InstanceQuery())

    async def history(self, instance_id: str) -> list[Event]:
        """Return the events of the instance's latest generation, in .NET's spelling."""
        return await self._thread.run(self._thread.store.history, instance_id)

    async def raise_event(self, instance_id: str, name: str, input_json: str | None) -> None:
        """Send an external event.

        Raises:
            InstanceNotFound: there is no such instance.
            InstanceEnded: it takes no more events.
        """
        await self._send(instance_id, EventKind.EVENT_RAISED, Name=name, Input=input_json)

    async def terminate(self, instance_id: str, reason: str | None) -> None:
        """End an instance without running its code; its children go on. Raises as raise_event."""
        await self._send(instance_id, EventKind.EXECUTION_TERMINATED, Input=reason)

    async def suspend(self, instance_id: str, reason: str | None) -> None:
        """Hold an instance: what happens is kept until it is resumed. Raises as raise_event."""
        await self._send(instance_id, EventKind.EXECUTION_SUSPENDED, Reason=reason)

    async def resume(self, instance_id: str, reason: str | None) -> None:
        """Let a suspended instance go on. Raises as raise_event, and RuntimeError if it is not."""
        instance = await self.live(instance_id)
        if instance.status is not Status.SUSPENDED:
            raise RuntimeError(
                f"Cannot resume the orchestration instance {instance_id} because instance is in "
                f"the {instance.status} state."
            )
        await self._send(instance_id, EventKind.EXECUTION_RESUMED, Reason=reason)

    async def restart(self, instance_id: str, *, with_new_id: bool = True) -> str:
        """Start an instance's orchestrator again with the same input; return the id.

        Raises:
            InstanceNotFound: there is no such instance.
            InstanceIsLive: its own id is to be used, and it has not ended.
        """
        instance = await self.state(instance_id)
        if instance is None:
            raise InstanceNotFound(instance_id)
        new_id = None if with_new_id else instance_id
        return await self.start_new(instance.name, new_id, instance.input_json)

    async def purge(self, *instance_ids: str) -> int:
        """Delete instances with their histories; return how many there were."""
        return await self._thread.run(self._thread.store.purge, instance_ids)

    async def wait(self, instance_id: str) -> Instance:
        """Return the instance when it has ended; bound the time with `asyncio.timeout`.

        Raises:
            InstanceNotFound: there is no such instance.
        """
        ended: asyncio.Future[Instance] = asyncio.get_running_loop().create_future()
        waiters = self._waiters.setdefault(instance_id, [])
        waiters.append(ended)
        try:
            instance = await self.state(instance_id)
            if instance is None:
                raise InstanceNotFound(instance_id)
            return instance if instance.status.is_final else await ended
        finally:
            waiters.remove(ended)
            if not waiters:
                self._waiters.pop(instance_id, None)

    def _tell_waiters(self, instance: Instance) -> None:
        if instance.status.is_final:
            for waiter in self._waiters.get(instance.instance_id, []):
                if not waiter.done():
                    waiter.set_result(instance)

    async def live(self, instance_id: str) -> Instance:
        """Return the instance if it has not ended. Raises as raise_event."""
        instance = await self.state(instance_id)
        if instance is None:
            raise InstanceNotFound(instance_id)
        if instance.status.is_final:
            raise InstanceEnded(instance_id, instance.status)
        return instance

    async def _send(self, instance_id: str, kind: EventKind, **fields: object) -> None:
        with self.clock.busy():
            await self.live(instance_id)
            message = Message(instance_id, None, event(kind, self.clock.now(), **fields))
            await self._thread.run(self._thread.store.send, message)
            self._dispatcher.wake(instance_id)


def check_instance_id(instance_id: str) -> None:
    """Refuse ids that the extension refuses.

    Raises:
        ValueError: it is too long, begins with @, or has a character that is refused.
    """
    if instance_id.startswith("@"):
        raise ValueError("Orchestration instance ids must not start with @.")
    if any(each in "/\\#?" or unicodedata.category(each) == "Cc" for each in instance_id):
        raise ValueError(
            "Orchestration instance ids must not contain /, \\, #, ?, or control characters."
        )
    if len(instance_id) > MAX_INSTANCE_ID_LENGTH:
        raise ValueError("Orchestration instance ids must be at most 256 characters long.")
