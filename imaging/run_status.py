"""What AIB says of a template and its run.

Source: `ImageTemplateLastRunStatus` and `ProvisioningState` of API 2025-10-01; the message's forms
are those of learn.microsoft.com image-builder-troubleshoot and azure-powershell#24244.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from imaging.redaction import without_queries

FINAL_RUN_STATES = frozenset({"Succeeded", "PartiallySucceeded", "Failed", "Canceled"})
FINAL_PROVISIONING_STATES = frozenset({"Succeeded", "Failed", "Canceled"})

_LOG_LOCATIONS = (
    re.compile(r"image build log location:\s*(https://\S+?)(?=\.\s|\s|$)", re.IGNORECASE),
    re.compile(r"build logs are at location (/subscriptions/.*?\.log)", re.IGNORECASE),
    re.compile(r"(https://\S+/packerlogs/\S+?\.log)", re.IGNORECASE),
)

# Two templates on one group end as an InternalOperationError that names no cause (azure-docs, pull
# request 96778).
_OF_A_STAGING_GROUP = frozenset({"BadStagingResourceGroup", "ServerError"})

# "Failed in distributing 1 images out of total 1: …", and a run that ran out of time on the way.
_LATE_IMAGES = re.compile(r"distribut|deadline exceeded", re.IGNORECASE)


@dataclass(frozen=True)
class RunStatus:
    """The last run of a template; all is empty when it never ran.

    `start_time` is AIB's own text, with nine digits of a second: it tells one run from another.
    """

    run_state: str
    run_sub_state: str
    message: str
    start_time: str

    @property
    def is_final(self) -> bool:
        """Tell whether the run will not change any more."""
        return self.run_state in FINAL_RUN_STATES

    @property
    def has_started(self) -> bool:
        """Tell whether the template ever ran."""
        return bool(self.run_state)

    def is_after(self, earlier_start: str) -> bool:
        """Tell whether this is another run than the one that started at `earlier_start`."""
        return self.has_started and self.start_time != earlier_start


@dataclass(frozen=True)
class ProvisioningStatus:
    """How far the creation of a template has come."""

    state: str
    error_code: str
    error_message: str

    @property
    def is_final(self) -> bool:
        """Tell whether the creation has ended."""
        return self.state in FINAL_PROVISIONING_STATES


def run_status(template: dict[str, Any]) -> RunStatus:
    """Read `lastRunStatus` of a template as AIB answers it."""
    last = template.get("properties", {}).get("lastRunStatus") or {}
    return RunStatus(
        run_state=last.get("runState") or "",
        run_sub_state=last.get("runSubState") or "",
        message=without_queries(last.get("message") or ""),
        start_time=str(last.get("startTime") or ""),
    )


def provisioning_status(template: dict[str, Any]) -> ProvisioningStatus:
    """Read `provisioningState` and `provisioningError` of a template as AIB answers it."""
    properties = template.get("properties", {})
    error = properties.get("provisioningError") or {}
    code, message = error.get("provisioningErrorCode") or "", error.get("message") or ""
    group = properties.get("stagingResourceGroup") or ""
    if group and code in _OF_A_STAGING_GROUP:
        message = (
            f"{message} The template has a staging group of yours, {group}: AIB answers this where "
            "that is not empty or another template has it; build one after the other, or leave "
            "stagingResourceGroup out."
        )
    return ProvisioningStatus(
        state=properties.get("provisioningState") or "",
        error_code=code,
        error_message=without_queries(message),
    )


def may_distribute_late(message: str) -> bool:
    """Tell whether images may appear after the run has failed with this message.

    AIB gives up waiting for the replication of an image version that Compute goes on with
    (image-builder-troubleshoot, "context deadline exceeded").
    """
    return _LATE_IMAGES.search(message) is not None


def log_location(message: str) -> str | None:
    """Find where AIB put customization.log: a URL, or the ARM path of newer versions."""
    for pattern in _LOG_LOCATIONS:
        if found := pattern.search(message):
            return found.group(1)
    return None
