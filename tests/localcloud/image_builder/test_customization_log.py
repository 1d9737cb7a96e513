"""customization.log: the lines and markers that its readers rely on."""

from datetime import UTC, datetime

import pytest

from localcloud.image_builder.customization_log import CustomizationLog, provisioner_of
from tests.localcloud.image_builder.cloud_on_a_desk import MemoryLogStore, open_desk

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
GUID = "ef6ba98d-efd3-42cc-bc37-000000000000"


@pytest.fixture
def log(tmp_path):
    """A log whose time stands still."""
    return CustomizationLog(tmp_path / GUID / "customization.log", lambda: NOW)


def test_lines_have_the_run_in_front_and_packers_errors_the_time(log):
    """The three forms that a reader has to know."""
    log.announce("Connected to SSH!")
    log.output("one\ntwo")
    log.packer_err("[INFO] something")
    assert log.path.read_text().splitlines() == [
        f"[{GUID}] PACKER OUT ==> azure-arm: Connected to SSH!",
        f"[{GUID}] PACKER OUT     azure-arm: one",
        f"[{GUID}] PACKER OUT     azure-arm: two",
        f"[{GUID}] PACKER ERR 2026/01/02 03:04:05 [INFO] something",
    ]


def test_a_step_without_an_end_is_the_one_that_failed(log):
    """The rule by which the failing step is found."""
    log.start_step("Shell", "Provisioning with shell script: /tmp/script_1.sh")
    log.command_exited("/tmp/script_1.sh", 3)  # noqa: S108 - in the image
    log.finish("Script exited with non-zero exit status: 3. Allowed exit codes are: [0]")
    text = log.path.read_text()
    assert "(telemetry) Starting provisioner shell" in text
    assert "command '/tmp/script_1.sh' exited with code: 3" in text
    assert "(telemetry) ending shell" not in text
    assert "Build 'azure-arm' errored: Script exited" in text


def test_a_finished_log_says_so_in_its_last_line(log):
    """Readers wait for this line before they copy the log."""
    log.start_step("File")
    log.end_step("File")
    log.finish()
    lines = log.path.read_text().splitlines()
    assert lines[-1] == (
        f"Done exporting Packer logs to Azure for Packer prefix: [{GUID}] PACKER OUT"
    )
    assert any("(telemetry) Finalizing." in line for line in lines)


@pytest.mark.parametrize(
    ("step_type", "provisioner"),
    [
        ("Shell", "shell"),
        ("WindowsRestart", "windows-restart"),
        ("WindowsUpdate", "windows-update"),
        ("PowerShell", "powershell"),
        ("Other", "other"),
    ],
)
def test_packer_has_its_own_names_for_steps(step_type, provisioner):
    """The markers use these."""
    assert provisioner_of(step_type) == provisioner


@pytest.mark.parametrize(
    ("plan", "starts", "ends"),
    [
        (None, 3, 3),
        ({"run_state": "Failed"}, 2, 1),
        ({"run_state": "Failed", "at_phase": "Building"}, 0, 0),
    ],
)
async def test_a_run_that_nothing_executed_has_a_log_too(tmp_path, plan, starts, ends):
    """AIB's own last step comes after the template's; a failed step has no end."""
    store = MemoryLogStore()
    steps = [{"type": "Shell", "name": n, "inline": ["x"]} for n in ("one", "two")]
    async with open_desk(tmp_path, log_store=store) as desk:
        path = await desk.create(customize=steps)
        if plan:
            await desk.plan({"call": "run"}, **plan)
        await desk.call("POST", f"{path}/run")
        desk.wait(minutes=16)
        await desk.call("GET", path)
    (content,) = store.blobs.values()
    assert content.count(b"(telemetry) Starting provisioner") == starts
    assert content.count(b"(telemetry) ending") == ends
