"""Durable's history events: their kinds, their JSON form and their times.

An event is a plain dict in the spelling of the .NET extension, because it goes to the SDK as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

Event = dict[str, Any]


class EventKind(IntEnum):
    """DurableTask.Core.History.EventType, as far as this engine writes them."""

    EXECUTION_STARTED = 0
    EXECUTION_COMPLETED = 1
    EXECUTION_TERMINATED = 3
    TASK_SCHEDULED = 4
    TASK_COMPLETED = 5
    TASK_FAILED = 6
    SUB_ORCHESTRATION_CREATED = 7
    SUB_ORCHESTRATION_COMPLETED = 8
    SUB_ORCHESTRATION_FAILED = 9
    TIMER_CREATED = 10
    TIMER_FIRED = 11
    ORCHESTRATOR_STARTED = 12
    ORCHESTRATOR_COMPLETED = 13
    EVENT_RAISED = 15
    EXECUTION_SUSPENDED = 19
    EXECUTION_RESUMED = 20


def event(kind: EventKind, when_utc: datetime, **fields: object) -> Event:
    """Make one event.

    Args:
        kind: what happened.
        when_utc: its timestamp.
        fields: further fields in .NET spelling; `EventId` is the number of a scheduled task.
    """
    return {
        "EventType": int(kind),
        "EventId": -1,
        "IsPlayed": False,
        "Timestamp": iso(when_utc),
        **fields,
    }


def mark_played(played: Event) -> Event:
    """Return the event as later episodes see it; OrchestratorStarted stays unplayed in .NET."""
    return {**played, "IsPlayed": played["EventType"] != EventKind.ORCHESTRATOR_STARTED}


def iso(when_utc: datetime) -> str:
    """Write a time as .NET does: UTC, seven digits, Z."""
    return when_utc.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "0Z"


def parse_time(text: str) -> datetime:
    """Read an ISO time; one without an offset is UTC.

    Raises:
        ValueError: it is not an ISO time.
    """
    when = datetime.fromisoformat(text)
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


dump: Callable[[object], str] = json.JSONEncoder(separators=(",", ":")).encode
"""Write JSON for the store: compact and ASCII only, so that no odd character can be refused."""
