"""Executions and logs: what the simulator does through its surroundings."""

import asyncio
from datetime import timedelta

import pytest

from localcloud.image_builder.build_vm_protocol import BuildResult
from localcloud.image_builder.lifecycle import TIMEOUT_MESSAGE
from tests.localcloud.image_builder.cloud_on_a_desk import (
    GALLERY_IMAGE,
    MemoryFetcher,
    MemoryLogStore,
    ScriptedBuildVm,
    open_desk,
)


async def test_a_timeout_of_one_to_five_minutes_fails_with_the_jwt_text(tmp_path):
    """The API takes the value and the run does not; the log says why."""
    store = MemoryLogStore()
    async with open_desk(tmp_path, log_store=store) as desk:
        path = await desk.create(buildTimeoutInMinutes=5)
        await desk.call("POST", f"{path}/run")
        desk.wait(minutes=6)
        assert (await desk.run_status(path))["runState"] == "Failed"
    assert any(b"client_jwt will expire within 5 minutes" in log for log in store.blobs.values())


@pytest.mark.parametrize("build_vm", [None, ScriptedBuildVm([])])
async def test_whether_steps_are_executed_can_be_asked(tmp_path, build_vm):
    """A template whose commands nobody has run must not look proven."""
    async with open_desk(tmp_path, build_vm=build_vm) as desk:
        answer = await (await desk.client.get("/_localcloud/build_vm")).json()
    assert answer == {"executes": build_vm is not None}


async def test_a_run_stays_in_customizing_until_the_build_vm_is_done(tmp_path):
    """The clock alone must not end what is really executed."""
    build_vm = ScriptedBuildVm([BuildResult(succeeded=True)], gate=asyncio.Event())
    async with open_desk(tmp_path, build_vm=build_vm) as desk:
        path = await desk.create()
        await desk.call("POST", f"{path}/run")
        desk.wait(minutes=30)
        waiting = await desk.run_status(path)
        build_vm.gate.set()
        await desk.let_tasks_run()
        distributing = await desk.run_status(path)
        desk.wait(minutes=5)
        done = await desk.run_status(path)
    assert waiting["runSubState"] == "Customizing"
    assert distributing["runSubState"] == "Distributing"
    assert done["runState"] == "Succeeded"


async def test_a_failed_execution_fails_the_run_and_leaves_its_log(tmp_path):
    """The message points to the log by ARM path, and the log is there."""
    result = BuildResult(succeeded=False, failed_step="hello", exit_code=1, message="exit 1")
    store = MemoryLogStore()
    async with open_desk(tmp_path, build_vm=ScriptedBuildVm([result]), log_store=store) as desk:
        path = await desk.create()
        await desk.call("POST", f"{path}/run")
        await desk.let_tasks_run()
        desk.wait(minutes=11)
        status = await desk.run_status(path)
        outputs = (await desk.json("GET", f"{path}/runOutputs"))["value"]
    location = status["message"].partition("/containers/")[2].partition(". Please")[0]
    assert status["runState"] == "Failed"
    assert store.blobs[location] == b"[x] PACKER OUT hello\n"
    assert outputs == []


@pytest.mark.parametrize("continues", [False, True])
async def test_a_failed_validation_fails_the_run_and_may_distribute(tmp_path, continues):
    """ContinueDistributeOnFailure distributes the image, and the run is Failed all the same."""
    result = BuildResult(succeeded=False, failed_in_validation=True)
    validate = {
        "continueDistributeOnFailure": continues,
        "inVMValidations": [{"type": "Shell", "inline": ["false"]}],
    }
    async with open_desk(tmp_path, build_vm=ScriptedBuildVm([result])) as desk:
        path = await desk.create(validate=validate)
        await desk.call("POST", f"{path}/run")
        await desk.let_tasks_run()
        desk.wait(minutes=17)
        status = await desk.run_status(path)
        outputs = (await desk.json("GET", f"{path}/runOutputs"))["value"]
    assert status["runState"] == "Failed"
    assert bool(outputs) == continues


@pytest.mark.parametrize("succeeds", [True, False])
async def test_source_validation_only_runs_the_validators_and_makes_no_image(tmp_path, succeeds):
    """The source itself is validated: nothing is customized, and nothing is there to publish."""
    urls = ["https://127.0.0.1/make.sh", "https://127.0.0.1/check.sh"]
    make, check = [{"type": "Shell", "scriptUri": url} for url in urls]
    validate = {
        "sourceValidationOnly": True,
        "continueDistributeOnFailure": True,
        "inVMValidations": [check],
    }
    fetcher = MemoryFetcher({url: url.encode() for url in urls})
    result = BuildResult(succeeded=succeeds, failed_in_validation=not succeeds)
    build_vm = ScriptedBuildVm([result], gate=asyncio.Event())
    async with open_desk(tmp_path, build_vm=build_vm, fetcher=fetcher) as desk:
        path = await desk.create(customize=[make], validate=validate)
        await desk.call("POST", f"{path}/run")
        desk.wait(minutes=30)
        waiting = await desk.run_status(path)
        build_vm.gate.set()
        await desk.let_tasks_run()
        done = await desk.run_status(path)
        outputs = (await desk.json("GET", f"{path}/runOutputs"))["value"]
        versions = desk.simulator.compute.version_names(GALLERY_IMAGE)
    template, downloads = build_vm.seen[0]
    assert waiting["runSubState"] == "Validating"
    assert done["runState"] == ("Succeeded" if succeeds else "Failed")
    assert (outputs, versions) == ([], [])
    assert template["properties"]["customize"] == []
    assert [file.customizer_index for file in downloads] == [0]
    assert downloads[0].content_path.read_text() == urls[1]


async def test_cancel_stops_the_build_vm(tmp_path):
    """A cancelled build must not go on executing."""
    build_vm = ScriptedBuildVm([BuildResult(succeeded=True)], gate=asyncio.Event())
    async with open_desk(tmp_path, build_vm=build_vm) as desk:
        path = await desk.create()
        await desk.call("POST", f"{path}/run")
        await desk.let_tasks_run()
        await desk.call("POST", f"{path}/cancel")
        await desk.let_tasks_run()
        assert build_vm.cancelled == 1
        desk.wait(minutes=2)
        assert (await desk.run_status(path))["runState"] == "Canceled"


@pytest.mark.parametrize(
    ("speed", "minutes", "told"),
    [
        (600.0, 60, "at --speed 600, the 60 min of this build are 6 s for its commands"),
        (1.0, 60, ""),
        (600.0, 10, ""),  # too short for what the simulator itself needs
    ],
)
async def test_a_fast_clock_is_named_where_it_leaves_commands_no_time(
    tmp_path, speed, minutes, told
):
    """Who reads AIB's text alone looks for a fault in a recipe that has none."""
    build_vm = ScriptedBuildVm([BuildResult(succeeded=True)], gate=asyncio.Event())
    async with open_desk(tmp_path, build_vm=build_vm, clock_speed=speed) as desk:
        path = await desk.create(buildTimeoutInMinutes=minutes)
        await desk.call("POST", f"{path}/run")
        await desk.let_tasks_run()
        desk.wait(minutes=minutes)
        message = (await desk.run_status(path))["message"]
    assert message.startswith(TIMEOUT_MESSAGE)
    assert told in message
    assert bool(told) == ("a lower --speed" in message)


async def test_the_deadline_stops_the_build_vm(tmp_path):
    """A hanging command must not live longer than its run."""
    build_vm = ScriptedBuildVm([BuildResult(succeeded=True)], gate=asyncio.Event())
    async with open_desk(tmp_path, build_vm=build_vm) as desk:
        path = await desk.create(buildTimeoutInMinutes=10)
        await desk.call("POST", f"{path}/run")
        await desk.let_tasks_run()
        desk.clock.advance(timedelta(minutes=10))
        for _ in range(5):
            await desk.let_tasks_run()
        status = await desk.run_status(path)
    assert build_vm.cancelled == 1
    assert (status["runState"], "deadline" in status["message"]) == ("Failed", True)


async def test_a_broken_build_vm_is_a_failed_run(tmp_path):
    """A fault of the tool must not hang the run for hours."""
    async with open_desk(tmp_path, build_vm=ScriptedBuildVm([])) as desk:
        path = await desk.create()
        await desk.call("POST", f"{path}/run")
        await desk.let_tasks_run()
        desk.wait(minutes=11)
        assert (await desk.run_status(path))["runState"] == "Failed"


async def test_deleting_a_template_deletes_its_log_and_its_vhd(tmp_path):
    """The staging group dies with the template: who wants the log or VHD copies it before."""
    store = MemoryLogStore()
    async with open_desk(tmp_path, log_store=store) as desk:
        path = await desk.create(distribute=[{"type": "VHD", "runOutputName": "vhd"}])
        await desk.call("POST", f"{path}/run")
        desk.wait(minutes=16)
        output = await desk.json("GET", f"{path}/runOutputs/vhd")
        kept = sorted(name.partition("/")[0] for name in store.blobs)
        await desk.call("DELETE", path)
        desk.wait(minutes=3)
        await desk.call("GET", path)
    uri = output["properties"]["artifactUri"]
    assert uri.startswith("https://127.0.0.1:1/aibstaging/vhds/t1_2026")
    assert kept == ["packerlogs", "vhds"]
    assert store.blobs == {}


async def test_a_vhd_is_written_where_its_target_says_and_stays(tmp_path):
    """It outlives the template: that is what the address is for."""
    url = "https://127.0.0.1/kilnlocal/kiln-images/b1/vhd.vhd"
    fetcher = MemoryFetcher()
    async with open_desk(tmp_path, fetcher=fetcher) as desk:
        target = {"type": "VHD", "runOutputName": "vhd", "uri": url}
        path = await desk.create(distribute=[target])
        template = await desk.json("GET", path)
        identity = next(iter(template["identity"]["userAssignedIdentities"].values()))
        await desk.call("POST", f"{path}/run")
        desk.wait(minutes=16)
        output = await desk.json("GET", f"{path}/runOutputs/vhd")
        await desk.call("DELETE", path)
        desk.wait(minutes=3)
        await desk.call("GET", path)
    assert output["properties"]["artifactUri"] == url
    assert fetcher.asked == [(url, identity["clientId"])]
    assert fetcher.content[url].startswith(b"conectix")


async def test_aib_goes_on_when_its_storage_does_not(tmp_path):
    """A storage account that is down costs the log and not the run."""

    class BrokenStore(MemoryLogStore):
        """A storage account that is down."""

        async def upload(self, *_):
            """Fail."""
            raise OSError("down")

        async def delete(self, *_):
            """Fail."""
            raise OSError("down")

    async with open_desk(tmp_path, log_store=BrokenStore()) as desk:
        path = await desk.create()
        await desk.call("POST", f"{path}/run")
        desk.wait(minutes=16)
        assert (await desk.run_status(path))["runState"] == "Succeeded"
        await desk.call("DELETE", path)
        desk.wait(minutes=3)
        assert (await desk.call("GET", path)).status == 404


async def test_a_broken_fetcher_is_an_internal_error_of_aib(tmp_path):
    """A fault of the tool must not pass as a created template."""

    class BrokenFetcher:
        """A fetcher with a fault of its own."""

        async def fetch(self, *_):
            """Fail, not with FetchFailed."""
            raise RuntimeError("not a FetchFailed")

    async with open_desk(tmp_path, fetcher=BrokenFetcher()) as desk:
        path = await desk.create(customize=[{"type": "Shell", "scriptUri": "https://x/a.sh"}])
        error = (await desk.json("GET", path))["properties"]["provisioningError"]
    assert error["provisioningErrorCode"] == "ServerError"
