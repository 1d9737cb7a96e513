"""The customization.log of a run that nothing executed: the markers of each step, no output."""

from __future__ import annotations

from typing import Any

from localcloud.image_builder.customization_log import DEPROVISIONING, CustomizationLog
from localcloud.image_builder.lifecycle import RunStatus

FAILED_SCRIPT = "Script exited with non-zero exit status: 1. Allowed exit codes are: [0]"


def write_plausible_log(
    log: CustomizationLog,
    steps: list[dict[str, Any]],
    status: RunStatus,
    failed_at: str,
    *,
    keeps_vm: bool,
) -> None:
    """Write the log of a run that ended without a build VM.

    Args:
        log: the log to write.
        steps: customizers and validators of the template.
        status: how the run ended.
        failed_at: sub-state in which it failed; the last step fails in Customizing and Validating.
        keeps_vm: whether the build VM is kept.
    """
    log.announce("Deploying deployment template ...")
    if status.state == "Failed" and failed_at in ("Queued", "Building"):
        log.finish(status.message or "deployment failed")
        return
    log.announce("Waiting for SSH to become available...")
    log.announce("Connected to SSH!")
    step_fails = status.state == "Failed" and failed_at in ("Customizing", "Validating")
    for index, step in enumerate(steps):
        kind = str(step.get("type"))
        log.start_step(kind, f"Provisioning step '{step.get('name') or f'{kind}[{index}]'}'")
        if step_fails and index == len(steps) - 1:
            log.fail_step(FAILED_SCRIPT, keeps_vm=keeps_vm)
            log.finish(FAILED_SCRIPT)
            return
        log.end_step(kind)
    log.start_step("Shell", DEPROVISIONING)
    log.end_step("Shell")
    log.finish()
