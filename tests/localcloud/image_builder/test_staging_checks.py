"""Which staging groups AIB takes, and that Kiln's look beforehand comes to the same verdict."""

import pytest

from imaging.surroundings.check import judge
from imaging.surroundings.look import Look
from imaging.surroundings.needs import Needs, checks_of
from tests.imaging.surroundings.recipes import recipe
from tests.localcloud.image_builder.cloud_on_a_desk import (
    API,
    IDENTITY,
    SUBSCRIPTION,
    TEMPLATES,
    open_desk,
    template_body,
)

GROUPS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
GROUP = f"{GROUPS}/team-staging"
OTHER_GROUPS = GROUPS.replace(SUBSCRIPTION, "00000000-0000-0000-0000-000000000002")
IMAGE = f"{GROUP}/providers/Microsoft.Compute/images/base"
TEMPLATE = f"{GROUP}/providers/Microsoft.VirtualMachineImages/imageTemplates/other"
RESOURCES_API, COMPUTE_API = "2021-04-01", "2024-03-03"
BAD, TAKEN = "BadStagingResourceGroup", "ServerError"
STATES = {200: "found", 403: "denied", 404: "absent"}


async def provisioning_error(desk, group_id, region, api=API):
    """Create a template on a staging group and return its provisioning error, if any."""
    path = f"{TEMPLATES}/judged"
    body = template_body(stagingResourceGroup=group_id) | {"location": region}
    answer = await desk.call("PUT", path, body, api)
    assert answer.status == 201, await answer.text()
    await desk.let_tasks_run()
    desk.wait(minutes=1)
    return (await desk.json("GET", path))["properties"].get("provisioningError") or {}


async def faults_that_kiln_finds(desk, group_id, region):
    """Ask the simulator what Kiln asks about a staging group, and return Kiln's faults."""
    asked = checks_of(recipe(stagingResourceGroup=group_id), Needs(SUBSCRIPTION, region, IDENTITY))
    checks = [check for check in asked if check.place == "properties.stagingResourceGroup"]
    looks = {}
    for check in checks:
        answer = await desk.call("GET", check.path, api=None)
        looks[check.path] = Look(STATES[answer.status], await answer.json())
    return judge(checks, looks).faults


async def put(desk, path, body, api):
    """Make something."""
    assert (await desk.call("PUT", path, body, api)).status in (200, 201)


async def nothing(_):
    """Leave the cloud as it is."""


async def other_region(desk):
    """Put the group elsewhere."""
    await put(desk, GROUP, {"location": "West US 2"}, RESOURCES_API)


async def image_in_it(desk):
    """Put an image into the group."""
    await put(desk, IMAGE, {"location": "westeurope"}, COMPUTE_API)


async def template_in_it(desk):
    """Put a template into the group, which works elsewhere."""
    await put(desk, TEMPLATE, template_body(), API)


async def used_by_another(desk):
    """Create another template on the group."""
    await desk.create("first", stagingResourceGroup=GROUP)


async def used_until_a_moment_ago(desk):
    """Create another template on the group and delete it."""
    path = await desk.create("first", stagingResourceGroup=GROUP)
    await desk.call("DELETE", path)
    desk.wait(minutes=3)


async def deleted_with_its_content(desk):
    """Empty the group by deleting it."""
    await image_in_it(desk)
    await desk.call("DELETE", GROUP, api=RESOURCES_API)


CASES = [
    (nothing, GROUP, "westeurope", None),
    (nothing, GROUP, "West Europe", None),
    (nothing, GROUP.upper().replace("/SUBSCRIPTIONS", "/subscriptions"), "westeurope", None),
    (nothing, GROUP, "westus2", BAD),
    (other_region, GROUP, "westus2", None),
    (other_region, GROUP, "westeurope", BAD),
    (nothing, f"{GROUPS}/missing-staging", "westus2", None),
    (nothing, f"{OTHER_GROUPS}/team-staging", "westeurope", BAD),
    (nothing, f"{OTHER_GROUPS}/missing-staging", "westeurope", BAD),
    (image_in_it, GROUP, "westeurope", BAD),
    (image_in_it, f"{GROUP}-2", "westeurope", None),
    (template_in_it, GROUP, "westeurope", BAD),
    (used_by_another, GROUP, "westeurope", TAKEN),
    (used_until_a_moment_ago, GROUP, "westeurope", None),
    (deleted_with_its_content, GROUP, "westus2", None),
    (nothing, f"{GROUPS}/forbidden-staging", "westeurope", None),
]


@pytest.mark.parametrize(("prepare", "group_id", "region", "code"), CASES)
async def test_kiln_and_aib_agree_on_staging_groups(tmp_path, prepare, group_id, region, code):
    """Kiln must refuse before cost what AIB refuses after minutes, and nothing else."""
    async with open_desk(tmp_path) as desk:
        await prepare(desk)
        faults = await faults_that_kiln_finds(desk, group_id, region)
        error = await provisioning_error(desk, group_id, region)
    assert error.get("provisioningErrorCode") == code
    assert bool(faults) == bool(error), (faults, error)


@pytest.mark.parametrize(
    ("prepare", "group_id", "told"),
    [
        (other_region, GROUP, "is in westus2 and not in the template's region"),
        (image_in_it, GROUP, f"is not empty, it has {IMAGE}"),
        (nothing, f"{OTHER_GROUPS}/team-staging", "is not in the template's subscription"),
    ],
)
async def test_the_failed_template_tells_what_is_wrong_with_its_group(
    tmp_path, prepare, group_id, told
):
    """Three rules stand behind one code."""
    async with open_desk(tmp_path) as desk:
        await prepare(desk)
        error = await provisioning_error(desk, group_id, "westeurope")
    assert f"'{group_id}' {told}" in error["message"]


@pytest.mark.parametrize("prepare", [other_region, image_in_it])
async def test_older_api_versions_take_every_group(tmp_path, prepare):
    """What was recorded of them must go on matching."""
    async with open_desk(tmp_path) as desk:
        await prepare(desk)
        assert await provisioning_error(desk, GROUP, "westeurope", api="2023-07-01") == {}


async def test_the_operation_of_a_refused_group_fails_as_others_do(tmp_path):
    """Clients read the operation first, and it has its own code."""
    async with open_desk(tmp_path) as desk:
        await image_in_it(desk)
        body = template_body(stagingResourceGroup=GROUP)
        answer = await desk.call("PUT", f"{TEMPLATES}/t1", body)
        await desk.let_tasks_run()
        desk.wait(minutes=1)
        url = answer.headers["Azure-AsyncOperation"].partition("?")[0]
        operation = await desk.json("GET", url[url.index("/subscriptions") :])
    assert (operation["status"], operation["error"]["code"]) == ("Failed", "ValidationFailed")
