"""What an orchestration trigger is given in the first episode of an instance."""

import json
from typing import Any

_ORCHESTRATOR_STARTED, _EXECUTION_STARTED = 12, 0


def first_episode(name: str, given: dict[str, Any]) -> str:
    """Write the trigger's JSON as the .NET extension does.

    Args:
        name: of the orchestrator.
        given: its input.
    """
    event = {"EventId": -1, "IsPlayed": False, "Timestamp": "2026-01-01T00:00:00.0000000Z"}
    execution = {"Name": name, "Version": "1", "Input": json.dumps(given), "Tags": None}
    return json.dumps(
        {
            "history": [
                {**event, "EventType": _ORCHESTRATOR_STARTED},
                {**event, "EventType": _EXECUTION_STARTED, **execution, "ParentInstance": None},
            ],
            "input": given,
            "instanceId": "0123456789abcdef",
            "isReplaying": False,
            "parentInstanceId": None,
            "upperSchemaVersion": 1,
            "upperSchemaVersionNew": 2,
            "longRunningTimerIntervalDuration": "3.00:00:00",
            "maximumShortTimerDuration": "6.00:00:00",
            "defaultHttpAsyncRequestSleepTimeMillseconds": 30000,
        }
    )
