"""What a plan remembers of its build while it goes on: phase, times, log lines, findings.

Rebuilt from history at every replay, so it may hold nothing that history does not give.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import azure.durable_functions as df

from imaging.build_request import BuildRequest
from imaging.report import DistributedImage, Report, ReportedError
from orchestrators.replay_safe_log import ReplaySafeLog
from orchestrators.steps import Patience

_SHOWN_ERROR = 1_000
_PATIENCE = timedelta(minutes=30)


@dataclass
class Facts:
    """What the steps found out; empty until they did."""

    recipe_sha256: str = ""
    artifact_sha256: str = ""
    template_id: str = ""
    template_exists: bool = False
    source: dict[str, Any] = field(default_factory=dict)
    template_kept: bool = False
    log_location: str | None = None
    outputs: dict[str, str] = field(default_factory=dict)
    images: list[DistributedImage] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    error: ReportedError | None = None


@dataclass
class _Pauses:
    """How often and how long the build waited for Azure in one phase."""

    number: int = 0
    seconds: float = 0
    last_reason: str = ""

    def __str__(self) -> str:
        """Say it in the report."""
        times = "once" if self.number == 1 else f"{self.number} times"
        return f"waited {times} for Azure, {self.seconds:.0f} s in all: {self.last_reason}"


class Progress:
    """The running record of one build."""

    def __init__(
        self, context: df.DurableOrchestrationContext, request: BuildRequest, template: str
    ) -> None:
        self.request = request
        self.template = template
        self.facts = Facts()
        self.started: datetime = context.current_utc_datetime
        self.deadline: datetime | None = None
        self._context = context
        self._log = ReplaySafeLog(logging.getLogger(__name__), context)
        self._phase = ""
        self._waits_in: str | None = None
        self._notice: str | None = None
        self._phase_started = self.started
        self._phase_seconds: dict[str, int] = {}
        self._pauses: dict[str, _Pauses] = {}
        self._lines: list[str] = []

    def enter(self, phase: str, waits_in: str | None = None) -> None:
        """Begin a phase and show it.

        Args:
            phase: its name in the HTTP API.
            waits_in: instance id of the child whose custom status has the details.
        """
        self._close_phase()
        self._phase, self._phase_started = phase, self._context.current_utc_datetime
        self._waits_in, self._notice = waits_in, None
        self._log.info("phase_entered phase=%s recipe=%s", phase, self.request.recipe_name)
        self._show()

    def until(self, latest: timedelta) -> datetime:
        """Return the end of a wait that may last so long, or the build's deadline if it is sooner.

        Cleaning up and reporting know no deadline: they come after it.
        """
        end: datetime = self._context.current_utc_datetime + latest
        return end if self.deadline is None else min(end, self.deadline)

    def patience(self, latest: timedelta = _PATIENCE) -> Patience:
        """Let a step be tried again for so long, and show why it waits."""
        return Patience(self.until(latest), self._tell)

    def notice(self, text: str | None) -> None:
        """Show what the build is waiting for, until the next phase."""
        self._notice = text
        self._show()

    def _tell(self, reason: str | None, seconds: float) -> None:
        if reason:
            pauses = self._pauses.setdefault(self._phase, _Pauses())
            pauses.number, pauses.seconds = pauses.number + 1, pauses.seconds + seconds
            pauses.last_reason = reason
            self._log.warning(
                "step_waits phase=%s seconds=%.0f reason=%r", self._phase, seconds, reason
            )
        self.notice(reason)

    def _show(self) -> None:
        self._context.set_custom_status(
            {
                "phase": self._phase,
                "waitsIn": self._waits_in,
                "templateName": self.template_name,
                "startedUtc": self.started.isoformat(),
                "elapsedSeconds": self.elapsed_seconds,
                "outputs": self.facts.outputs,
                "error": self._shown_error(),
                "notice": self._notice,
                "lastLine": self._lines[-1] if self._lines else None,
            }
        )

    def _shown_error(self) -> ReportedError | None:
        """Return the error as a custom status has room for it; the report has all of it."""
        error = self.facts.error
        return error and {"code": error["code"], "message": error["message"][:_SHOWN_ERROR]}

    def say(self, *lines: str) -> None:
        """Add lines to the build's log, and to the app's own log while not replaying."""
        for line in lines:
            self._lines.append(line)
            self._log.info("%s", line)
        self._show()

    def fail(self, error: ReportedError) -> None:
        """Remember why the build failed; the first reason stays."""
        if self.facts.error is None:
            self.facts.error = error
            self._log.warning(
                "build_stopped phase=%s error=%s reason=%r",
                self._phase,
                error["code"],
                error["message"],
            )

    @property
    def template_name(self) -> str:
        """The template's name, also where `template` is its resource id."""
        return self.template.rpartition("/")[2]

    @property
    def has_template(self) -> bool:
        """Whether a template may exist that goes with the build."""
        return self.facts.template_exists or self.request.template is not None

    @property
    def elapsed_seconds(self) -> int:
        """Whole seconds since the build began, in orchestrator time."""
        return int((self._context.current_utc_datetime - self.started).total_seconds())

    def report(self, reached: str) -> Report:
        """Close the record.

        Args:
            reached: the last phase of the build's work; a failed build names it.
        """
        self._close_phase()
        facts = self.facts
        return {
            "state": "Failed" if facts.error else "Succeeded",
            "phase": reached if facts.error else "Succeeded",
            "outputs": facts.outputs,
            "images": facts.images,
            "source": facts.source,
            "error": facts.error,
            "templateName": self.template_name,
            "templateId": facts.template_id,
            "templateKept": facts.template_kept,
            "logLocation": facts.log_location,
            "recipeSha256": facts.recipe_sha256,
            "artifactSha256": facts.artifact_sha256,
            "startedUtc": self.started.isoformat(),
            "endedUtc": self._context.current_utc_datetime.isoformat(),
            "elapsedSeconds": self.elapsed_seconds,
            "phaseSeconds": self._phase_seconds,
            "warnings": facts.warnings,
            "notes": [*facts.notes, *(f"{p}: {told}" for p, told in self._pauses.items())],
            "log": self._lines,
        }

    def _close_phase(self) -> None:
        if self._phase:
            seconds = (self._context.current_utc_datetime - self._phase_started).total_seconds()
            self._phase_seconds[self._phase] = int(seconds)

    @property
    def phase(self) -> str:
        """The phase that the build is in."""
        return self._phase
