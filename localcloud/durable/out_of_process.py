"""The JSON that the SDK and the extension exchange: context in, state out, and failures.

Written after OrchestrationTriggerAttributeBindingProvider.cs:219 and OutOfProcOrchestrationShim.cs
of Azure/azure-functions-durable-extension.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.durable.history import dump
from localcloud.durable.instance import Instance

FAILURE_LABEL = "\n\n$OutOfProcData$:"

_FIXED_CONTEXT = {
    "upperSchemaVersion": 1,
    "upperSchemaVersionNew": 2,
    "longRunningTimerIntervalDuration": "3.00:00:00",
    "maximumShortTimerDuration": "6.00:00:00",
    "defaultHttpAsyncRequestSleepTimeMillseconds": 30000,  # so spelt by the extension
}

Action = Mapping[str, Any]


@dataclass(frozen=True)
class OrchestratorState:
    """What one run of the user's orchestrator came to. Texts are JSON, `error` is plain."""

    actions: tuple[Action, ...]
    is_done: bool
    output: str | None
    error: str | None
    custom_status: str | None
    custom_status_kb: int = 0


def context_json(
    instance: Instance, history: Iterable[str], input_json: str | None, *, is_replaying: bool
) -> str:
    """Write the orchestration trigger's JSON.

    Args:
        instance: whose turn it is.
        history: the events as JSON texts; they are joined, not parsed again.
        input_json: the input of this generation.
        is_replaying: whether the start of the execution has been played before.
    """
    head = dump(
        {
            "instanceId": instance.instance_id,
            "isReplaying": is_replaying,
            "parentInstanceId": instance.parent.instance_id if instance.parent else None,
            **_FIXED_CONTEXT,
        }
    )
    return f'{head[:-1]},"input":{input_json or "null"},"history":[{",".join(history)}]}}'


def parse_state(text: str) -> OrchestratorState:
    """Read the SDK's answer.

    Raises:
        ValueError: it is not the JSON object of an orchestrator's state.
    """
    state = json.loads(text)
    if not isinstance(state, dict) or not isinstance(state.get("actions"), list):
        raise ValueError(  # noqa: TRY004 - it is the text that is wrong
            f"the orchestrator answered {text[:200]!r}, which is no Durable state"
        )
    return OrchestratorState(
        actions=tuple(state["actions"][0]) if state["actions"] else (),
        is_done=bool(state.get("isDone")),
        output=_text(state.get("output")),
        error=state.get("error") or None,
        custom_status=_text(state.get("customStatus")),
        custom_status_kb=_utf16_kb(state.get("customStatus")),
    )


def state_in_failure(message: str) -> OrchestratorState | None:
    """Return the state that the SDK put into an exception's text, None if there is none."""
    _, label, text = message.partition(FAILURE_LABEL)
    try:
        return parse_state(text) if label else None
    except ValueError:
        return None


def activity_failure(name: str, message: str, stack: str) -> dict[str, str]:
    """Return Reason and Details of TaskFailed, in the form that Newtonsoft gives to exceptions."""
    details = {
        "$type": "System.Exception, System.Private.CoreLib",
        "ClassName": "System.Exception",
        "Message": f" {message}",
        "Data": None,
        "InnerException": {
            "$type": "Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException, "
            "Microsoft.Azure.WebJobs.Script.Grpc",
            "RemoteStackTrace": stack,
            "RemoteMessage": message,
        },
        "HelpURL": None,
        "StackTraceString": None,
        "HResult": -2146233088,
        "Source": None,
    }
    # The second blank is the extension's: it puts " " before the worker's message.
    return {
        "Reason": f"Activity function '{name}' failed:  {message}",
        "Details": dump(details),
    }


def _text(value: object) -> str | None:
    return None if value is None else dump(value)


def _utf16_kb(value: object) -> int:
    """Return the size that the extension limits: UTF-16 of the JSON, in whole KB."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return len(text.encode("utf-16-le", "surrogatepass")) // 1024
