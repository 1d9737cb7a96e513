"""What the simulator remembers: templates, triggers, run outputs."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from localcloud.image_builder.api_versions import ApiVersion
from localcloud.image_builder.build_vm_protocol import DownloadedFile
from localcloud.image_builder.lifecycle import NEVER, Progress, Run, validates_source_only

TEMPLATE_TYPE = "Microsoft.VirtualMachineImages/imageTemplates"
ACTIVE_STATES = ("Running", "Canceling")


@dataclass(frozen=True)
class TemplateAddress:
    """Where a template is; compares as written, look-ups use `key`."""

    subscription: str
    group: str
    name: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what identifies it, in any case."""
        return self.subscription.lower(), self.group.lower(), self.name.lower()

    @property
    def resource_id(self) -> str:
        """Return the id as AIB writes it: `resourcegroups` in lower case."""
        return (
            f"/subscriptions/{self.subscription}/resourcegroups/{self.group}"
            f"/providers/{TEMPLATE_TYPE}/{self.name}"
        )


@dataclass(frozen=True)
class ProvisioningError:
    """Why a template could not be created.

    Args:
        operation_code: `error.code` of the operation.
        message: the same text in the operation and in `provisioningError`.
        provisioning_code: `provisioningErrorCode` of the template.
    """

    operation_code: str
    message: str
    provisioning_code: str = "Other"

    def as_operation_error(self) -> dict[str, Any]:
        """Return `error` of the operation."""
        return {"code": self.operation_code, "message": self.message}


@dataclass
class Submission:
    """The creation of a template: from PUT until it is Succeeded or Failed.

    Args:
        started_utc: time of the PUT.
        success_utc: when it succeeds at the earliest.
        failure_utc: when it fails at the earliest.
        downloads_utc: when the sources were fetched; None while that goes on.
    """

    started_utc: datetime
    success_utc: datetime
    failure_utc: datetime
    downloads_utc: datetime | None = None
    downloads: list[DownloadedFile] = field(default_factory=list)
    error: ProvisioningError | None = None
    operation_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def end_utc(self) -> datetime:
        """Return when it ends; NEVER while that is unknown."""
        if self.downloads_utc is None:
            return NEVER
        planned = self.success_utc if self.error is None else self.failure_utc
        return max(planned, self.downloads_utc)

    def state(self, now: datetime) -> str:
        """Return `provisioningState`."""
        if now < self.end_utc():
            return "Creating"
        return "Succeeded" if self.error is None else "Failed"

    def progress(self, now: datetime) -> Progress:
        """Return how far the operation of the PUT is."""
        if self.state(now) == "Creating":
            return Progress()
        return Progress(self.end_utc(), self.error.as_operation_error() if self.error else None)


@dataclass
class Change:
    """A DELETE or PATCH under way."""

    operation_id: str
    due_utc: datetime
    body: dict[str, Any] = field(default_factory=dict)


@dataclass
class Trigger:
    """A trigger of a template; it is kept and shown, and never fires."""

    name: str
    kind: str
    created_utc: datetime
    ready_utc: datetime
    deleted_utc: datetime = NEVER


@dataclass
class RunOutput:
    """What one distribution target of the last successful run became."""

    name: str
    artifact_id: str | None = None
    artifact_uri: str | None = None


def steps_of(properties: dict[str, Any]) -> list[dict[str, Any]]:
    """Return customizers, then validators."""
    validate = properties.get("validate") or {}
    return [*(properties.get("customize") or []), *(validate.get("inVMValidations") or [])]


@dataclass
class Template:
    """An image template.

    Args:
        address: subscription, resource group and name.
        version: API version of the PUT; gallery versions are numbered by it.
        properties: canonical properties, without what is read-only.
        exact_staging_group: id of the resource group where AIB works.
        made_staging_group: whether AIB made that group, and deletes it with the template.
    """

    address: TemplateAddress
    version: ApiVersion
    location: str
    properties: dict[str, Any]
    submission: Submission
    exact_staging_group: str
    identity: dict[str, Any] | None = None
    tags: dict[str, str] = field(default_factory=dict)
    exact_version: str | None = None
    checksums: dict[int, str] = field(default_factory=dict)
    is_created: bool = False
    runs: list[Run] = field(default_factory=list)
    outputs: dict[str, RunOutput] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    update: Change | None = None
    deletion: Change | None = None
    made_staging_group: bool = True

    def provisioning_state(self, now: datetime) -> str:
        """Return `provisioningState` at `now`."""
        if self.deletion is not None:
            return "Deleting"
        if self.update is not None and now < self.update.due_utc:
            return "Updating"
        return self.submission.state(now)

    def run_state(self, now: datetime) -> str:
        """Return `runState` of the last run; empty when there was none."""
        return self.runs[-1].status(now).state if self.runs else ""

    def is_active(self, now: datetime) -> bool:
        """Tell whether a run goes on or is being cancelled."""
        return self.run_state(now) in ACTIVE_STATES

    @property
    def was_created(self) -> bool:
        """Whether its creation is over and has not failed."""
        return self.is_created and self.submission.error is None

    def operations(self) -> list[Submission | Run]:
        """Return those of its creation and of its runs."""
        return [self.submission, *self.runs]

    def steps(self) -> list[dict[str, Any]]:
        """Return customizers, then validators."""
        return steps_of(self.properties)

    def to_execute(self) -> tuple[dict[str, Any], list[DownloadedFile]]:
        """Return the properties and the files of a run; its build VM customizes no bare source."""
        files = self.submission.downloads
        if not validates_source_only(self.properties):
            return self.properties, files
        left_out = len(self.properties.get("customize") or [])
        numbered = [(file.customizer_index - left_out, file) for file in files]
        files = [replace(file, customizer_index=index) for index, file in numbered if index >= 0]
        return self.properties | {"customize": []}, files

    def with_sources(self) -> list[dict[str, Any]]:
        """Return what may name a file: the steps, then the workload of `optimize`.

        It is the order of `DownloadedFile.customizer_index`.
        """
        workload = (self.properties.get("optimize") or {}).get("workload")
        return [*self.steps(), *([workload] if workload else [])]
