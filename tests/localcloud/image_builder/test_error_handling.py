"""`errorHandling`: after which runs the build VM is kept, where it is seen, and when it goes."""

import asyncio

import pytest

from localcloud.image_builder.build_vm_protocol import BuildResult
from tests.localcloud.image_builder.cloud_on_a_desk import (
    GROUP,
    SUBSCRIPTION,
    MemoryLogStore,
    ScriptedBuildVm,
    open_desk,
)

GIVEN = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/team-staging"
RESOURCES_API = "2021-04-01"
ABORT = {"onCustomizerError": "abort", "onValidationError": "abort"}
CHECK = {"inVMValidations": [{"type": "Shell", "name": "check", "inline": ["false"]}]}
FAILED_STEP = BuildResult(succeeded=False, failed_step="hello", exit_code=1)
FAILED_CHECK = BuildResult(succeeded=False, failed_step="check", failed_in_validation=True)
MACHINE = ["Microsoft.Compute/virtualMachines", "Microsoft.Compute/disks"]


@pytest.fixture
async def desk(tmp_path):
    """A simulator without a build VM."""
    async with open_desk(tmp_path) as desk:
        yield desk


async def content(desk, group_id):
    """Return what is in a group besides the storage account; None when there is no group."""
    listed = await desk.content(group_id)
    account = "Microsoft.Storage/storageAccounts"
    return listed and [each for each in listed if each["type"] != account]


async def kept_vms(desk, path):
    """Return the names of the build VMs that are in a template's staging group."""
    group_id = (await desk.json("GET", path))["properties"]["exactStagingResourceGroup"]
    found = await content(desk, group_id)
    return [each["name"] for each in found if each["type"] == MACHINE[0]]


async def run_to_its_end(desk, path, minutes=20):
    """Run a template and return how the run ended."""
    await desk.call("POST", f"{path}/run")
    await desk.let_tasks_run()
    desk.wait(minutes=minutes)
    return (await desk.run_status(path))["runState"]


@pytest.mark.parametrize(
    ("phase", "handling", "kept"),
    [
        ("Customizing", {"onCustomizerError": "abort"}, 1),
        ("Customizing", {"onCustomizerError": "cleanup", "onValidationError": "abort"}, 0),
        ("Customizing", {}, 0),
        ("Customizing", None, 0),
        ("Validating", {"onValidationError": "abort"}, 1),
        ("Validating", {"onCustomizerError": "abort"}, 0),
        ("Queued", ABORT, 0),
        ("Building", ABORT, 0),
        ("Optimizing", ABORT, 0),
        ("Distributing", ABORT, 0),
    ],
)
async def test_a_planned_error_keeps_the_build_vm_where_the_template_says_so(
    desk, phase, handling, kept
):
    """The owner pays for it until it is deleted, so nobody may meet it unawares."""
    wanted = {} if handling is None else {"errorHandling": handling}
    path = await desk.create(validate=CHECK, **wanted)
    await desk.plan({"call": "run"}, run_state="Failed", at_phase=phase)
    assert await run_to_its_end(desk, path) == "Failed"
    assert len(await kept_vms(desk, path)) == kept


@pytest.mark.parametrize(
    ("result", "handling", "kept"),
    [
        (FAILED_STEP, {"onCustomizerError": "abort"}, 1),
        (FAILED_STEP, {"onValidationError": "abort"}, 0),
        (FAILED_CHECK, {"onValidationError": "abort"}, 1),
        (FAILED_CHECK, {"onCustomizerError": "abort"}, 0),
        (BuildResult(succeeded=True), ABORT, 0),
        (BuildResult(succeeded=False, failed_step="hello", vm_broke=True), ABORT, 0),
        (
            BuildResult(succeeded=False, failed_in_validation=True, vm_broke=True),
            ABORT,
            0,
        ),
    ],
)
async def test_an_executed_error_keeps_the_build_vm_as_a_planned_one(
    tmp_path, result, handling, kept
):
    """A machine that broke is no machine to look into."""
    async with open_desk(tmp_path, build_vm=ScriptedBuildVm([result])) as desk:
        path = await desk.create(validate=CHECK, errorHandling=handling)
        assert await run_to_its_end(desk, path) == ("Succeeded" if result.succeeded else "Failed")
        assert len(await kept_vms(desk, path)) == kept


async def test_a_build_vm_is_there_only_when_its_run_has_ended(desk):
    """What a run has while it goes on is AIB's own affair."""
    path = await desk.create(errorHandling=ABORT)
    await desk.plan({"call": "run"}, run_state="Failed")
    await desk.call("POST", f"{path}/run")
    desk.wait(minutes=9)
    assert await kept_vms(desk, path) == []
    desk.wait(minutes=2)
    assert len(await kept_vms(desk, path)) == 1


@pytest.mark.parametrize("own_network", [True, False])
async def test_a_kept_build_vm_has_its_disk_and_its_network_beside_it(desk, own_network):
    """All of it costs; what is in a subnet of the owner's needs no network of AIB's."""
    subnet = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/net/subnets/vms"
    profile = {} if own_network else {"vmProfile": {"vnetConfig": {"subnetId": subnet}}}
    tags = {"managedResourceTags": {"team": "web"}}
    path = await desk.create(errorHandling=ABORT, stagingResourceGroup=GIVEN, **profile, **tags)
    await desk.plan({"call": "run"}, run_state="Failed")
    await run_to_its_end(desk, path)
    found = await content(desk, GIVEN)
    networks = ["virtualNetworks", "publicIPAddresses", "networkSecurityGroups"]
    kinds = ["networkInterfaces", *(networks if own_network else [])]
    assert [each["type"] for each in found] == [
        *MACHINE,
        *(f"Microsoft.Network/{kind}" for kind in kinds),
    ]
    assert len({each["name"][5:] for each in found}) == 1
    assert found[0]["name"].startswith("pkrvm")
    assert found[0]["id"] == f"{GIVEN}/providers/{MACHINE[0]}/{found[0]['name']}"
    assert found[0]["tags"] == {"team": "web", "createdBy": "AzureVMImageBuilder"}


async def test_the_next_run_starts_with_a_new_build_vm_and_leaves_the_kept_one(desk):
    """Two aborted runs cost two machines; a successful one takes none away."""
    path = await desk.create(errorHandling=ABORT)
    await desk.plan({"call": "run", "nth": [1, 2]}, run_state="Failed")
    counts = []
    for state in ("Failed", "Failed", "Succeeded"):
        assert await run_to_its_end(desk, path) == state
        counts.append(len(set(await kept_vms(desk, path))))
    assert counts == [1, 2, 2]


@pytest.mark.parametrize("given", ["", GIVEN])
async def test_a_kept_build_vm_goes_with_its_template(desk, given):
    """A given group is emptied, AIB's own is deleted."""
    path = await desk.create(errorHandling=ABORT, stagingResourceGroup=given)
    group_id = (await desk.json("GET", path))["properties"]["exactStagingResourceGroup"]
    await desk.plan({"call": "run"}, run_state="Failed")
    await run_to_its_end(desk, path)
    assert await content(desk, group_id)
    await desk.call("DELETE", path)
    desk.wait(minutes=3)
    assert await content(desk, group_id) == ([] if given else None)


async def test_a_kept_build_vm_outlives_a_restart(tmp_path):
    """It is the same machine, and no second one is made of the same run."""
    async with open_desk(tmp_path, build_vm=ScriptedBuildVm([FAILED_STEP])) as desk:
        path = await desk.create(errorHandling=ABORT)
        await run_to_its_end(desk, path)
        before, now = await kept_vms(desk, path), desk.clock.now()
    async with open_desk(tmp_path, now, build_vm=ScriptedBuildVm([])) as desk:
        desk.wait(hours=1)
        assert await kept_vms(desk, path) == before
        assert len(before) == 1


async def test_a_run_that_ended_while_nobody_looked_keeps_its_build_vm(tmp_path):
    """The run ends by the clock; the next process is the first to see it."""
    async with open_desk(tmp_path) as desk:
        path = await desk.create(errorHandling=ABORT)
        await desk.plan({"call": "run"}, run_state="Failed")
        await desk.call("POST", f"{path}/run")
        now = desk.clock.now()
    async with open_desk(tmp_path, now) as desk:
        desk.wait(minutes=20)
        assert len(await kept_vms(desk, path)) == 1


async def test_a_validation_that_does_not_stop_the_image_keeps_no_build_vm(tmp_path):
    """The machine becomes the image that is distributed nevertheless."""
    async with open_desk(tmp_path, build_vm=ScriptedBuildVm([FAILED_CHECK])) as desk:
        validate = CHECK | {"continueDistributeOnFailure": True}
        path = await desk.create(validate=validate, errorHandling=ABORT)
        assert await run_to_its_end(desk, path) == "Failed"
        assert len((await desk.json("GET", f"{path}/runOutputs"))["value"]) == 1
        assert await kept_vms(desk, path) == []


async def test_a_source_that_fails_its_validation_keeps_its_build_vm(tmp_path):
    """There is a machine although nothing is built; a customizer's error cannot be."""
    validate = CHECK | {"sourceValidationOnly": True}
    results = ScriptedBuildVm([FAILED_CHECK])
    async with open_desk(tmp_path, build_vm=results) as desk:
        path = await desk.create(validate=validate, errorHandling=ABORT)
        await run_to_its_end(desk, path)
        await desk.plan({"call": "run"}, run_state="Failed", at_phase="Customizing")
        await run_to_its_end(desk, path)
        assert len(await kept_vms(desk, path)) == 1


@pytest.mark.parametrize("ends_by", ["timeout", "cancel"])
async def test_a_run_that_was_stopped_keeps_no_build_vm(tmp_path, ends_by):
    """No step had an error: time was over, or somebody wanted it to end."""
    build_vm = ScriptedBuildVm([FAILED_STEP], gate=asyncio.Event())
    async with open_desk(tmp_path, build_vm=build_vm) as desk:
        path = await desk.create(errorHandling=ABORT, buildTimeoutInMinutes=30)
        await desk.call("POST", f"{path}/run")
        await desk.let_tasks_run()
        if ends_by == "cancel":
            await desk.call("POST", f"{path}/cancel")
        desk.wait(minutes=31)
        for _ in range(5):
            await desk.let_tasks_run()
        state = (await desk.run_status(path))["runState"]
        assert state == {"timeout": "Failed", "cancel": "Canceled"}[ends_by]
        assert await kept_vms(desk, path) == []


async def test_the_first_api_version_with_error_handling_takes_it_in_any_case(desk):
    """Versions before 2024-02-01 read values in any case."""
    path = await desk.create(api="2023-07-01", errorHandling={"onCustomizerError": "Abort"})
    await desk.plan({"call": "run"}, run_state="Failed")
    await run_to_its_end(desk, path)
    assert len(await kept_vms(desk, path)) == 1


async def test_the_control_plane_says_which_build_vm_was_kept(desk, caplog):
    """In Azure it is found by looking into the group."""
    path = await desk.create(errorHandling=ABORT)
    await desk.plan({"call": "run"}, run_state="Failed")
    await run_to_its_end(desk, path)
    (name,) = await kept_vms(desk, path)
    assert f"vm={name}" in caplog.text
    assert "build_vm_kept template=t1" in caplog.text


@pytest.mark.parametrize("choice", ["abort", "cleanup"])
async def test_the_log_says_what_packer_does_about_the_error(tmp_path, choice):
    """Readers find the failing step in both forms: it was started and not ended."""
    store = MemoryLogStore()
    async with open_desk(tmp_path, log_store=store) as desk:
        path = await desk.create(errorHandling={"onCustomizerError": choice})
        await desk.plan({"call": "run"}, run_state="Failed")
        await run_to_its_end(desk, path)
    (log,) = (content.decode() for content in store.blobs.values())
    aborts = 'PACKER OUT ==> azure-arm: Step "StepProvision" failed, aborting...\n' in log
    cleans = "Provisioning step had errors: Running the cleanup provisioner" in log
    assert (aborts, cleans) == (choice == "abort", choice == "cleanup")
    assert log.count("(telemetry) Starting provisioner") == 1
    assert "(telemetry) ending" not in log
