"""How a plan calls a step: it waits for what may help later, and stops at what never will."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import azure.durable_functions as df

from imaging.report import ReportedError, ReportedFault

Steps = Generator[Any, Any, Any]

STEP_FAILED = "StepFailed"
# For a step that crashed or was cut off; what Azure answers comes back as a value.
RETRY = df.RetryOptions(first_retry_interval_in_milliseconds=5_000, max_number_of_attempts=5)
# Pauses double from the first on: an outage is looked at soon, a throttling service is left alone.
_FIRST_PAUSE_SECONDS = 5
_FIRST_THROTTLED_PAUSE_SECONDS = 30
_LONGEST_OWN_PAUSE_SECONDS = 300
_MOST_DOUBLINGS = 6
LONGEST_PAUSE_SECONDS = 600
_FAILED_ACTIVITY = re.compile(r"Activity function '(\w+)' failed:\s+(.*)", re.DOTALL)


class StepStoppedError(Exception):
    """A step will never succeed with this input, or Azure did not let it in time.

    Args:
        code: code of `imaging.errors`, of AIB, or ``Throttled``, ``Unavailable``, ``StepFailed``.
        message: one readable line.
        is_uncertain: nobody knows whether one of the tries did its work.
        details: the faults of a recipe, if it is about one.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        is_uncertain: bool = False,
        details: list[ReportedFault] | None = None,
    ) -> None:
        self.code = code
        self.message = message
        self.is_uncertain = is_uncertain
        self.details = details
        super().__init__(message)

    @property
    def reported(self) -> ReportedError:
        """The form of it that the report keeps."""
        told = ReportedError(code=self.code, message=self.message)
        if self.details:
            told["details"] = self.details
        return told


def _tell_nobody(_reason: str | None, _seconds: float) -> None:
    """Keep a wait to oneself."""


@dataclass(frozen=True)
class Patience:
    """How long a step may be tried again, and who hears of it.

    Args:
        until: no new try begins after this moment.
        tell: called with reason and seconds of each pause, and with None once the step is done.
    """

    until: datetime
    tell: Callable[[str | None, float], None] = _tell_nobody


def run_step(
    context: df.DurableOrchestrationContext,
    activity: Any,  # noqa: ANN401 - the SDK's FunctionBuilder has no public type
    step: Mapping[str, Any],
    patience: Patience,
) -> Generator[Any, Any, dict[str, Any]]:
    """Run one activity to its result; while Azure is busy or away, the plan waits.

    Raises:
        StepStoppedError: the step answered that it will never work, or the patience is over.
    """
    tries = 0
    while True:
        tries += 1
        try:
            answer = yield context.call_activity_with_retry(activity, RETRY, dict(step))
        except Exception as failure:
            raise StepStoppedError(STEP_FAILED, readable(failure), is_uncertain=True) from failure
        if "error" in answer:
            raise StepStoppedError(**answer["error"], is_uncertain=tries > 1)
        if "result" in answer:
            if tries > 1:
                patience.tell(None, 0)
            return dict(answer["result"])
        seconds = _pause_seconds(answer, tries)
        if context.current_utc_datetime + timedelta(seconds=seconds) > patience.until:
            raise _given_up(answer, tries)
        patience.tell(answer["reason"], seconds)
        yield from pause(context, seconds)


def _pause_seconds(answer: dict[str, Any], tries: int) -> float:
    """Return the pause that the service asked for, but at least one that grows with the tries."""
    asked = answer["wait_seconds"]
    names_none = answer["is_throttled"] and asked is None
    first = _FIRST_THROTTLED_PAUSE_SECONDS if names_none else _FIRST_PAUSE_SECONDS
    own = min(first * 2 ** min(tries - 1, _MOST_DOUBLINGS), _LONGEST_OWN_PAUSE_SECONDS)
    return float(min(max(asked or 0, own), LONGEST_PAUSE_SECONDS))


def _given_up(answer: dict[str, Any], tries: int) -> StepStoppedError:
    code = "Throttled" if answer["is_throttled"] else "Unavailable"
    how_often = "once" if tries == 1 else f"{tries} times"
    return StepStoppedError(
        code, f"tried {how_often}, the last time: {answer['reason']}", is_uncertain=True
    )


def pause(context: df.DurableOrchestrationContext, seconds: float) -> Steps:
    """Wait in orchestrator time."""
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=seconds))


def readable(failure: Exception) -> str:
    r"""Return what happened, without Durable's envelope around it.

    Durable 1.x raises ``Activity function 'x' failed:  Type: text \n {json}``.
    """
    text = str(failure).split(" \n ")[0].strip()
    found = _FAILED_ACTIVITY.fullmatch(text)
    if found is None:
        return text
    return f"step {found[1]} broke off: {found[2].removeprefix('StepCrashedError: ')}"
