"""The border between a step and Durable Functions.

Durable 1.x retries every exception alike, at even intervals, and loses its type, so what Azure did
leaves an activity as an answer, and the plan decides. Answers are plain JSON:

    {"result": …}                              the step did its work
    {"error": {"code": …, "message": …}}       it will never work with this input; of a recipe also
                                               its faults one by one (`imaging.report`)
    {"wait_seconds": …, "is_throttled": …, "reason": …}
                                               it may work later; `wait_seconds` is the pause that
                                               the service asked for, or null

What is still raised is a fault of Kiln's, and Durable tries it again a few times. Durable keeps its
text for good, so it is cleaned like everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from imaging.errors import PermanentError, TransientError
from imaging.redaction import without_queries
from imaging.report import reported

_PAUSE_SECONDS = 30

Input = TypeVar("Input")
Answer = dict[str, Any]


class StepCrashedError(Exception):
    """A step met what nobody thought of."""


def durable_step(run: Callable[[Input], Answer]) -> Callable[[Input], Answer]:
    """Turn Kiln's errors into answers."""

    @wraps(run)
    def guarded(step: Input) -> Answer:
        try:
            return {"result": run(step)}
        except PermanentError as error:
            return {"error": reported(error)}
        except TransientError as error:
            return {
                "wait_seconds": error.retry_after_seconds,
                "is_throttled": error.is_throttled,
                "reason": str(error),
            }

        except Exception as crash:  # noqa: BLE001 - the last place that can clean its text
            text = without_queries(f"{type(crash).__name__}: {crash}")
            raise StepCrashedError(text).with_traceback(crash.__traceback__) from None

    return guarded


def outage(error: TransientError) -> Answer:
    """Say why a look saw nothing, and how much longer than usual to wait before the next one."""
    return {"reason": str(error), "wait_seconds": error.retry_after_seconds or _PAUSE_SECONDS}
