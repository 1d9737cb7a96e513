"""The claim: one blob a build, created once, read by doors and ended with the report.

`If-None-Match: *` makes sure that one delivery of an event wins and all others lose, however late
they come; Durable's instance ids alone do not, because a finished instance is silently replaced.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from azure_clients.azure_errors import translated
from azure_clients.blob_storage import blob
from imaging.build_request import BuildRequest
from imaging.errors import ConflictError, NotFoundError
from imaging.report import Report
from settings import settings


@dataclass(frozen=True)
class Claim:
    """What is stored of a build: its request, and its report once it has ended."""

    request: BuildRequest
    claimed_utc: str
    report: Report | None


def create_claim(request: BuildRequest) -> bool:
    """Claim a build; answer whether this call made the claim."""
    claim = {
        "request": request.to_wire(),
        "claimed_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "report": None,
    }
    return create_once(_claim_name(request.build_id), claim)


def read_claim(build_id: str) -> Claim | None:
    """Read a claim, or None when nobody has claimed that build."""
    stored = read_json(_claim_name(build_id))
    if stored is None:
        return None
    return Claim(
        request=BuildRequest.from_wire(stored["request"]),
        claimed_utc=stored["claimed_utc"],
        report=stored["report"],
    )


def claim_of(build_id: str) -> Claim:
    """Return the claim of a build that is under way or has ended.

    Raises:
        NotFoundError: there is no claim.
    """
    claim = read_claim(build_id)
    if claim is None:
        raise NotFoundError(f"build '{build_id}' has no claim; upload or start it again")
    return claim


def write_report(build_id: str, report: Report) -> None:
    """Put the report into the claim; the first report of a build stays.

    Raises:
        NotFoundError: there is no claim.
    """
    stored = read_json(_claim_name(build_id))
    if stored is None:
        raise NotFoundError(f"build '{build_id}' has no claim; it was deleted during the build")
    if stored["report"] is None:
        with translated(f"writing the report of build {build_id}"):
            blob(settings().builds_container, _claim_name(build_id)).upload_blob(
                json.dumps({**stored, "report": report}), overwrite=True
            )


def create_once(name: str, content: dict[str, Any]) -> bool:
    """Create a JSON blob in the builds container, unless it exists; answer whether it was made."""
    try:
        with translated(f"creating {settings().builds_container}/{name}"):
            blob(settings().builds_container, name).upload_blob(
                json.dumps(content), overwrite=False
            )
    except ConflictError:
        return False
    return True


def read_json(name: str) -> dict[str, Any] | None:
    """Read a JSON blob of the builds container, or None when it does not exist."""
    try:
        with translated(f"reading {settings().builds_container}/{name}"):
            content = blob(settings().builds_container, name).download_blob().readall()
    except NotFoundError:
        return None
    document: dict[str, Any] = json.loads(content)
    return document


def _claim_name(build_id: str) -> str:
    return f"{build_id}.json"
