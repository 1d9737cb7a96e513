"""One episode: replay the history, take the new events, find out what happens next. Pure, no I/O.

As TaskOrchestrationExecutor and OutOfProcOrchestrationShim of the .NET extension do it: the user's
code runs once per episode and answers a list of actions; they are awaited one after the other, and
the instance ends only when no task is open any more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from localcloud.durable import refusals
from localcloud.durable.action_calls import ActionCalls, ActionRefused
from localcloud.durable.functions import Functions
from localcloud.durable.history import Event, EventKind, parse_time
from localcloud.durable.instance import Instance, Status
from localcloud.durable.out_of_process import Action, OrchestratorState
from localcloud.durable.schedule import Call, NonDeterminismError, Schedule
from localcloud.durable.tasks import Task

_log = logging.getLogger("localcloud.durable")

# The extension's limit: 16 KB of UTF-16 (AzureStorage's ValidateCustomStatus), in whole KB.
MAX_CUSTOM_STATUS_KB = 16


class UserCodeFailed(Exception):  # noqa: N818 - an answer of the user's code, not of the engine's
    """The orchestrator died without a state; the text follows "Orchestrator function … failed:"."""


class EpisodeRefused(Exception):  # noqa: N818 - strict replay refuses; nothing broke
    """The instance fails at once with this text, whatever history says."""


RunUserCode = Callable[[str | None, bool], OrchestratorState]
"""Called with the input's JSON text and whether the start is a replay."""


@dataclass(frozen=True)
class Completion:
    """How a generation ended. `result` is the output, the reason, or the next input."""

    status: Status
    result: str | None
    details: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What one episode leads to."""

    calls: tuple[Call, ...]
    completion: Completion | None
    carried: tuple[Event, ...]
    custom_status: str | None
    suspended: bool


class Episode:
    """The state of one replay; used once."""

    def __init__(
        self, functions: Functions, instance: Instance, run_user_code: RunUserCode
    ) -> None:
        self._name = instance.name
        self._run_user_code = run_user_code
        self._schedule = Schedule()
        self._calls = ActionCalls(functions, instance, self._schedule)
        self._plan = Task()
        self._failure: Completion | None = None
        self._output: str | None = None
        self._custom_status: str | None = None
        self._completion: Completion | None = None
        self._carried: list[Event] = []
        self._suspended = False
        self._held: list[Event] = []
        self._replaying = True
        self._takers: dict[EventKind, Callable[[Event], None]] = {
            EventKind.ORCHESTRATOR_STARTED: self._tell_time,
            EventKind.EXECUTION_STARTED: self._start,
            EventKind.TASK_SCHEDULED: self._schedule.confirm,
            EventKind.TIMER_CREATED: self._schedule.confirm,
            EventKind.SUB_ORCHESTRATION_CREATED: self._schedule.confirm,
            EventKind.TASK_COMPLETED: self._settle,
            EventKind.TASK_FAILED: self._settle,
            EventKind.SUB_ORCHESTRATION_COMPLETED: self._settle,
            EventKind.SUB_ORCHESTRATION_FAILED: self._settle,
            EventKind.TIMER_FIRED: self._fire,
            EventKind.EVENT_RAISED: self._raise_event,
            EventKind.EXECUTION_TERMINATED: self._terminate,
            EventKind.EXECUTION_SUSPENDED: self._suspend,
            EventKind.EXECUTION_RESUMED: self._resume,
        }

    def run(self, past: Sequence[Event], new: Sequence[Event]) -> Outcome:
        """Replay what has been played and take the new events."""
        try:
            for self._replaying, events in ((True, past), (False, new)):
                for event in events:
                    self._take(event)
        except NonDeterminismError as error:
            self._schedule.pending.clear()
            details = f"Unhandled exception while executing orchestration: {error}"
            self._completion = Completion(Status.FAILED, str(error), details)
        except (ActionRefused, EpisodeRefused) as refusal:
            self._schedule.pending.clear()
            self._completion = self._failed(str(refusal))
        except Exception as error:  # noqa: BLE001 - else the turn would be tried again for ever
            _log.warning("action_unclear name=%s", self._name, exc_info=error)
            self._schedule.pending.clear()
            self._completion = self._failed(refusals.unclear_action(error))
        else:
            self._complete_if_nothing_is_open()
        calls = sorted(self._schedule.pending.values(), key=lambda call: call.number)
        return Outcome(
            tuple(calls),
            self._completion,
            tuple(self._carried),
            self._custom_status,
            self._suspended,
        )

    def _complete_if_nothing_is_open(self) -> None:
        if self._schedule.has_open_tasks or not self._plan.done or self._completion is not None:
            return
        next_generation = self._calls.next_generation
        if self._failure is not None:
            self._completion = self._failure
        elif next_generation.requested:
            self._completion = Completion(Status.CONTINUED_AS_NEW, next_generation.input_json)
        else:
            self._completion = Completion(Status.COMPLETED, self._output)

    def _take(self, event: Event) -> None:
        kind = EventKind(event["EventType"])
        if self._suspended and kind not in _TAKEN_WHILE_SUSPENDED:
            self._held.append(event)
            return
        take = self._takers.get(kind)
        if take is not None:
            take(event)

    def _tell_time(self, event: Event) -> None:
        self._calls.now_utc = parse_time(event["Timestamp"])

    def _start(self, event: Event) -> None:
        try:
            state = self._run_user_code(event.get("Input"), self._replaying)
        except UserCodeFailed as error:
            self._fail(str(error))
            return
        if state.custom_status_kb > MAX_CUSTOM_STATUS_KB:
            self._fail(
                "The UTF-16 size of the JSON-serialized payload must not exceed "
                f"{MAX_CUSTOM_STATUS_KB} KB. The current payload size is "
                f"{state.custom_status_kb} KB."
            )
            return
        self._custom_status = state.custom_status
        self._pump(iter(state.actions), state)

    def _pump(self, actions: Iterator[Action], state: OrchestratorState) -> None:
        # Errors of awaited tasks are not looked at: the SDK has dealt with them.
        for action in actions:
            awaited = self._calls.invoke(action)
            if not awaited.done:
                awaited.when_done(lambda _: self._pump(actions, state))
                return
        if state.error:
            self._fail(state.error, f"Message: {state.error}, StackTrace: ")
        elif state.is_done:
            self._output = state.output
            self._plan.settle()

    def _fail(self, message: str, details: str | None = None) -> None:
        self._failure = self._failed(message, details)
        self._plan.settle(failed=True)

    def _failed(self, message: str, details: str | None = None) -> Completion:
        text = f"Orchestrator function '{self._name}' failed: {message}"
        return Completion(Status.FAILED, text, details or message)

    def _settle(self, event: Event) -> None:
        failed = event["EventType"] in (EventKind.TASK_FAILED, EventKind.SUB_ORCHESTRATION_FAILED)
        self._schedule.settle(event["TaskScheduledId"], failed=failed)

    def _fire(self, event: Event) -> None:
        self._schedule.settle(event["TimerId"], failed=False)

    def _raise_event(self, event: Event) -> None:
        if self._calls.next_generation.requested:
            self._carried.append(event)
        else:
            self._calls.events.take(event["Name"])

    def _terminate(self, event: Event) -> None:
        if self._completion is None:
            self._completion = Completion(Status.TERMINATED, event.get("Input"))

    def _suspend(self, _event: Event) -> None:
        self._suspended = True
        self._schedule.park()

    def _resume(self, _event: Event) -> None:
        self._suspended = False
        self._schedule.unpark()
        held, self._held = self._held, []
        for event in held:
            self._take(event)


_TAKEN_WHILE_SUSPENDED = {
    EventKind.ORCHESTRATOR_STARTED,
    EventKind.EXECUTION_RESUMED,
    EventKind.EXECUTION_TERMINATED,
    EventKind.EXECUTION_SUSPENDED,
}
