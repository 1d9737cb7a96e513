"""Which sources and definitions AIB takes, and that Kiln's look beforehand comes to that, too."""

import pytest

from imaging.surroundings.check import judge
from imaging.surroundings.look import Look
from imaging.surroundings.needs import Needs, checks_of
from tests.imaging.surroundings.recipes import recipe
from tests.localcloud.image_builder.cloud_on_a_desk import (
    GROUP,
    IDENTITY,
    SUBSCRIPTION,
    TEMPLATES,
    MemoryLogStore,
    open_desk,
    template_body,
)

COMPUTE = f"{GROUP}/providers/Microsoft.Compute"
GALLERIES = f"{COMPUTE}/galleries"
IMAGE, MADE_UP_IMAGE = f"{COMPUTE}/images/base", f"{COMPUTE}/images/not-put"
BASE, TARGET = f"{GALLERIES}/team/images/base", f"{GALLERIES}/team/images/web"
ELSEWHERE = COMPUTE.replace("kiln-local", "missing-group")
STATES = {200: "found", 403: "denied", 404: "absent"}
BAD_IMAGE, BAD_VERSION = "BadManagedImageSource", "BadSharedImageVersionSource"
BAD_TARGET, BUILDING = "BadSharedImageDistribute", "Building"
WINDOWS_STEPS = [{"type": "PowerShell", "name": "a", "inline": ["dir"]}]
WINDOWS = {
    "type": "PlatformImage",
    "publisher": "MicrosoftWindowsServer",
    "offer": "WindowsServer",
    "sku": "2022-datacenter-g2",
    "version": "latest",
}


def managed(image_id=IMAGE):
    """Start from a managed image."""
    return {"source": {"type": "ManagedImage", "imageId": image_id}}


def version(version_id=f"{BASE}/versions/1.0.0"):
    """Start from a gallery image version."""
    return {"source": {"type": "SharedImageVersion", "imageVersionId": version_id}}


def into(definition_id=TARGET):
    """Distribute to an image definition."""
    target = {"type": "SharedImage", "runOutputName": "web", "galleryImageId": definition_id}
    return {"distribute": [target | {"replicationRegions": ["westeurope"]}]}


def disk(size_gb):
    """Ask for an OS disk."""
    return {"vmProfile": {"osDiskSizeGB": size_gb}}


def image(**os_disk):
    """Have a managed image with such a disk."""
    return {IMAGE: {"storageProfile": {"osDisk": os_disk}}}


def definition(path=TARGET, **properties):
    """Have a definition in a gallery that was put."""
    return {path.partition("/images/")[0]: {}, path: properties}


def base(size_gb=None, **properties):
    """Have a version in a gallery that was put, and its definition."""
    size = {} if size_gb is None else {"sizeInGB": size_gb}
    profile = {"storageProfile": {"osDiskImage": size}}
    return definition(BASE, **properties) | {f"{BASE}/versions/1.0.0": profile}


CASES = [
    ({}, managed(MADE_UP_IMAGE), None),
    ({}, managed(f"{COMPUTE}/images/missing-base"), BAD_IMAGE),
    ({}, managed(f"{ELSEWHERE}/images/base"), BAD_IMAGE),
    (image(osState="Generalized"), managed(), None),
    (image(osState="Specialized"), managed(), BAD_IMAGE),
    (image(osState="specialized"), managed(IMAGE.upper().replace("/SUBSCR", "/subscr")), BAD_IMAGE),
    (image(osState=7, diskSizeGB="127"), managed() | disk(30), None),
    (image(diskSizeGB=127), managed() | disk(64), BUILDING),
    (image(diskSizeGB=127), managed() | disk(127), None),
    (image(diskSizeGB=127), managed() | disk(0), None),
    ({}, managed(MADE_UP_IMAGE) | disk(20), BUILDING),
    (base(), version(), None),
    (base(), version(f"{BASE}/versions/1.0.1"), BAD_VERSION),
    (base(osState="Specialized"), version(), BAD_VERSION),
    (base(osState="Specialized"), version(f"{BASE}/versions/latest"), BAD_VERSION),
    (base(127), version() | disk(64), BUILDING),
    (base(127), version(f"{BASE}/versions/latest") | disk(64), None),
    (base(127), version() | disk(128), None),
    ({}, version(f"{GALLERIES}/others/images/base/versions/1.2.3"), None),
    ({}, version(f"{GALLERIES}/others/images/missing-base/versions/1.2.3"), BAD_VERSION),
    ({}, version(f"{ELSEWHERE}/galleries/others/images/base/versions/1.2.3"), BAD_VERSION),
    ({}, version(f"{GALLERIES}/kilnlocal/images/app/versions/9.9.9"), BAD_VERSION),
    ({}, version(f"{GALLERIES}/kilnlocal/images/hardened-rhel9/versions/1.0.0"), None),
    (definition(), into(), None),
    (definition(f"{TARGET}-2"), into(), BAD_TARGET),
    ({}, into(), BAD_TARGET),
    ({}, into(f"{ELSEWHERE}/galleries/kilnlocal/images/app"), BAD_TARGET),
    (definition(hyperVGeneration="V2"), into(), None),
    (definition(hyperVGeneration="V1"), into(), BAD_TARGET),
    (definition(hyperVGeneration="v1"), into(f"{TARGET}/versions/1.0.0"), BAD_TARGET),
    ({}, into(f"{GALLERIES}/kilnlocal/images/app-gen1"), BAD_TARGET),
    ({}, into(f"{GALLERIES}/kilnlocal/images/app-gen2"), None),
    (
        {IMAGE: {"hyperVGeneration": "V1"}} | definition(hyperVGeneration="V2"),
        managed() | into(),
        BAD_TARGET,
    ),
    (image() | definition(hyperVGeneration="V2"), managed() | into(), None),
    (
        base(hyperVGeneration="V1") | definition(hyperVGeneration="V2"),
        version(f"{BASE}/versions/latest") | into(),
        BAD_TARGET,
    ),
    (
        base(hyperVGeneration="V1") | definition(hyperVGeneration="V1"),
        version() | into(),
        None,
    ),
    (definition(osType="Linux"), into(), None),
    (definition(osType="Windows"), into(), BAD_TARGET),
    (
        definition(osType="Linux"),
        {"source": WINDOWS, "customize": WINDOWS_STEPS} | into(),
        BAD_TARGET,
    ),
    (definition(osType="Windows"), {"source": WINDOWS, "customize": WINDOWS_STEPS} | into(), None),
    (definition(osType="Windows"), {"customize": []} | into(), BAD_TARGET),
    (image(osType="Linux") | definition(osType="Windows"), managed() | into(), BAD_TARGET),
    (definition(osState="Specialized"), into(), BAD_TARGET),
]


async def put(desk, resources):
    """Make resources of Compute, by their ids."""
    for path, properties in resources.items():
        body = {"location": "westeurope", "properties": properties}
        assert (await desk.call("PUT", path, body, "2024-03-03")).status in (200, 201)


async def faults_that_kiln_finds(desk, properties):
    """Ask the simulator everything that Kiln asks, and return Kiln's faults."""
    looks = {}
    checks = checks_of(recipe(**properties), Needs(SUBSCRIPTION, "westeurope", IDENTITY))
    for check in checks:
        answer = await desk.call("GET", check.path, api=None)
        looks[check.path] = Look(STATES[answer.status], await answer.json())
    return judge(checks, looks).faults


async def what_aib_says(desk, properties, api="2024-02-01"):
    """Create and run a template; return what goes wrong and its text."""
    path = f"{TEMPLATES}/judged"
    answer = await desk.call("PUT", path, template_body(**properties), api)
    assert answer.status == 201, await answer.text()
    await desk.let_tasks_run()
    desk.wait(minutes=1)
    error = (await desk.json("GET", path))["properties"].get("provisioningError")
    if error:
        return error["provisioningErrorCode"], error["message"]
    await desk.call("POST", f"{path}/run")
    desk.wait(minutes=6)
    early = await desk.run_status(path)
    desk.wait(minutes=12)
    final = await desk.run_status(path)
    if early["runState"] == "Failed":
        return BUILDING, final["message"]
    return (None if final["runState"] == "Succeeded" else "later"), final["message"]


@pytest.mark.parametrize(("resources", "properties", "code"), CASES)
async def test_kiln_and_aib_agree_on_images(tmp_path, resources, properties, code):
    """Kiln must refuse before cost what AIB refuses after minutes, and nothing else."""
    properties = into(f"{GALLERIES}/kilnlocal/images/app") | properties
    async with open_desk(tmp_path) as desk:
        await put(desk, resources)
        faults = await faults_that_kiln_finds(desk, properties)
        found, text = await what_aib_says(desk, properties)
    assert found == code, text
    assert bool(faults) == bool(code), (faults, text)


@pytest.mark.parametrize(
    ("resources", "properties", "told"),
    [
        (image(osState="Specialized"), managed(), f"{IMAGE} is Specialized, only Generalized"),
        (base(), version(f"{BASE}/versions/2.0.0"), f"{BASE}/versions/2.0.0 was not found"),
        (
            definition(hyperVGeneration="V1"),
            into(),
            f"{TARGET}, has a different Hyper-V Generation: V1, than source image: V2.",
        ),
        (
            definition(osType="Windows"),
            into(),
            f"{TARGET}, has a different operating system: Windows, than source image: Linux.",
        ),
    ],
)
async def test_the_failed_template_tells_what_is_wrong_with_its_images(
    tmp_path, resources, properties, told
):
    """Several rules stand behind one code."""
    async with open_desk(tmp_path) as desk:
        await put(desk, resources)
        assert told in (await what_aib_says(desk, properties))[1]


async def test_the_log_of_the_run_tells_that_the_disk_is_too_small(tmp_path):
    """The message of the run says no more than where the log is."""
    store = MemoryLogStore()
    async with open_desk(tmp_path, log_store=store) as desk:
        await put(desk, image(diskSizeGB=127))
        _, message = await what_aib_says(desk, managed() | disk(64))
    (log,) = [content.decode() for content in store.blobs.values()]
    assert "The specified disk size 64 GB is smaller" in log
    assert "image: 127 GB" in log
    assert "Packer build logs are at location" in message


@pytest.mark.parametrize(
    ("resources", "properties"),
    [
        (image(osState="Specialized", diskSizeGB=127), managed() | disk(64)),
        (definition(hyperVGeneration="V1", osType="Windows"), into()),
        ({}, version(f"{GALLERIES}/kilnlocal/images/app/versions/9.9.9")),
        ({}, managed(f"{COMPUTE}/images/missing-base")),
    ],
)
async def test_older_api_versions_look_at_less(tmp_path, resources, properties):
    """What was recorded of them must go on matching."""
    async with open_desk(tmp_path) as desk:
        await put(desk, resources)
        assert (await what_aib_says(desk, properties, "2023-07-01"))[0] is None


async def test_a_version_in_a_gallery_that_was_put_must_exist_for_every_api_version(tmp_path):
    """Nothing in such a gallery is made up."""
    async with open_desk(tmp_path) as desk:
        await put(desk, base())
        found, _ = await what_aib_says(desk, version(f"{BASE}/versions/2.0.0"), "2022-07-01")
    assert found == BAD_VERSION
