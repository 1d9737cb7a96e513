"""Long-running operations: what a poll answers, and the URL to poll.

The answer is HTTP 200 whatever became of the operation. Since autumn 2023 the URL is signed, which
makes it up to 3.4 kB long; it has to be used as it is.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from localcloud.image_builder.faults import Answer
from localcloud.image_builder.lifecycle import Progress, Run, RunOutcome
from localcloud.image_builder.models import Submission

SIGNED_SINCE = datetime(2023, 10, 1, tzinfo=UTC)
_CERTIFICATE_BYTES, _SIGNATURE_BYTES, _HASH_BYTES = 1680, 256, 32
_INTERNAL_ERROR = {"code": "InternalOperationError", "message": "Internal error occurred."}


@dataclass(frozen=True)
class Ending:
    """An operation whose end is known beforehand, or behind it."""

    operation_id: str
    started_utc: datetime
    end_utc: datetime
    error: dict[str, Any] | None = None

    def progress(self, now: datetime) -> Progress:
        """Return how far it is."""
        return Progress(self.end_utc, self.error) if now >= self.end_utc else Progress()


# Never forgotten, as clients look once more at the end.
Operation = Submission | Run | Ending


def timed_operation(
    started_utc: datetime, seconds: float, error: dict[str, Any] | None = None
) -> Ending:
    """Make an operation that ends after a fixed time."""
    end_utc = started_utc + timedelta(seconds=seconds)
    return Ending(str(uuid.uuid4()), started_utc, end_utc, error)


def ended(operation: Operation, now: datetime) -> Ending:
    """Return what remains of an operation whose template goes."""
    progress = operation.progress(now)
    end_utc = progress.end_utc or now
    return Ending(operation.operation_id, operation.started_utc, end_utc, progress.error)


def planned_error(plan: Answer) -> dict[str, Any] | None:
    """Return the error with which a DELETE or PATCH is planned to end, if it is."""
    if plan.operation is None:
        return None
    code = plan.error_code or _INTERNAL_ERROR["code"]
    return plan.error or {"code": code, "message": plan.message or _INTERNAL_ERROR["message"]}


def planned_outcome(plan: Answer) -> RunOutcome | None:
    """Return how a run is planned to end, if it is."""
    if plan.run_state is None:
        return None
    error = plan.error
    if error is None and plan.error_code:
        error = {"code": plan.error_code, "message": plan.message}
    return RunOutcome(
        plan.run_state, plan.message, error, plan.at_phase, plan.image_appears_after_seconds
    )


def poll_body(operation: Operation, now: datetime) -> dict[str, Any]:
    """Return what GET on the operation answers."""
    progress = operation.progress(now)
    status = "InProgress"
    if progress.end_utc is not None:
        status = "Failed" if progress.error else "Succeeded"
    body: dict[str, Any] = {
        "name": operation.operation_id.upper(),
        "status": status,
        "startTime": ticks(operation.started_utc),
    }
    if progress.end_utc is not None:
        body["endTime"] = ticks(progress.end_utc)
    if progress.error:
        body["error"] = progress.error
    return body


def signature(operation: Operation, now: datetime) -> str:
    """Return the signature part of an operation's URL, empty before autumn 2023."""
    if now < SIGNED_SINCE:
        return ""
    parts = {
        "t": str(int((now - datetime(1, 1, 1, tzinfo=UTC)).total_seconds() * 10_000_000)),
        "c": _noise(operation.operation_id, _CERTIFICATE_BYTES),
        "s": _noise(f"s{operation.operation_id}", _SIGNATURE_BYTES),
        "h": _noise(f"h{operation.operation_id}", _HASH_BYTES),
    }
    return "".join(f"&{name}={value}" for name, value in parts.items())


def ticks(time_utc: datetime) -> str:
    """Write a time with the seven digits of .NET."""
    return f"{time_utc:%Y-%m-%dT%H:%M:%S.%f}0Z"


def _noise(seed: str, length_bytes: int) -> str:
    content = hashlib.shake_256(seed.encode()).digest(length_bytes)
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
