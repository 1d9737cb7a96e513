"""Executes steps in a build VM in Packer's way and logs them in Packer's words.

Source: hashicorp/packer, provisioner/shell/provisioner.go and provisioner/file/provisioner.go:
inline commands become one script with `#!/bin/sh -e`, uploaded as /tmp/script_N.sh with Unix line
ends, started by `chmod +x PATH; VARS PATH`, deleted after success.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from localcloud.build_vm.sandbox import Sandbox, UploadFailed
from localcloud.build_vm.steps import FileStep, ShellStep, Step, WindowsStep
from localcloud.image_builder.customization_log import DEPROVISIONING, CustomizationLog

FILE_LIMIT_BYTES = 20 * 1024 * 1024
"""A File customizer is for files below 20 MB (learn.microsoft.com, image-builder-json)."""

_SHEBANG = b"#!/bin/sh -e\n"
_VARIABLES = "PACKER_BUILDER_TYPE='azure-arm' PACKER_BUILD_NAME='azure-arm'"
_OWN_DEPROVISIONING = "/tmp/DeprovisioningScript.sh"  # noqa: S108 - AIB's name, in the build VM
_DEFAULT_DEPROVISIONING = "/usr/sbin/waagent -force -deprovision+user && export HISTSIZE=0 && sync"


class StepFailed(Exception):  # noqa: N818 - it names the event
    """A step failed as it would in Azure; the text is Packer's.

    Args:
        message: the cause.
        exit_code: of the step's command; None when there was none.
    """

    def __init__(self, message: str, exit_code: int | None = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Provisioning:
    """Executes steps in one build VM.

    Args:
        sandbox: the build VM; None when no step needs one.
        log: where Packer's lines go.
    """

    sandbox: Sandbox | None
    log: CustomizationLog

    async def execute(self, step: Step) -> None:
        """Execute one step between its two markers.

        Raises:
            StepFailed: it failed; the marker of its end is missing then.
        """
        if isinstance(step, WindowsStep) or self.sandbox is None:
            self._start(step)
            self.log.output(f"{step.name}: not executed in the local build VM, which is Linux")
        elif isinstance(step, ShellStep):
            await self._run_script(self.sandbox, step)
        else:
            await self._place_file(self.sandbox, step)
        self.log.end_step(step.step_type)

    async def deprovision(self) -> None:
        """Log AIB's own last step; there is no agent and no image here to generalize."""
        self.log.start_step("Shell", DEPROVISIONING)
        command = _DEFAULT_DEPROVISIONING
        if self.sandbox:
            code = await self.sandbox.execute(f"test -f {_OWN_DEPROVISIONING}", lambda *_: None)
            command = f"sudo sh {_OWN_DEPROVISIONING}" if code == 0 else command
        self.log.output(f"not executed in the local build VM: {command}")
        self.log.end_step("Shell")

    async def _run_script(self, sandbox: Sandbox, step: ShellStep) -> None:
        path = f"/tmp/script_{random.randrange(1, 9999)}.sh"  # noqa: S108, S311 - Packer's name
        shown = step.script.name if step.script else "/tmp/packer-shell"  # noqa: S108 - a text
        self._start(step)
        self.log.announce(f"Provisioning with shell script: {shown}")
        await self._upload(sandbox, _content_of(step), path)
        command = f"chmod +x {path}; {_VARIABLES} {path}"
        code = await sandbox.execute(command, self._show)
        self.log.command_exited(command, code)
        if code != 0:
            raise StepFailed(
                f"Script exited with non-zero exit status: {code}. Allowed exit codes are: [0]",
                code,
            )
        await sandbox.execute(f"rm -f {path}", self._show)

    async def _place_file(self, sandbox: Sandbox, step: FileStep) -> None:
        self._start(step)
        self.log.announce(f"Uploading {step.file_name} => {step.destination}")
        size_bytes = step.content.stat().st_size
        if size_bytes >= FILE_LIMIT_BYTES:
            raise StepFailed(
                f"Upload failed: {step.file_name} has {size_bytes} bytes; a File customizer takes "
                f"less than {FILE_LIMIT_BYTES}"
            )
        if not step.destination.startswith("/tmp/"):  # noqa: S108 - AIB's rule for Linux
            raise StepFailed(f"Upload failed: {step.destination} is not below /tmp")
        try:
            await sandbox.put(step.content, step.destination)
        except UploadFailed as failure:
            raise StepFailed(f"Upload failed: {failure}") from failure

    def _start(self, step: Step) -> None:
        self.log.start_step(step.step_type, f"Provisioning step '{step.name}'")

    async def _upload(self, sandbox: Sandbox, content: bytes, path: str) -> None:
        try:
            await sandbox.put(content, path)
        except UploadFailed as failure:
            raise StepFailed(f"Error uploading script: {failure}") from failure

    def _show(self, stream: str, line: str) -> None:
        # Packer's console shows error output as headlines.
        if stream == "stderr":
            self.log.announce(line)
        else:
            self.log.output(line)


def _content_of(step: ShellStep) -> bytes:
    if step.inline is not None:
        content = _SHEBANG + "".join(f"{line}\n" for line in step.inline).encode()
    else:
        content = step.script.read_bytes() if step.script else b""
    return content.replace(b"\r\n", b"\n")
