"""Instances and histories as the management API shows them.

Written after DurableClient.cs:938 of the extension: schedulings are merged into their completions,
kinds have names, what only the engine needs is dropped.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from localcloud.durable.history import Event, EventKind
from localcloud.durable.instance import Instance, Status

_NAMES = {
    EventKind.EXECUTION_STARTED: "ExecutionStarted",
    EventKind.EXECUTION_COMPLETED: "ExecutionCompleted",
    EventKind.EXECUTION_TERMINATED: "ExecutionTerminated",
    EventKind.TASK_SCHEDULED: "TaskScheduled",
    EventKind.TASK_COMPLETED: "TaskCompleted",
    EventKind.TASK_FAILED: "TaskFailed",
    EventKind.SUB_ORCHESTRATION_CREATED: "SubOrchestrationInstanceCreated",
    EventKind.SUB_ORCHESTRATION_COMPLETED: "SubOrchestrationInstanceCompleted",
    EventKind.SUB_ORCHESTRATION_FAILED: "SubOrchestrationInstanceFailed",
    EventKind.TIMER_CREATED: "TimerCreated",
    EventKind.TIMER_FIRED: "TimerFired",
    EventKind.EVENT_RAISED: "EventRaised",
    EventKind.EXECUTION_SUSPENDED: "ExecutionSuspended",
    EventKind.EXECUTION_RESUMED: "ExecutionResumed",
}
_SCHEDULINGS = {EventKind.TASK_SCHEDULED, EventKind.SUB_ORCHESTRATION_CREATED}
_SCHEDULING_OF = {
    EventKind.TASK_COMPLETED: EventKind.TASK_SCHEDULED,
    EventKind.TASK_FAILED: EventKind.TASK_SCHEDULED,
    EventKind.SUB_ORCHESTRATION_COMPLETED: EventKind.SUB_ORCHESTRATION_CREATED,
    EventKind.SUB_ORCHESTRATION_FAILED: EventKind.SUB_ORCHESTRATION_CREATED,
}
_WITH_RESULT = {
    EventKind.TASK_COMPLETED,
    EventKind.SUB_ORCHESTRATION_COMPLETED,
    EventKind.EXECUTION_COMPLETED,
}
_DROPPED_FIELDS = {
    "EventId", "IsPlayed", "TaskScheduledId", "TimerId", "Version", "Tags", "ParentInstance",
    "OrchestrationInstance", "Details",
}  # fmt: skip


def show_instance(instance: Instance, *, show_input: bool) -> dict[str, Any]:
    """Return the body of a status answer, without history."""
    return {
        "name": instance.name,
        "instanceId": instance.instance_id,
        "runtimeStatus": str(instance.status),
        "input": show_json(instance.input_json) if show_input else None,
        "customStatus": show_json(instance.custom_status),
        "output": show_json(instance.output),
        "createdTime": instance.created_utc[:19] + "Z",
        "lastUpdatedTime": instance.updated_utc[:19] + "Z",
    }


def show_json(text: str | None) -> object:
    """Return the value of a JSON text; what is no JSON (a failure's reason) is shown as it is."""
    if text is None:
        return None
    try:
        return json.loads(text, parse_constant=str)  # Newtonsoft writes NaN as "NaN"
    except ValueError:
        return text


def show_history(
    events: Sequence[Event], *, show_input: bool, show_output: bool
) -> list[dict[str, Any]]:
    """Return the `historyEvents` of a status answer."""
    scheduled: dict[tuple[EventKind, int], Event] = {}
    completed = {
        (_SCHEDULING_OF[kind], event["TaskScheduledId"])
        for event in events
        if (kind := EventKind(event["EventType"])) in _SCHEDULING_OF
    }
    shown = []
    for event in events:
        kind = EventKind(event["EventType"])
        key = (kind, event["EventId"])
        if kind in _SCHEDULINGS:
            scheduled[key] = event
        if kind in _NAMES and key not in completed:
            origin = scheduled.get(
                (_SCHEDULING_OF.get(kind, kind), event.get("TaskScheduledId", -1))
            )
            shown.append(_show_event(event, origin, show_input, show_output))
    return shown


def _show_event(
    event: Event, origin: Event | None, show_input: bool, show_output: bool
) -> dict[str, Any]:
    kind = EventKind(event["EventType"])
    shown = {name: value for name, value in event.items() if name not in _DROPPED_FIELDS}
    shown["EventType"] = _NAMES[kind]
    if kind is EventKind.EXECUTION_STARTED:
        shown["FunctionName"] = shown.pop("Name")
    if kind is EventKind.EXECUTION_COMPLETED:
        shown["OrchestrationStatus"] = str(list(Status)[event["OrchestrationStatus"]])
    if origin is not None:
        shown |= {"ScheduledTime": origin["Timestamp"], "FunctionName": origin["Name"]}
        shown["Input"] = origin.get("Input")
    if kind in _WITH_RESULT:
        shown["Result"] = show_json(event.get("Result"))
        if not show_output:
            del shown["Result"]
    if not show_input:
        shown.pop("Input", None)
    return shown
