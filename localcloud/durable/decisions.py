"""From the outcome of an episode to the change that is stored. Pure, no I/O."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from localcloud.durable.episode import Completion, Outcome
from localcloud.durable.history import Event, EventKind, event, iso, mark_played
from localcloud.durable.instance import Instance, Parent, Status
from localcloud.durable.schedule import ActivityCall, ChildCall, TimerCall
from localcloud.durable.turn import Change, Child, Message, Rank, Start, Turn, Work


def new_instance(start: Start, now_utc: datetime) -> tuple[Instance, Message]:
    """Return a pending instance and the message that starts it."""
    instance = Instance(
        instance_id=start.instance_id,
        execution_id=uuid.uuid4().hex,
        name=start.name,
        version=start.version,
        status=Status.PENDING,
        input_json=start.input_json,
        output=None,
        custom_status=None,
        created_utc=iso(now_utc),
        updated_utc=iso(now_utc),
        parent=start.parent,
    )
    return instance, _start_message(instance, now_utc)


class Decisions:
    """The parts of one change, gathered call by call; used once.

    Args:
        turn: what the episode was given.
        outcome: what it came to.
        now_utc: the time of the turn.
        default_version: for children that are started without a version.
    """

    def __init__(
        self, turn: Turn, outcome: Outcome, now_utc: datetime, default_version: str | None
    ) -> None:
        self._turn = turn
        self._default_version = default_version
        self._before = turn.instance
        self._outcome = outcome
        self._now_utc = now_utc
        self._history: list[Event] = []
        self._messages: list[Message] = []
        self._work: list[Work] = []
        self._children: list[Child] = []

    def change(self, new_events: list[Event]) -> Change:
        """Work out what the episode changes.

        Args:
            new_events: the events played in it, OrchestratorStarted first.
        """
        self._history = [mark_played(each) for each in new_events]
        for call in self._outcome.calls:
            match call:
                case ActivityCall():
                    self._schedule_activity(call)
                case TimerCall():
                    self._set_timer(call)
                case ChildCall():
                    self._create_child(call)
        instance = self._instance_afterwards()
        self._history.append(event(EventKind.ORCHESTRATOR_COMPLETED, self._now_utc))
        begins_generation = instance.execution_id != self._before.execution_id
        return Change(
            before=self._before,
            instance=instance,
            history_start=len(self._turn.past),
            consumed=self._turn.consumed,
            history=() if begins_generation else tuple(self._history),
            messages=tuple(self._messages),
            work=tuple(self._work),
            children=tuple(self._children),
        )

    def _record(self, kind: EventKind, number: int, **fields: object) -> None:
        self._history.append(event(kind, self._now_utc, EventId=number, **fields))

    def _schedule_activity(self, call: ActivityCall) -> None:
        self._record(call.kind, call.number, Name=call.name, Version="", Input=call.input_json)
        ids = (self._before.instance_id, self._before.execution_id)
        self._work.append(Work(*ids, call.number, call.name, call.input_json))

    def _set_timer(self, call: TimerCall) -> None:
        fire_at = iso(call.fire_at_utc)
        self._record(call.kind, call.number, FireAt=fire_at)
        fired = event(EventKind.TIMER_FIRED, call.fire_at_utc, TimerId=call.number, FireAt=fire_at)
        self._messages.append(self._to_self(fired, call.fire_at_utc))

    def _create_child(self, call: ChildCall) -> None:
        self._record(
            call.kind,
            call.number,
            Name=call.name,
            InstanceId=call.instance_id,
            Version="",
            Input=call.input_json,
        )
        parent = Parent(self._before.instance_id, self._before.execution_id, call.number)
        version = self._default_version if call.version is None else call.version
        child, start = new_instance(
            Start(call.name, call.instance_id, call.input_json, version, parent), self._now_utc
        )
        taken = event(
            EventKind.SUB_ORCHESTRATION_FAILED,
            self._now_utc,
            TaskScheduledId=call.number,
            Reason=f"The sub-orchestration '{call.instance_id}' cannot be started: an instance of "
            "this id has not ended. (In Azure Storage the parent would wait for ever.)",
            Details="",
        )
        self._children.append(Child(child, start, self._to_self(taken)))

    def _instance_afterwards(self) -> Instance:
        completion = self._outcome.completion
        status = Status.SUSPENDED if self._outcome.suspended else Status.RUNNING
        after = replace(
            self._before,
            status=status,
            custom_status=self._custom_status(),
            updated_utc=iso(self._now_utc),
        )
        if completion is None:
            return after
        if completion.status is Status.CONTINUED_AS_NEW:
            return self._begin_generation(after, completion.result)
        return self._end(after, completion)

    def _custom_status(self) -> str | None:
        # A new generation shows the old one's status until its second episode (not sticky).
        first_episode = not self._turn.past
        kept = self._before.custom_status if first_episode else None
        return self._outcome.custom_status or kept

    def _begin_generation(self, after: Instance, input_json: str | None) -> Instance:
        after = replace(
            after,
            execution_id=uuid.uuid4().hex,
            input_json=input_json,
            status=Status.RUNNING,
            custom_status=self._outcome.custom_status or self._before.custom_status,
        )
        self._messages.append(_start_message(after, self._now_utc))
        self._messages += [
            Message(after.instance_id, None, {**carried, "IsPlayed": False}, rank=Rank.CARRIED)
            for carried in self._outcome.carried
        ]
        return after

    def _end(self, after: Instance, completion: Completion) -> Instance:
        self._history.append(
            event(
                EventKind.EXECUTION_COMPLETED,
                self._now_utc,
                OrchestrationStatus=completion.status.number,
                Result=completion.result,
            )
        )
        if after.parent is not None:
            told = self._tell_parent(after.parent, completion)
            self._messages.append(
                Message(after.parent.instance_id, after.parent.execution_id, told)
            )
        return replace(after, status=completion.status, output=completion.result)

    def _tell_parent(self, parent: Parent, completion: Completion) -> Event:
        if completion.status is Status.COMPLETED:
            return event(
                EventKind.SUB_ORCHESTRATION_COMPLETED,
                self._now_utc,
                TaskScheduledId=parent.task_number,
                Result=completion.result,
            )
        return event(
            EventKind.SUB_ORCHESTRATION_FAILED,
            self._now_utc,
            TaskScheduledId=parent.task_number,
            Reason=completion.result,
            Details=completion.details,
        )

    def _to_self(self, what: Event, due_utc: datetime | None = None) -> Message:
        return Message(self._before.instance_id, self._before.execution_id, what, due_utc)


def _start_message(instance: Instance, now_utc: datetime) -> Message:
    parent = instance.parent
    started = event(
        EventKind.EXECUTION_STARTED,
        now_utc,
        Name=instance.name,
        Version=instance.version,
        Input=instance.input_json,
        Tags=None,
        ParentInstance=parent
        and {
            "Name": None,
            "OrchestrationInstance": {
                "InstanceId": parent.instance_id,
                "ExecutionId": parent.execution_id,
            },
            "TaskScheduleId": parent.task_number,
            "Version": None,
        },
        OrchestrationInstance={
            "InstanceId": instance.instance_id,
            "ExecutionId": instance.execution_id,
        },
    )
    return Message(instance.instance_id, instance.execution_id, started, rank=Rank.START)
