"""Writes customization.log in the words of Packer as AIB exports them, one step after the other.

A step that was started and not ended is the one that failed: readers of the log rely on these
markers, and on the last line.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

# Packer's names of AIB's customizer and validator types.
PROVISIONERS = {
    "shell": "shell",
    "powershell": "powershell",
    "file": "file",
    "windowsrestart": "windows-restart",
    "windowsupdate": "windows-update",
}
DEPROVISIONING = "AIB deprovisioning"


def provisioner_of(step_type: str) -> str:
    """Return Packer's name for a customizer type; case does not matter."""
    return PROVISIONERS.get(step_type.lower(), step_type.lower())


class CustomizationLog:
    """Appends lines to one customization.log; the folder's name is the id of the Packer run.

    Args:
        path: `<id>/customization.log`; the folder is made when it is missing.
        now: tells the time of a line, UTC.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.guid = path.parent.name
        self._now = now

    def packer_out(self, text: str) -> None:
        """Write what Packer itself printed; one line for each line of the text."""
        self._write("".join(f"[{self.guid}] PACKER OUT {line}\n" for line in _lines(text)))

    def packer_err(self, text: str) -> None:
        """Write what Packer logged, with its time."""
        stamp = f"{self._now():%Y/%m/%d %H:%M:%S}"
        self._write("".join(f"[{self.guid}] PACKER ERR {stamp} {li}\n" for li in _lines(text)))

    def announce(self, text: str) -> None:
        """Write a headline of the build, `==> azure-arm: …`."""
        for line in _lines(text):
            self.packer_out(f"==> azure-arm: {line}")

    def output(self, text: str) -> None:
        """Write what a command of the user printed, `    azure-arm: …`."""
        for line in _lines(text):
            self.packer_out(f"    azure-arm: {line}")

    def start_step(self, step_type: str, headline: str = "") -> None:
        """Mark the start of a customizer or validator."""
        self.packer_err(f"[INFO] (telemetry) Starting provisioner {provisioner_of(step_type)}")
        if headline:
            self.announce(headline)

    def command_exited(self, command: str, exit_code: int) -> None:
        """Write with which code a command of the step ended."""
        self.packer_err(f"packer: [INFO] command '{command}' exited with code: {exit_code}")

    def end_step(self, step_type: str) -> None:
        """Mark the good end of a customizer or validator."""
        self.packer_err(f"[INFO] (telemetry) ending {provisioner_of(step_type)}")

    def fail_step(self, error: str, *, keeps_vm: bool) -> None:
        """Write what Packer does about the step that failed.

        Args:
            error: the cause, which Packer repeats where it leaves the build VM as it is.
            keeps_vm: whether it does (hashicorp/packer-plugin-sdk, `-on-error=abort`).
        """
        if keeps_vm:
            self.announce(error)
            self.announce('Step "StepProvision" failed, aborting...')
        else:
            self.announce(
                "Provisioning step had errors: Running the cleanup provisioner, if any..."
            )

    def finish(self, error: str | None = None) -> None:
        """Close the log: with the cause of the failure, or with the finished build."""
        if error is None:
            self.packer_err("[INFO] (telemetry) Finalizing.")
            self.packer_out("Build 'azure-arm' finished.")
            self.packer_out("==> Builds finished. The artifacts of successful builds are:")
        else:
            self.packer_out(f"Build 'azure-arm' errored: {error}")
            self.packer_err("==> Some builds didn't complete successfully and had errors:")
            self.packer_err(f'machine readable: azure-arm,error []string{{"{error}"}}')
            self.packer_out(f"--> azure-arm: {error}")
            self.packer_err("[INFO] (telemetry) Finalizing.")
            self.packer_out("==> Builds finished but no artifacts were created.")
        self._write(
            f"Done exporting Packer logs to Azure for Packer prefix: [{self.guid}] PACKER OUT\n"
        )

    def _write(self, text: str) -> None:
        with self.path.open("a", encoding="utf-8", errors="replace") as log:
            log.write(text)


def _lines(text: str) -> list[str]:
    return text.splitlines() or [""]
