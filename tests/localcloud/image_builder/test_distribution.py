"""Targets that cannot be served: what the run says, and what is made nevertheless."""

from localcloud.image_builder.build_vm_protocol import BuildResult, FetchFailed, NotInLocalCloud
from tests.localcloud.image_builder.cloud_on_a_desk import (
    GALLERY_IMAGE,
    GROUP,
    TEMPLATES,
    MemoryFetcher,
    MemoryLogStore,
    ScriptedBuildVm,
    open_desk,
)
from tests.localcloud.image_builder.test_restart import killed

RESOURCES_API, COMPUTE_API = "2021-04-01", "2024-03-03"
MISSING = GROUP.replace("kiln-local", "missing-images")
TEAM = GROUP.replace("kiln-local", "team-images")
VHD_URL = "https://127.0.0.1:10000/kilnlocal/none/b1/app.vhd"
VHD = {"type": "VHD", "runOutputName": "vhd", "uri": VHD_URL}
GALLERY = {
    "type": "SharedImage",
    "runOutputName": "gallery",
    "galleryImageId": GALLERY_IMAGE,
    "replicationRegions": ["westeurope"],
}


class DeniedFetcher(MemoryFetcher):
    """Writes nothing."""

    denial = FetchFailed(f"{VHD_URL}: HTTP 404 ContainerNotFound")

    async def put(self, *_):
        """Refuse."""
        raise self.denial


def managed(group=MISSING, name="image"):
    """Return a target in a resource group."""
    return {
        "type": "ManagedImage",
        "runOutputName": name,
        "imageId": f"{group}/providers/Microsoft.Compute/images/{name}",
        "location": "westeurope",
    }


async def put_group(desk, group):
    """Make a resource group."""
    await desk.call("PUT", group, {"location": "westeurope"}, RESOURCES_API)


async def run_to_its_end(desk, *targets, meanwhile=None):
    """Run a template; return its status, its operation and the names of its run outputs."""
    path = await desk.create(distribute=list(targets))
    answer = await desk.call("POST", f"{path}/run")
    desk.wait(minutes=10)
    if meanwhile is not None:
        await meanwhile()
    desk.wait(minutes=10)
    url = answer.headers["Location"].partition("?")[0]
    operation = await desk.json("GET", url[url.index("/subscriptions") :])
    outputs = (await desk.json("GET", f"{path}/runOutputs"))["value"]
    return await desk.run_status(path), operation, [output["name"] for output in outputs]


async def test_a_managed_image_needs_its_resource_group(tmp_path):
    """AIB makes no group for it, and says so at the end of the run."""
    async with open_desk(tmp_path) as desk:
        status, operation, outputs = await run_to_its_end(desk, managed())
        await put_group(desk, MISSING)
        content = await desk.json("GET", f"{MISSING}/resources", api=RESOURCES_API)
    assert status["runState"] == "Failed"
    assert status["message"] == (
        "Failed in distributing 1 images out of total 1: {[Error 0] [Distribute 0] Error "
        f"publishing MDI to {MISSING}/providers/Microsoft.Compute/images/image: resource group "
        "'missing-images' could not be found}"
    )
    assert operation["error"] == {"code": "PackerBuildFailed", "message": status["message"]}
    assert (outputs, content["value"]) == ([], [])


async def test_the_group_of_a_target_is_looked_for_when_it_is_needed(tmp_path):
    """Who makes it while the run goes on comes in time, and who deletes it does not."""
    async with open_desk(tmp_path) as desk:
        status, _, outputs = await run_to_its_end(
            desk, managed(), meanwhile=lambda: put_group(desk, MISSING)
        )
    assert (status["runState"], outputs) == ("Succeeded", ["image"])
    async with open_desk(tmp_path / "other") as desk:
        await put_group(desk, TEAM)
        status, _, outputs = await run_to_its_end(
            desk,
            managed(TEAM),
            meanwhile=lambda: desk.call("DELETE", TEAM, api=RESOURCES_API),
        )
    assert (status["runState"], outputs) == ("Failed", [])


async def test_a_definition_may_go_while_the_run_goes_on(tmp_path):
    """A version without its definition cannot be published."""
    gallery = f"{GROUP}/providers/Microsoft.Compute/galleries/team"
    target = GALLERY | {"galleryImageId": f"{gallery}/images/web"}
    async with open_desk(tmp_path) as desk:
        for path in (gallery, f"{gallery}/images/web"):
            await desk.call("PUT", path, {"location": "westeurope"}, COMPUTE_API)
        status, _, outputs = await run_to_its_end(
            desk, target, meanwhile=lambda: desk.call("DELETE", gallery, api=COMPUTE_API)
        )
    assert (status["runState"], outputs) == ("Failed", [])
    assert "the image definition is not there" in status["message"]


async def test_two_targets_cannot_be_the_same_version(tmp_path):
    """The first of them has taken the number."""
    wanted = GALLERY | {"galleryImageId": f"{GALLERY_IMAGE}/versions/1.2.3"}
    async with open_desk(tmp_path) as desk:
        status, _, outputs = await run_to_its_end(desk, wanted, wanted | {"runOutputName": "again"})
    assert (status["runState"], outputs) == ("Failed", ["gallery"])
    assert "1 images out of total 2: {[Error 0] [Distribute 1] " in status["message"]


async def test_a_vhd_that_cannot_be_written_fails_the_run_and_no_other_target(tmp_path):
    """Whoever starts the build again must learn what there is already."""
    async with open_desk(tmp_path, fetcher=DeniedFetcher()) as desk:
        signed = VHD | {"uri": f"{VHD_URL}?sig=secret"}
        status, _, outputs = await run_to_its_end(desk, GALLERY, signed, managed(TEAM))
        versions = await desk.json("GET", f"{GALLERY_IMAGE}/versions", api=COMPUTE_API)
    assert status["runState"] == "Failed"
    assert status["message"] == (
        "Failed in distributing 1 images out of total 3: {[Error 0] [Distribute 1] Error "
        f"publishing VHD 'vhd' to {VHD_URL}: HTTP 404 ContainerNotFound}}"
    )
    assert outputs == ["gallery", "image"]
    assert [version["name"] for version in versions["value"]] == ["1.0.0"]


async def test_every_target_that_fails_is_told(tmp_path):
    """One run costs enough to learn all of them."""
    async with open_desk(tmp_path, fetcher=DeniedFetcher()) as desk:
        status, _, _ = await run_to_its_end(desk, managed(), VHD)
    assert "2 images out of total 2: {[Error 0] [Distribute 0] " in status["message"]
    assert "[Error 1] [Distribute 1] " in status["message"]


async def test_a_vhd_for_an_account_elsewhere_is_left_out_and_said_in_the_log(tmp_path, caplog):
    """Recipes name accounts of Azure, and the local cloud has no way there."""
    fetcher = DeniedFetcher()
    fetcher.denial = NotInLocalCloud("https://a.blob.core.windows.net is not in the local cloud")
    async with open_desk(tmp_path, fetcher=fetcher) as desk:
        status, _, outputs = await run_to_its_end(desk, VHD)
    assert (status["runState"], outputs) == ("Succeeded", ["vhd"])
    assert "vhd_not_written template=t1" in caplog.text


async def test_a_failed_distribution_is_remembered_over_a_kill(tmp_path):
    """It must not be tried again, with a container that was made since, and succeed."""
    async with open_desk(tmp_path, fetcher=DeniedFetcher()) as desk:
        status, _, _ = await run_to_its_end(desk, GALLERY, VHD)
        now, copy = desk.clock.now(), killed(tmp_path)
    async with open_desk(copy, now, fetcher=MemoryFetcher()) as desk:
        assert await desk.run_status(f"{TEMPLATES}/t1") == status
        versions = await desk.json("GET", f"{GALLERY_IMAGE}/versions", api=COMPUTE_API)
        assert len(versions["value"]) == 1


async def test_a_run_that_ends_while_the_cloud_is_down_distributes_at_its_next_start(tmp_path):
    """Its VHD is written late, and so is found to have no container."""
    async with open_desk(tmp_path, fetcher=MemoryFetcher()) as desk:
        path = await desk.create(distribute=[VHD])
        await desk.call("POST", f"{path}/run")
        now = desk.clock.now()
    async with open_desk(tmp_path, now, fetcher=DeniedFetcher()) as desk:
        desk.wait(hours=8)
        status = await desk.run_status(path)
    assert status["runState"] == "Failed"
    assert "ContainerNotFound" in status["message"]


async def test_a_failed_distribution_has_the_log_of_a_build_that_worked(tmp_path):
    """What went wrong stands in the message alone."""
    store = MemoryLogStore()
    async with open_desk(tmp_path, log_store=store) as desk:
        await run_to_its_end(desk, managed())
    (log,) = [content.decode() for content in store.blobs.values()]
    assert "errored" not in log
    assert "missing-images" not in log


async def test_a_failed_validation_stays_the_reason_where_a_target_fails_too(tmp_path):
    """What can be distributed is, and the message is that of the first thing that went wrong."""
    result = BuildResult(succeeded=False, failed_in_validation=True)
    validate = {
        "continueDistributeOnFailure": True,
        "inVMValidations": [{"type": "Shell", "inline": ["false"]}],
    }
    async with open_desk(tmp_path, build_vm=ScriptedBuildVm([result])) as desk:
        path = await desk.create(validate=validate, distribute=[managed(), GALLERY])
        await desk.call("POST", f"{path}/run")
        await desk.let_tasks_run()
        desk.wait(minutes=17)
        status = await desk.run_status(path)
        outputs = (await desk.json("GET", f"{path}/runOutputs"))["value"]
    assert "distributing" not in status["message"]
    assert (status["runState"], [output["name"] for output in outputs]) == ("Failed", ["gallery"])


async def test_a_build_that_was_executed_fails_in_distributing_and_keeps_no_build_vm(tmp_path):
    """Every step of it has worked: there is nothing to look for in the machine."""
    build_vm = ScriptedBuildVm([BuildResult(succeeded=True)])
    handling = {"onCustomizerError": "abort", "onValidationError": "abort"}
    async with open_desk(tmp_path, build_vm=build_vm) as desk:
        path = await desk.create(errorHandling=handling, distribute=[managed()])
        await desk.call("POST", f"{path}/run")
        await desk.let_tasks_run()
        desk.wait(minutes=17)
        status = await desk.run_status(path)
        group = (await desk.json("GET", path))["properties"]["exactStagingResourceGroup"]
        content = await desk.json("GET", f"{group}/resources", api=RESOURCES_API)
    assert status["message"].startswith("Failed in distributing 1 images")
    assert [each["type"] for each in content["value"]] == ["Microsoft.Storage/storageAccounts"]
