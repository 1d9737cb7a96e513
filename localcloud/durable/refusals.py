"""The words in which the engine refuses: the extension's own where it has some."""

from __future__ import annotations

from collections.abc import Iterable

from localcloud.durable.history import EventKind

_TASK_NAMES = {
    EventKind.TASK_SCHEDULED: "an activity task",
    EventKind.TIMER_CREATED: "a timer task",
    EventKind.SUB_ORCHESTRATION_CREATED: "a sub-orchestration task",
}


def missing_function(kind: str, name: str, known: Iterable[str]) -> str:
    """Say that a function of this kind does not exist, and which ones do."""
    listed = ", ".join(f"'{each}'" for each in sorted(known))
    rest = (
        f"The following are the known {kind} functions: {listed}."
        if listed
        else f"No {kind} functions are currently registered!"
    )
    return (
        f"The function '{name}' doesn't exist, is disabled, or is not an {kind} function. "
        f"Additional info: {rest}"
    )


def not_supported(what: str) -> str:
    """Say that somebody asked for something the local engine does not do."""
    return f"{what} is not supported by the local Durable engine."


def unclear_action(error: Exception) -> str:
    """Say that the SDK's answer holds what no action may."""
    return f"An action cannot be carried out: {type(error).__name__}: {error}"


def non_determinism(kind: EventKind, number: int, name: str | None, instead: str) -> str:
    """Say what history holds and what the replay produced instead."""
    return (
        f"Non-Deterministic workflow detected: A previous execution of this orchestration scheduled"
        f" {_TASK_NAMES[kind]} with sequence ID {number} and name '{name or ''}' (version ''), but "
        f"{instead}"
    )


NOT_SCHEDULED = (
    "the current replay execution hasn't (yet?) scheduled this task. Was a change made to the "
    "orchestrator code after this instance had already started running?"
)


def other_task(kind: EventKind) -> str:
    """Say that the replay made another kind of task under the same number."""
    return (
        f"the current orchestration replay instead produced {_TASK_NAMES[kind]} with this sequence "
        "number."
    )


def other_name(name: str) -> str:
    """Say that the replay called another function under the same number."""
    return (
        f"the current orchestration replay instead scheduled one named '{name}' with this sequence "
        "number."
    )
