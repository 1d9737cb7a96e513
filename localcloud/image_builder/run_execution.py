"""Starts runs, lets the build VM execute them, and sees to their customization.log."""

from __future__ import annotations

import asyncio
import logging
import shutil
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from localcloud.image_builder import identities, staging_content
from localcloud.image_builder.build_vm_protocol import BuildResult, BuildVm
from localcloud.image_builder.customization_log import CustomizationLog
from localcloud.image_builder.error_handling import keeps_build_vm
from localcloud.image_builder.exceptions import IDENTITY_NEEDED
from localcloud.image_builder.lifecycle import (
    Execution,
    Run,
    RunOutcome,
    RunStatus,
    phases_of,
)
from localcloud.image_builder.models import Template, steps_of
from localcloud.image_builder.plausible_log import write_plausible_log
from localcloud.image_builder.simulator_settings import SimulatorSettings
from localcloud.image_builder.sources import Sources
from localcloud.image_builder.staging_group import (
    LOG_CONTAINER,
    failure_by_arm_path,
    failure_by_url,
    log_blob,
)
from localcloud.image_builder.staging_store import StagingStore
from localcloud.image_builder.surroundings import Surroundings

# Up to this many minutes (0 apart) the token of the build VM's key vault is already too old.
_TOO_SHORT_MINUTES = 5
JWT_EXPIRES = (
    "* client_jwt will expire within 5 minutes, please use a JWT that is valid for at least 5 "
    "minutes"
)
# Compute's words, under the code OperationNotAllowed (epiphany#1049).
DISK_TOO_SMALL = (
    "* The specified disk size {} GB is smaller than the size of the corresponding disk in the VM "
    "image: {} GB. This is not allowed. Please choose equal or greater size or do not specify an "
    "explicit size."
)

logger = logging.getLogger(__name__)


class RunExecution:
    """The runs of a simulator; executions go on in tasks."""

    def __init__(
        self,
        surroundings: Surroundings,
        settings: SimulatorSettings,
        sources: Sources,
        save: Callable[[Template], None],
    ) -> None:
        self._surroundings = surroundings
        self._settings = settings
        self._sources = sources
        self._save = save
        self._store = StagingStore(surroundings.log_store)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, template: Template, now: datetime, planned: RunOutcome | None) -> Run:
        """Add a run to a template and begin to execute it."""
        run = Run(
            run_id=str(uuid.uuid4()),
            operation_id=str(uuid.uuid4()),
            started_utc=now,
            phases=phases_of(template.properties, self._settings.durations),
            timeout_minutes=template.properties.get("buildTimeoutInMinutes") or 0,
            version_name=template.version.name,
            outcome=planned or self._flaw(template),
        )
        run.failure_message = self._failure_message(template, run)
        template.runs.append(run)
        if run.outcome is None:
            self._begin(template, run, now)
        return run

    def resume(self, template: Template, now: datetime) -> None:
        """Execute again what the end of the process cut off; a build VM cannot be continued."""
        for run in template.runs:
            if run.is_cut_off:
                logger.info("execution_starts_again run_id=%s", run.run_id)
                self.log_path(run).unlink(missing_ok=True)
                run.execution = None
                self._begin(template, run, now)
                self._save(template)

    def _begin(self, template: Template, run: Run, now: datetime) -> None:
        build_vm = self._surroundings.build_vm
        if build_vm is None:
            return
        run.execution = Execution(now, clock_speed=self._settings.clock_speed)
        task = asyncio.create_task(self._execute(build_vm, template, run, run.execution))
        self._tasks[run.run_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(run.run_id, None))

    def stop(self, run: Run) -> None:
        """Stop the execution of a run, if there is one."""
        if run.run_id in self._tasks:
            self._tasks[run.run_id].cancel()

    async def close(self) -> None:
        """Stop every execution; the next start finds it cut off."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def conclude(self, template: Template, run: Run, status: RunStatus) -> None:
        """See to what an ended run leaves: its log, and its build VM where errors keep it."""
        await self._keep_log(template, run, status)
        if keeps_build_vm(template.properties, status.failed_in):
            run.kept_vm = staging_content.new_vm_name()
            logger.warning(
                "build_vm_kept template=%s run_id=%s vm=%s group=%s",
                template.address.name,
                run.run_id,
                run.kept_vm,
                template.exact_staging_group,
            )

    async def _keep_log(self, template: Template, run: Run, status: RunStatus) -> None:
        if run.execution is not None or run.cancel_utc is not None:
            return
        failed_at = run.outcome.at_phase if run.outcome else ""
        self.log_path(run).unlink(missing_ok=True)  # of a try that was cut off
        writer = CustomizationLog(self.log_path(run), self._surroundings.clock.now)
        if cause := self._cause_in_building(template):
            writer.output(cause)
        properties, _ = template.to_execute()
        keeps_vm = keeps_build_vm(properties, status.failed_in)
        steps = steps_of(properties)
        write_plausible_log(writer, steps, status, failed_at, keeps_vm=keeps_vm)
        await self._upload(run)

    async def forget(self, template: Template) -> None:
        """Delete what the staging group of a template held."""
        for run in template.runs:
            await self._store.delete(LOG_CONTAINER, f"{run.run_id}/")
            shutil.rmtree(self.log_path(run).parent, ignore_errors=True)

    def log_path(self, run: Run) -> Path:
        """Return where the log of a run is written."""
        return self._settings.scratch_directory / "runs" / run.run_id / "customization.log"

    def _cause_in_building(self, template: Template) -> str:
        """Return what keeps every run of a template from getting beyond Building, if anything."""
        properties = template.properties
        if 0 < (properties.get("buildTimeoutInMinutes") or 0) <= _TOO_SHORT_MINUTES:
            return JWT_EXPIRES
        wanted_gb = (properties.get("vmProfile") or {}).get("osDiskSizeGB") or 0
        if not (template.version.strict and wanted_gb):
            return ""
        disk_gb = self._sources.facts(properties["source"]).disk_gb or 0
        return DISK_TOO_SMALL.format(wanted_gb, disk_gb) if wanted_gb < disk_gb else ""

    def _flaw(self, template: Template) -> RunOutcome | None:
        if template.version.needs_identity and not identities.assigned(template.identity):
            error = {"code": "ValidationFailed", "message": IDENTITY_NEEDED}
            return RunOutcome(message=IDENTITY_NEEDED, error=error, at_phase="Queued")
        if self._cause_in_building(template):
            return RunOutcome(at_phase="Building")
        return None

    def _failure_message(self, template: Template, run: Run) -> str:
        form = self._settings.log_location_form
        if form == "arm" or (form == "by_version" and template.version.strict):
            account = self._store.account_name
            return failure_by_arm_path(template.exact_staging_group, account, run.run_id)
        return failure_by_url(self._store.blob_endpoint, run.run_id)

    async def _execute(
        self, build_vm: BuildVm, template: Template, run: Run, execution: Execution
    ) -> None:
        clock = self._surroundings.clock
        work = asyncio.create_task(self._run_customizers(build_vm, template, run))
        deadline = asyncio.ensure_future(clock.sleep_until(run.deadline_utc))
        try:
            await asyncio.wait({work, deadline}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                execution.result = work.result()
                run.outcome = _validation_outcome(template, run, execution.result)
        except asyncio.CancelledError:
            if run.cancel_utc is None:
                raise  # the process ends: the next start executes it again
        finally:
            for task in (work, deadline):
                task.cancel()
            await asyncio.gather(work, deadline, return_exceptions=True)
        await self._upload(run)
        execution.finished_utc = clock.now()
        self._save(template)

    async def _run_customizers(
        self, build_vm: BuildVm, template: Template, run: Run
    ) -> BuildResult:
        properties, downloads = template.to_execute()
        resource: dict[str, Any] = {
            "id": template.address.resource_id,
            "name": template.address.name,
            "location": template.location,
            "identity": template.identity,
            "tags": template.tags,
            "properties": properties,
        }
        log = self.log_path(run)
        log.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._surroundings.clock.busy():
                return await build_vm.run(resource, downloads, log)
        except Exception as error:  # noqa: BLE001 - a broken build VM is a failed run
            logger.warning("build_vm_broke run_id=%s error=%r", run.run_id, error)
            CustomizationLog(log, self._surroundings.clock.now).finish(str(error))
            return BuildResult(succeeded=False, message=str(error), vm_broke=True)

    async def _upload(self, run: Run) -> None:
        await self._store.upload(LOG_CONTAINER, log_blob(run.run_id), self.log_path(run))


def _validation_outcome(template: Template, run: Run, result: BuildResult) -> RunOutcome | None:
    if not result.failed_in_validation:
        return run.outcome
    validate = template.properties.get("validate") or {}
    if validate.get("continueDistributeOnFailure"):
        return RunOutcome(at_phase="Distributing", image_appears_after_seconds=0)
    return RunOutcome(at_phase="Validating")
