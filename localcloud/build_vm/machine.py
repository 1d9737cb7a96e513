"""The local build VM: executes a template's Linux customizers for real, in namespaces of its own.

What a run writes lies in memory and is gone with it. See docs of `isolation` for how namespaces are
had, of `inside.root_tree` for what the machine's files look like from within.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from localcloud.build_vm import isolation
from localcloud.build_vm.blob_relay import relaying
from localcloud.build_vm.instance_metadata import MetadataEndpoint, TokenSource
from localcloud.build_vm.isolation import Isolation
from localcloud.build_vm.provisioning import Provisioning, StepFailed
from localcloud.build_vm.sandbox import Order, Sandbox, SandboxBroken
from localcloud.build_vm.steps import Step, StepUnclear, WindowsStep, plan_steps
from localcloud.image_builder.build_vm_protocol import BuildResult, DownloadedFile
from localcloud.image_builder.customization_log import CustomizationLog
from localcloud.image_builder.error_handling import keeps_build_vm

logger = logging.getLogger(__name__)

_TIMED_OUT = "Timeout waiting for microservice to complete: 'context deadline exceeded'"


def _now_utc() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class BuildVmSettings:
    """What every build VM of a local cloud has in common.

    Args:
        tokens: where the tokens of the VM's identities come from.
        blob_port: port of 127.0.0.1 where the storage account is, outside and inside.
        ca_bundle: PEM file of all certificates that the VM shall trust.
        limit_seconds: real seconds after which a run is ended, whatever the clock's speed.
        now: tells the time of a log line, UTC.
    """

    tokens: TokenSource
    blob_port: int
    ca_bundle: Path
    limit_seconds: float = 900.0
    now: Callable[[], datetime] = _now_utc


async def open_build_vm(
    settings: BuildVmSettings, ways: list[Isolation] | None = None
) -> LocalBuildVm | None:
    """Return a build VM that works on this machine, or None when none does.

    Args:
        settings: what every build VM has in common.
        ways: how to get namespaces, in the order to try; those of the machine when None.
    """
    reasons = []
    for way in isolation.ways() if ways is None else ways:
        machine = LocalBuildVm(settings, way)
        try:
            await machine.try_out()
        except SandboxBroken as broken:
            reasons.append(str(broken))
        else:
            logger.info("build_vm_available isolation=%s", way.name)
            return machine
    logger.warning(
        "build_vm_not_available customizers are not executed; reasons=%s",
        "; ".join(reasons) or "neither bwrap nor unshare is installed",
    )
    return None


class LocalBuildVm:
    """Executes customizers and validators; each run gets a new machine."""

    def __init__(self, settings: BuildVmSettings, way: Isolation) -> None:
        self.isolation = way
        self._settings = settings

    async def try_out(self) -> None:
        """Start a machine and run a command as the build user and as root.

        Raises:
            SandboxBroken: it does not work on this machine.
        """
        sandbox = await self._start()
        lines: list[str] = []
        try:
            code = await sandbox.execute("sudo true", lambda _, line: lines.append(line))
        finally:
            await sandbox.close()
        if code != 0:
            raise SandboxBroken(f"{self.isolation.name}: {' '.join(lines) or f'exit code {code}'}")

    async def run(
        self, template: dict[str, Any], downloads: list[DownloadedFile], log: Path
    ) -> BuildResult:
        """Execute `customize` and `validate`, appending to the customization.log at `log`."""
        written = CustomizationLog(log, self._settings.now)
        try:
            steps = plan_steps(template, downloads)
        except StepUnclear as unclear:
            written.finish(str(unclear))
            return BuildResult(succeeded=False, message=str(unclear), vm_broke=True)
        run = _Run(steps, written, template.get("properties") or {})
        try:
            async with asyncio.timeout(self._settings.limit_seconds):
                async with self._machine_for(template, steps) as sandbox:
                    return await run.execute(sandbox, self.isolation.name)
        except TimeoutError:
            return run.failed(_TIMED_OUT, vm_broke=True)
        except SandboxBroken as broken:
            return run.failed(str(broken), vm_broke=True)
        except asyncio.CancelledError:
            written.packer_err("Cancelling builder after context cancellation context canceled")
            written.finish("context canceled")
            raise

    @contextlib.asynccontextmanager
    async def _machine_for(
        self, template: dict[str, Any], steps: list[Step]
    ) -> AsyncIterator[Sandbox | None]:
        """Start a machine with its network; None where all steps are for Windows."""
        if all(isinstance(step, WindowsStep) for step in steps):
            yield None
            return
        profile = (template.get("properties") or {}).get("vmProfile") or {}
        identities = profile.get("userAssignedIdentities") or []
        metadata = MetadataEndpoint(self._settings.tokens, identities)
        sandbox = await self._start()
        try:
            async with (
                metadata.serving(sandbox.metadata_listener),
                relaying(sandbox.blob_listener, self._settings.blob_port),
            ):
                yield sandbox
        finally:
            await sandbox.close()

    async def _start(self) -> Sandbox:
        # Packer names its machines like this.
        order = Order(
            f"pkrvm{secrets.token_hex(5)}", self._settings.ca_bundle, self._settings.blob_port
        )
        return await Sandbox.start(self.isolation, order)


class _Run:
    """The steps of one run and where it has got to."""

    def __init__(
        self, steps: list[Step], log: CustomizationLog, properties: dict[str, Any]
    ) -> None:
        self._steps = steps
        self._log = log
        self._properties = properties
        self._current: Step | None = None

    async def execute(self, sandbox: Sandbox | None, isolation_name: str) -> BuildResult:
        """Execute all steps until one fails."""
        self._log.packer_err(f"packer: local build VM, isolated by {isolation_name}")
        self._log.announce("Waiting for SSH to become available...")
        self._log.announce("Connected to SSH!")
        provisioning = Provisioning(sandbox, self._log)
        for step in self._steps:
            self._current = step
            try:
                await provisioning.execute(step)
            except StepFailed as failure:
                return self.failed(str(failure), failure.exit_code)
        self._current = None
        await provisioning.deprovision()
        self._log.finish()
        return BuildResult(succeeded=True)

    def failed(
        self, message: str, exit_code: int | None = None, *, vm_broke: bool = False
    ) -> BuildResult:
        """End the log with the cause and return it."""
        step = self._current
        if step:
            phase = "Validating" if step.in_validation else "Customizing"
            keeps_vm = not vm_broke and keeps_build_vm(self._properties, phase)
            self._log.fail_step(message, keeps_vm=keeps_vm)
        self._log.finish(message)
        return BuildResult(
            succeeded=False,
            failed_step=step.name if step else None,
            exit_code=exit_code,
            message=message,
            failed_in_validation=bool(step and step.in_validation),
            vm_broke=vm_broke,
        )
