"""The simulated service: its templates, and what PUT, PATCH, DELETE, run and cancel do to them.

Nothing happens in the background but downloads and executions: `settle` brings the state up to the
clock's time before every answer. Every change is stored before it is answered.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import uuid
from datetime import datetime, timedelta
from typing import Any

from localcloud.compute.models import ComputeStore
from localcloud.endpoints import RESOURCE_GROUP, SUBSCRIPTION_ID
from localcloud.image_builder import exceptions
from localcloud.image_builder.api_versions import ApiVersion
from localcloud.image_builder.distribution import Distribution, is_due
from localcloud.image_builder.faults import Answer, FaultPlans
from localcloud.image_builder.inventory import Inventory
from localcloud.image_builder.journal import Journal
from localcloud.image_builder.lifecycle import NEVER, Run, RunOutcome
from localcloud.image_builder.models import (
    Change,
    ProvisioningError,
    Submission,
    Template,
    TemplateAddress,
)
from localcloud.image_builder.operations import (
    Operation,
    planned_error,
    planned_outcome,
    timed_operation,
)
from localcloud.image_builder.resource_groups import ResourceGroups
from localcloud.image_builder.run_execution import RunExecution
from localcloud.image_builder.simulator_settings import SimulatorSettings
from localcloud.image_builder.simulator_store import SimulatorStore
from localcloud.image_builder.sources import Sources
from localcloud.image_builder.staging_group import exact_group_id, given_group_id
from localcloud.image_builder.staging_store import StagingStore
from localcloud.image_builder.submission import INTERNAL_ERROR, Submissions
from localcloud.image_builder.surroundings import Surroundings

logger = logging.getLogger(__name__)


class Simulator:
    """One simulated subscription's worth of AIB (every subscription id is accepted).

    Raises:
        StateError: what an earlier one stored cannot be read.
    """

    def __init__(self, surroundings: Surroundings, settings: SimulatorSettings) -> None:
        self.surroundings = surroundings
        self.settings = settings
        self._store = SimulatorStore(settings.scratch_directory)
        with self._store.reading():
            self.compute = ComputeStore(self._store, settings.auto_galleries)
            self.faults = FaultPlans(self._store)
            self.journal = Journal(self._store)
            self.inventory = Inventory(self._store)
            account_name = StagingStore(surroundings.log_store).account_name
            self.groups = ResourceGroups(self._store, self.inventory, self.compute, account_name)
        self.compute.put_what_was_built(SUBSCRIPTION_ID, RESOURCE_GROUP)
        sources = Sources(self.compute, self.groups)
        self._submissions = Submissions(surroundings, settings, self.compute, self.groups, sources)
        self._runs = RunExecution(surroundings, settings, sources, self.inventory.save)
        self._distribution = Distribution(surroundings, settings, self.compute, self.groups)
        self._tasks: set[asyncio.Task[None]] = set()
        self._settling = asyncio.Lock()
        self.settled_utc = self.now()

    def resume(self) -> None:
        """Begin again the downloads and executions that an earlier process has not ended."""
        for template in self.inventory.templates.values():
            if template.submission.downloads_utc is None:
                self._spawn(template)
            self._runs.resume(template, self.now())

    def now(self) -> datetime:
        """Return the cloud's time."""
        return self.surroundings.clock.now()

    def put(
        self, address: TemplateAddress, body: dict[str, Any], version: ApiVersion, plan: Answer
    ) -> tuple[Template, Operation]:
        """Accept a new template and begin its submission."""
        if address.key in self.inventory.templates:
            raise exceptions.template_exists()
        now, durations = self.now(), self.settings.durations
        submission = Submission(
            now,
            now + timedelta(seconds=durations.create),
            now + timedelta(seconds=durations.failed_create),
        )
        properties = dict(body["properties"])
        given = given_group_id(properties)
        own = exact_group_id(address.subscription, address.group, address.name, str(uuid.uuid4()))
        template = Template(
            address,
            version,
            body["location"],
            properties,
            submission,
            given or own,
            body.get("identity"),
            body.get("tags") or {},
            made_staging_group=not given,
        )
        if plan.provisioning is not None:
            code = plan.error_code or "Unauthorized"
            error = ProvisioningError(code, plan.message, plan.provisioning_error_code)
            submission.error, submission.downloads_utc = error, now
        elif self.inventory.is_taken(template.exact_staging_group):
            logger.warning("staging_group_taken template=%s", address.name)
            submission.error, submission.downloads_utc = INTERNAL_ERROR, now
        else:
            self._spawn(template)
        self.inventory.add(template)
        return template, submission

    def patch(self, template: Template, body: dict[str, Any], plan: Answer) -> Operation:
        """Begin to change identity, tags, targets or VM profile."""
        now = self.now()
        self._refuse_while_busy(template, "PATCH", "write")
        properties = body.get("properties") or {}
        if "distribute" in properties:
            given = {target.get("runOutputName") for target in properties["distribute"] or []}
            for target in template.properties.get("distribute") or []:
                if target["runOutputName"] not in given:
                    raise exceptions.target_missing_in_update(target["runOutputName"])
        operation = timed_operation(now, self.settings.durations.update, planned_error(plan))
        due = now + timedelta(seconds=self.settings.durations.update)
        template.update = Change(operation.operation_id, due, {} if plan.operation else body)
        self.inventory.remember(operation)
        self.inventory.save(template)
        return operation

    def delete(self, template: Template, plan: Answer) -> Operation:
        """Begin to delete a template with its staging group; once more is the same operation."""
        if template.deletion is not None:
            return self.inventory.operation(template.deletion.operation_id)
        self._refuse_while_busy(template, "DELETE", "delete")
        now, seconds = self.now(), self.settings.durations.delete
        operation = self.inventory.remember(timed_operation(now, seconds, planned_error(plan)))
        if plan.operation is None:
            due_utc = now + timedelta(seconds=seconds)
            template.deletion = Change(operation.operation_id, due_utc)
            self.inventory.save(template)
        return operation

    def run(self, template: Template, plan: Answer) -> Operation:
        """Start a run."""
        self._refuse_while_busy(template, "POST", "run/action")
        now = self.now()
        if template.provisioning_state(now) != "Succeeded":
            state = template.provisioning_state(now).lower()
            raise exceptions.not_allowed("run/action", state, template.run_state(now).lower())
        return self._start_run(template, now, planned_outcome(plan))

    def cancel(self, template: Template, plan: Answer) -> None:
        """Cancel the run that goes on; nothing happens when there is none."""
        now = self.now()
        if template.run_state(now) == "Canceling":
            raise exceptions.not_allowed("cancel/action", "provisioned", "canceling")
        if template.run_state(now) != "Running":
            return
        run = template.runs[-1]
        planned = plan.canceling_seconds
        seconds = self.settings.durations.canceling if planned is None else planned
        run.cancel_utc = now
        if isinstance(seconds, float | int):
            run.canceled_utc = now + timedelta(seconds=seconds)
        self._runs.stop(run)
        self.inventory.save(template)

    def _start_run(
        self, template: Template, since: datetime, planned: RunOutcome | None = None
    ) -> Run:
        run = self._runs.start(template, since, planned)
        self.inventory.know(run)
        self.inventory.save(template)
        return run

    async def settle(self) -> None:
        """Let everything that is due by now have happened, and note that now.

        An answer shows that moment: at a later one, a state may be due whose work is not done.
        """
        async with self._settling:
            now = self.now()
            for template in list(self.inventory.templates.values()):
                self._settle_template(template, now)
            runs = [(t, run) for t in self.inventory.templates.values() for run in t.runs]
            ended = [(run.status(now).end_utc or NEVER, t, run) for t, run in runs]
            for end, template, run in sorted(ended, key=lambda entry: entry[0]):
                if end <= now:
                    await self._settle_run(template, run, now)
            for template in list(self.inventory.templates.values()):
                if template.deletion is not None and template.deletion.due_utc <= now:
                    await self._remove(template)
            self.settled_utc = now

    async def close(self) -> None:
        """Stop every download and execution; the next start does them again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._runs.close()
        self._store.close()

    def _spawn(self, template: Template) -> None:
        task = asyncio.create_task(self._submit(template))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _submit(self, template: Template) -> None:
        await self._submissions.submit(template)
        self.inventory.save(template)

    def _refuse_while_busy(self, template: Template, method: str, operation: str) -> None:
        now = self.now()
        state = template.provisioning_state(now)
        if state == "Creating":
            refusal = exceptions.not_allowed_while_creating(method)
        elif template.is_active(now) or state in ("Updating", "Deleting"):
            provisioning = "provisioned" if state == "Succeeded" else state.lower()
            run_state = template.run_state(now).lower()
            refusal = exceptions.not_allowed(operation, provisioning, run_state)
        else:
            return
        refusal.status = self.settings.not_allowed_status
        raise refusal

    def _settle_template(self, template: Template, now: datetime) -> None:
        submission = template.submission
        if not template.is_created and submission.state(now) != "Creating":
            template.is_created = True
            if submission.error is None:
                for index, digest in template.checksums.items():
                    template.with_sources()[index]["sha256Checksum"] = digest
                self._run_itself(template, submission.end_utc())
            self.inventory.save(template)
        if template.update is not None and template.update.due_utc <= now:
            update, template.update = template.update, None
            _apply(template, update.body)
            self._run_itself(template, update.due_utc)
            self.inventory.save(template)

    def _run_itself(self, template: Template, since: datetime) -> None:
        state = (template.properties.get("autoRun") or {}).get("state")
        if str(state).lower() == "enabled" and template.deletion is None:
            self._start_run(template, since)

    async def _settle_run(self, template: Template, run: Run, now: datetime) -> None:
        if is_due(run, run.status(now), now):
            await self._distribute(template, run, run.status(now).state)
        if not run.is_settled:
            await self._runs.conclude(template, run, run.status(now))
            run.is_settled = True
            self.inventory.save(template)

    async def _distribute(self, template: Template, run: Run, state: str) -> None:
        distributed_utc = run.phase_start("Distributing")
        unwritten = await self._distribution.upload_vhds(template, distributed_utc)
        with self._store.transaction():  # an image without its run would be made twice
            failure = self._distribution.distribute(template, distributed_utc, unwritten)
            if failure and state != "Failed":
                run.outcome = RunOutcome(message=failure, at_phase="Distributing")
            run.distributed_utc = distributed_utc
            self.inventory.save(template)

    async def _remove(self, template: Template) -> None:
        await self._distribution.forget(template)
        await self._runs.forget(template)
        shutil.rmtree(self._submissions.folder_of(template), ignore_errors=True)
        self.groups.forget(template)
        self.inventory.remove(template, self.now())


def _apply(template: Template, update: dict[str, Any]) -> None:
    template.identity = update.get("identity") or template.identity
    template.tags = template.tags if update.get("tags") is None else update["tags"]
    for name in ("distribute", "vmProfile"):
        if name in (update.get("properties") or {}):
            template.properties[name] = update["properties"][name]
