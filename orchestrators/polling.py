"""How the waiting children look at AIB: a durable timer, one look, and a new generation in time.

Replay costs grow with the square of the history, so a child starts anew ("continue as new") after
ten looks: a 4-hour wait costs about 3 s of CPU instead of 100 s (see docs/benchmarks.md).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypedDict, cast

import azure.durable_functions as df

from orchestrators.steps import (
    LONGEST_PAUSE_SECONDS,
    STEP_FAILED,
    Patience,
    Steps,
    StepStoppedError,
    pause,
    run_step,
)

LOOKS_PER_GENERATION = 10
_JITTER = 0.2


class Wait(TypedDict):
    """What a waiting child is told; the same for every generation but for `looks`.

    `step` is the input of each look. Times are ISO 8601 in UTC; `looks` counts those of all
    generations.
    """

    step: dict[str, str]
    build_started_utc: str
    deadline_utc: str
    looks: int


def poll(
    context: df.DurableOrchestrationContext,
    check: Any,  # noqa: ANN401 - the SDK's FunctionBuilder has no public type
    seconds_until_look: Callable[[int], float],
    show: Callable[[dict[str, Any]], dict[str, Any]],
) -> Steps:
    """Look until the state is final, the deadline has passed or this generation is over.

    Returns:
        ``{"look": …}`` of the final look, ``{"timed_out": true, "look": …}``, ``{"error": …}`` of a
        look that will never work, or None when the child continues as new.
    """
    wait = cast("Wait", context.get_input())
    deadline = datetime.fromisoformat(wait["deadline_utc"])
    look: dict[str, Any] = {}
    for _ in range(LOOKS_PER_GENERATION):
        seconds = seconds_until_look(wait["looks"]) * jitter(context.instance_id, wait["looks"])
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=seconds))
        try:
            look = yield from run_step(context, check, wait["step"], Patience(deadline))
        except StepStoppedError as stop:
            if stop.code != STEP_FAILED:
                return {"error": {"code": stop.code, "message": stop.message}}
            look = {"reason": stop.message}  # the run goes on, whether Kiln can look or not
        context.set_custom_status({**show(look), "elapsedSeconds": elapsed_seconds(context, wait)})
        if look.get("is_final"):
            return {"look": look}
        if context.current_utc_datetime >= deadline:
            return {"timed_out": True, "look": look}
        if look.get("wait_seconds"):
            yield from pause(context, min(look["wait_seconds"], LONGEST_PAUSE_SECONDS))
        wait["looks"] += 1
    context.continue_as_new(wait)
    return None


def jitter(instance_id: str, looks: int) -> float:
    """Return a factor of 0.8 to 1.2 that replays alike, so that builds do not look at once."""
    seed = sum(ord(letter) * (place + 7) for place, letter in enumerate(instance_id)) + looks * 37
    return 1 - _JITTER + 2 * _JITTER * (seed % 101) / 100


def elapsed_seconds(context: df.DurableOrchestrationContext, wait: Wait) -> int:
    """Return how long the build has been under way."""
    started = datetime.fromisoformat(wait["build_started_utc"])
    return int((context.current_utc_datetime - started).total_seconds())
