"""From the SDK's actions to numbered tasks, as OutOfProcOrchestrationShim.InvokeAPIFromAction.

What the local engine does not do is refused by name, and so are functions that do not exist (in
Azure an unknown activity hangs for ever; here that is a loud failure, on purpose).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from localcloud.durable import refusals
from localcloud.durable.external_events import ExternalEvents
from localcloud.durable.functions import Functions
from localcloud.durable.history import dump, parse_time
from localcloud.durable.instance import Instance
from localcloud.durable.out_of_process import Action
from localcloud.durable.schedule import ActivityCall, ChildCall, Schedule, TimerCall
from localcloud.durable.tasks import Task, join


class ActionKind(IntEnum):
    """The SDK's ActionType."""

    CALL_ACTIVITY = 0
    CALL_ACTIVITY_WITH_RETRY = 1
    CALL_SUB_ORCHESTRATOR = 2
    CALL_SUB_ORCHESTRATOR_WITH_RETRY = 3
    CONTINUE_AS_NEW = 4
    CREATE_TIMER = 5
    WAIT_FOR_EXTERNAL_EVENT = 6
    CALL_ENTITY = 7
    CALL_HTTP = 8
    SIGNAL_ENTITY = 9
    WHEN_ANY = 11
    WHEN_ALL = 12


_REFUSED = {
    ActionKind.CALL_ENTITY: "context.call_entity",
    ActionKind.CALL_HTTP: "context.call_http",
    ActionKind.SIGNAL_ENTITY: "context.signal_entity",
}


class ActionRefused(Exception):  # noqa: N818 - the engine refuses; nothing broke
    """The orchestrator asked for something that cannot be done; its instance fails at once."""


@dataclass
class NextGeneration:
    """What continue_as_new asked for."""

    requested: bool = False
    input_json: str | None = None


class ActionCalls:
    """Turns each action of one episode into the task that the episode awaits."""

    def __init__(self, functions: Functions, instance: Instance, schedule: Schedule) -> None:
        self._functions = functions
        self._instance = instance
        self._schedule = schedule
        self.events = ExternalEvents()
        self.next_generation = NextGeneration()
        self.now_utc = datetime.min.replace(tzinfo=UTC)
        self._invokers: dict[int, Callable[[Action], Task]] = {
            ActionKind.CALL_ACTIVITY: self._call_activity,
            ActionKind.CALL_ACTIVITY_WITH_RETRY: self._retry(self._call_activity),
            ActionKind.CALL_SUB_ORCHESTRATOR: self._call_child,
            ActionKind.CALL_SUB_ORCHESTRATOR_WITH_RETRY: self._retry(self._call_child),
            ActionKind.CONTINUE_AS_NEW: self._continue_as_new,
            ActionKind.CREATE_TIMER: self._create_timer,
            ActionKind.WAIT_FOR_EXTERNAL_EVENT: lambda a: self.events.wait(a["externalEventName"]),
            ActionKind.WHEN_ANY: lambda action: join(self._invoke_all(action), 1),
            ActionKind.WHEN_ALL: lambda action: join(tasks := self._invoke_all(action), len(tasks)),
        }

    def invoke(self, action: Action) -> Task:
        """Do what the action asks and return its task.

        Raises:
            ActionRefused: the function is unknown, or the kind of action is not supported.
        """
        kind = action["actionType"]
        if kind in _REFUSED:
            raise ActionRefused(refusals.not_supported(_REFUSED[kind]))
        invoker = self._invokers.get(kind)
        if invoker is None:
            raise ActionRefused(refusals.not_supported(f"The action type {kind}"))
        return invoker(action)

    def _invoke_all(self, action: Action) -> list[Task]:
        return [self.invoke(child) for child in action["compoundActions"]]

    def _call_activity(self, action: Action) -> Task:
        name = action["functionName"]
        known = self._functions.activities
        if name not in known:
            raise ActionRefused(refusals.missing_function("activity", name, known))
        # An activity gets the SDK's JSON text as it is; a child gets it as a JSON string.
        return self._schedule.add(lambda number: ActivityCall(number, name, action.get("input")))

    def _call_child(self, action: Action) -> Task:
        name, wanted_id = action["functionName"], action.get("instanceId")
        known = self._functions.orchestrators
        if name not in known:
            raise ActionRefused(refusals.missing_function("orchestrator", name, known))
        self._check_child_id(wanted_id)
        f"{wanted_id}{action.get('version')}".encode()  # no store keeps half a character
        child_input = action.get("input")

        def make_call(number: int) -> ChildCall:
            return ChildCall(
                number,
                name,
                wanted_id or f"{self._instance.execution_id}:{number}",
                None if child_input is None else dump(child_input),
                action.get("version"),
            )

        return self._schedule.add(make_call)

    def _check_child_id(self, wanted_id: str | None) -> None:
        parent = self._instance.parent
        taken = {self._instance.instance_id.lower(), parent.instance_id.lower() if parent else ""}
        if wanted_id and wanted_id.startswith("@"):
            raise ActionRefused("Orchestration instance ids must not start with @.")
        if wanted_id and wanted_id.lower() in taken:
            raise ActionRefused(
                "The instance ID of a sub-orchestration must be different than the instance ID of "
                "a parent orchestration."
            )

    def _create_timer(self, action: Action) -> Task:
        fire_at_utc = parse_time(action["fireAt"])
        if action.get("isCanceled"):
            return self._schedule.add_cancelled_timer(fire_at_utc)
        return self._schedule.add(lambda number: TimerCall(number, fire_at_utc))

    def _continue_as_new(self, action: Action) -> Task:
        next_input = action.get("input")
        self.next_generation = NextGeneration(
            requested=True, input_json=None if next_input is None else dump(next_input)
        )
        task = Task()
        task.settle()
        return task

    def _retry(self, call: Callable[[Action], Task]) -> Callable[[Action], Task]:
        def invoke_with_retry(action: Action) -> Task:
            options, outcome = action["retryOptions"], Task()
            interval = timedelta(milliseconds=options["firstRetryIntervalInMilliseconds"])
            attempts_left = options["maxNumberOfAttempts"]

            def attempt(_fired: Task | None = None) -> None:
                call(action).when_done(look)

            def look(ended: Task) -> None:
                nonlocal attempts_left
                attempts_left -= 1
                if not ended.failed:
                    outcome.settle()
                elif attempts_left > 0:
                    self._timer_in(interval).when_done(attempt)
                else:  # RetryInterceptor.cs:73: one timer more, and the SDK counts on it
                    self._timer_in(timedelta(0)).when_done(lambda _: outcome.settle(failed=True))

            attempt()
            return outcome

        return invoke_with_retry

    def _timer_in(self, delay: timedelta) -> Task:
        fire_at_utc = self.now_utc + delay
        return self._schedule.add(lambda number: TimerCall(number, fire_at_utc))
