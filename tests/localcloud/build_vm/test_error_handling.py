"""What the log and the result say of errors after which the build VM is to be kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.build_vm.machine import BuildVmSettings, LocalBuildVm
from tests.localcloud.build_vm.conftest import opened
from tests.localcloud.build_vm.templates import run, shell, template


@pytest.mark.parametrize(
    ("choice", "in_validation", "aborts"),
    [("onCustomizerError", False, True), ("onValidationError", True, True), ("", False, False)],
)
async def test_the_log_says_where_the_build_vm_is_kept(
    machine: LocalBuildVm, folder: Path, choice: str, in_validation: bool, aborts: bool
) -> None:
    """With abort, Packer runs no cleanup and says so."""
    steps = [shell("true"), shell("exit 3")]
    wanted = template(*steps[: 1 if in_validation else 2], validate=steps[1:])
    wanted["properties"]["errorHandling"] = {choice: "abort"}
    ended = await run(machine, folder, wanted)
    error = "Script exited with non-zero exit status: 3. Allowed exit codes are: [0]"
    assert (ended.result.message, ended.result.failed_in_validation) == (error, in_validation)
    lines = [line.partition("==> azure-arm: ")[2] for line in ended.log.splitlines()]
    assert (error in lines) == aborts
    assert ('Step "StepProvision" failed, aborting...' in lines) == aborts
    assert ("Provisioning step had errors" in ended.log) != aborts


async def test_a_build_vm_that_took_too_long_is_not_kept(
    settings: BuildVmSettings, folder: Path
) -> None:
    """It was stopped; no step had an error."""
    limited = BuildVmSettings(settings.tokens, settings.blob_port, settings.ca_bundle, 1.0)
    wanted = template(shell("sleep 1000"))
    wanted["properties"]["errorHandling"] = {"onCustomizerError": "abort"}
    ended = await run(await opened(limited), folder, wanted)
    assert ended.result.vm_broke
    assert "aborting" not in ended.log
