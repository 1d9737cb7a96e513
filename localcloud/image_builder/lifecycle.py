"""How long things take, and what a run looks like at a moment: computed, never waited for.

A run is a timeline. Whoever asks gets the state that belongs to the clock's time, so hours may
pass between two questions, or no time at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from localcloud.image_builder.build_vm_protocol import BuildResult

NEVER = datetime.max.replace(tzinfo=UTC)
DEFAULT_TIMEOUT_MINUTES = 240
TIMEOUT_MESSAGE = "Timeout waiting for microservice to complete: 'context deadline exceeded'"


@dataclass(frozen=True)
class Durations:
    """Seconds of each step on the cloud's clock; the defaults are medians of the recordings.

    The split of a run into its sub-states is an assumption; their sum is the recorded 15 minutes.
    """

    create: float = 34.0
    failed_create: float = 12.0
    update: float = 1.7
    delete: float = 131.0
    trigger: float = 2.0
    queued: float = 60.0
    building: float = 240.0
    customizing: float = 300.0
    optimizing: float = 60.0
    validating: float = 60.0
    distributing: float = 300.0
    canceling: float = 60.0


@dataclass(frozen=True)
class Phase:
    """One sub-state of a run and its length."""

    name: str
    seconds: float


def validates_source_only(properties: dict[str, Any]) -> bool:
    """Tell whether a run only validates the source: it builds, customizes and publishes nothing."""
    return bool((properties.get("validate") or {}).get("sourceValidationOnly"))


def phases_of(properties: dict[str, Any], durations: Durations) -> tuple[Phase, ...]:
    """Return the sub-states that the run of a template goes through, in order."""
    phases = [Phase("Queued", durations.queued), Phase("Building", durations.building)]
    if validates_source_only(properties):
        return (*phases, Phase("Validating", durations.validating))
    phases.append(Phase("Customizing", durations.customizing))
    wanted = (properties.get("optimize") or {}).values()
    if any(str(each.get("state")).lower() == "enabled" for each in wanted if each):
        phases.append(Phase("Optimizing", durations.optimizing))
    if properties.get("validate"):
        phases.append(Phase("Validating", durations.validating))
    return (*phases, Phase("Distributing", durations.distributing))


@dataclass
class RunOutcome:
    """How a run is planned to end instead of succeeding (a fault plan, or a template's own flaw).

    Args:
        state: final `runState`.
        message: `lastRunStatus.message` and, without `error`, the operation's message.
        error: `error` of the operation.
        at_phase: sub-state in which it ends.
        image_appears_after_seconds: the image is distributed nevertheless, this much later.
    """

    state: str = "Failed"
    message: str = ""
    error: dict[str, Any] | None = None
    at_phase: str = "Customizing"
    image_appears_after_seconds: float | None = None


@dataclass
class Execution:
    """The build VM's work for a run; `finished_utc` is None while it goes on.

    One that a dead process left unfinished is replaced by a later one, with its whole time. It is
    real work: the faster the clock, the less of it is done within the run's time.
    """

    started_utc: datetime
    finished_utc: datetime | None = None
    result: BuildResult | None = None
    clock_speed: float = 1.0


@dataclass(frozen=True)
class Progress:
    """How far an operation is: no end means in progress."""

    end_utc: datetime | None = None
    error: dict[str, Any] | None = None


@dataclass(frozen=True)
class RunStatus:
    """What `lastRunStatus` says at a moment; `end_utc` is None while the run goes on.

    `failed_in` is the sub-state whose own error ended it: empty where time was over, or a machine
    broke.
    """

    state: str
    sub_state: str | None = None
    end_utc: datetime | None = None
    message: str = ""
    error: dict[str, Any] | None = None
    failed_in: str = ""


@dataclass
class Run:
    """One run of a template.

    Args:
        run_id: id of the Packer run; folder of its log.
        operation_id: the operation that POST run answered with.
        started_utc: time of POST run.
        phases: its sub-states.
        timeout_minutes: `buildTimeoutInMinutes`; 0 means 240.
        kept_vm: name of the build VM that the failed run has left; empty for none.
    """

    run_id: str
    operation_id: str
    started_utc: datetime
    phases: tuple[Phase, ...]
    timeout_minutes: int = 0
    version_name: str = ""
    outcome: RunOutcome | None = None
    execution: Execution | None = None
    failure_message: str = ""
    cancel_utc: datetime | None = None
    canceled_utc: datetime = NEVER
    is_settled: bool = False
    distributed_utc: datetime | None = field(default=None)
    kept_vm: str = ""

    @property
    def longest(self) -> timedelta:
        """How long it may take."""
        return timedelta(minutes=self.timeout_minutes or DEFAULT_TIMEOUT_MINUTES)

    @property
    def deadline_utc(self) -> datetime:
        """When the run is stopped for taking too long."""
        started_utc = self.execution.started_utc if self.execution else self.started_utc
        return started_utc + self.longest

    @property
    def distributes(self) -> bool:
        """Whether there is an image at its end."""
        return any(phase.name == "Distributing" for phase in self.phases)

    @property
    def is_cut_off(self) -> bool:
        """Whether an execution was under way that nothing goes on with after a restart."""
        unfinished = self.execution is not None and self.execution.finished_utc is None
        return unfinished and self.cancel_utc is None and not self.is_settled

    def status(self, now: datetime) -> RunStatus:
        """Return the state at `now`."""
        end = min(self._natural_end(), self.deadline_utc)
        if self.cancel_utc is not None and self.cancel_utc < end:
            return self._canceled(now)
        if now < end:
            return RunStatus("Running", self._phase_at(now))
        return self._final(end)

    def progress(self, now: datetime) -> Progress:
        """Return how far the operation of POST run is."""
        status = self.status(now)
        if status.state == "Canceled" and status.error is None:
            return Progress(status.end_utc, {"code": "Canceled", "message": status.message})
        return Progress(status.end_utc, status.error)

    def phase_start(self, name: str) -> datetime:
        """Return when the sub-state begins, as far as is known."""
        start = self.started_utc
        for phase in self.phases:
            if phase.name == name:
                return start
            start = self._end_of(phase, start)
        return start

    def _end_of(self, phase: Phase, start: datetime) -> datetime:
        if start >= NEVER - timedelta(seconds=phase.seconds):
            return NEVER
        end = start + timedelta(seconds=phase.seconds)
        works_in = "Customizing" if self.distributes else "Validating"
        if phase.name != works_in or self.execution is None:
            return end
        return max(end, self.execution.finished_utc or NEVER)

    def _ends_in(self) -> str:
        if self.outcome is not None and self.outcome.state == "Failed":
            return self.outcome.at_phase
        if self.execution is not None and self.execution.result is not None:
            return "Distributing" if self.execution.result.succeeded else "Customizing"
        return "Distributing"

    def _natural_end(self) -> datetime:
        last, end = self._ends_in(), self.started_utc
        for phase in self.phases:
            end = self._end_of(phase, end)
            if phase.name == last:
                break
        return end

    def _phase_at(self, now: datetime) -> str:
        end = self.started_utc
        for phase in self.phases:
            end = self._end_of(phase, end)
            if now < end:
                return phase.name
        return self.phases[-1].name

    def _canceled(self, now: datetime) -> RunStatus:
        if now < self.canceled_utc:
            return RunStatus("Canceling", message="Canceling image build")
        return RunStatus("Canceled", end_utc=self.canceled_utc, message="Image build canceled")

    def _final(self, end: datetime) -> RunStatus:
        if self._natural_end() > self.deadline_utc:
            return self._failed(end, TIMEOUT_MESSAGE + self._note_on_speed(), None)
        if self.outcome is not None:
            if self.outcome.state == "Failed":
                message = self.outcome.message or self.failure_message
                return self._failed(end, message, self.outcome.error, self._ends_in())
            return RunStatus(self.outcome.state, end_utc=end, message=self.outcome.message)
        result = self.execution.result if self.execution else None
        if result is not None and not result.succeeded:
            return self._failed(end, self.failure_message, None, self._ends_in())
        return RunStatus("Succeeded", end_utc=end)

    def _note_on_speed(self) -> str:
        """Say what AIB cannot know: that the clock has left real commands too little time."""
        speed = self.execution.clock_speed if self.execution else 1.0
        own_seconds = sum(phase.seconds for phase in self.phases)
        if speed <= 1 or timedelta(seconds=own_seconds) > self.longest:
            return ""
        seconds = self.longest.total_seconds()
        return (
            f" (local cloud: at --speed {speed:g}, the {seconds / 60:g} min of this build are "
            f"{seconds / speed:.3g} s for its commands; a lower --speed gives them more)"
        )

    def _failed(
        self, end: datetime, message: str, error: dict[str, Any] | None, failed_in: str = ""
    ) -> RunStatus:
        error = error or {"code": "PackerBuildFailed", "message": message}
        result = self.execution.result if self.execution else None
        has_broken = result is not None and result.vm_broke
        if has_broken or failed_in not in [phase.name for phase in self.phases]:
            failed_in = ""
        return RunStatus("Failed", None, end, message, error, failed_in)
