"""Resource groups: put, got, deleted, and there by rule."""

import pytest

from tests.localcloud.image_builder.cloud_on_a_desk import (
    GROUP,
    SUBSCRIPTION,
    TEMPLATES,
    open_desk,
    template_body,
)

GROUPS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
TEAM = f"{GROUPS}/team"
RESOURCES_API, COMPUTE_API = "2021-04-01", "2024-03-03"
GUID = "6589927b-3015-44bf-89dd-92ea3d05e39e"


@pytest.fixture
async def desk(tmp_path):
    """A simulator."""
    async with open_desk(tmp_path) as desk:
        yield desk


async def status(desk, path):
    """Return the status of GET on a group, and its code where it is an error."""
    answer = await desk.call("GET", path, api=RESOURCES_API)
    return answer.status, (await answer.json()).get("error", {}).get("code")


async def test_a_group_that_was_put_has_its_region_and_its_tags(desk):
    """A staging group of another region can be had on the desk; ARM writes regions its own way."""
    body = {"location": "West US 2", "tags": {"team": "web"}}
    made = await desk.call("PUT", TEAM, body, RESOURCES_API)
    shown = await desk.json("GET", TEAM.replace("team", "Team"), api=RESOURCES_API)
    again = await desk.call("PUT", TEAM, {"location": "westus2"}, RESOURCES_API)
    assert (made.status, again.status) == (201, 200)
    assert (shown["location"], shown["tags"]) == ("westus2", {"team": "web"})
    assert shown["properties"] == {"provisioningState": "Succeeded"}
    assert (await again.json())["tags"] == {}


async def test_a_group_cannot_be_put_into_another_region(desk):
    """ARM moves no groups; a script that tries must learn it here."""
    await desk.call("PUT", TEAM, {"location": "westus2"}, RESOURCES_API)
    answer = await desk.call("PUT", TEAM, {"location": "northeurope"}, RESOURCES_API)
    error = (await answer.json())["error"]
    assert (answer.status, error["code"]) == (409, "InvalidResourceGroupLocation")
    assert "'northeurope'" in error["message"]
    assert "'westus2'" in error["message"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"tags": {}}, "LocationRequired"),
        ({"location": 1}, "LocationRequired"),
        ({"location": "westus2", "tags": {"a": 1}}, "InvalidRequestContent"),
        ({"location": "westus2", "tags": ["a"]}, "InvalidRequestContent"),
    ],
)
async def test_a_group_that_is_none_is_refused(desk, body, code):
    """Nothing is stored that a later look cannot show."""
    answer = await desk.call("PUT", TEAM, body, RESOURCES_API)
    assert (answer.status, (await answer.json())["error"]["code"]) == (400, code)


async def test_a_deleted_group_is_gone_with_what_was_in_it(desk):
    """Also one that nobody put; a group that is put again is empty."""
    images = f"{TEAM}/providers/Microsoft.Compute/images"
    await desk.call("PUT", f"{images}/base", {"location": "westeurope"}, COMPUTE_API)
    deleted = await desk.call("DELETE", TEAM, api=RESOURCES_API)
    looks = [await status(desk, path) for path in (TEAM, f"{TEAM}/resources")]
    image = await desk.call("GET", f"{images}/base", api=COMPUTE_API)
    template = f"{TEAM}/providers/Microsoft.VirtualMachineImages/imageTemplates/t1"
    refused = await desk.call("PUT", template, template_body())
    late = await desk.call("PUT", f"{images}/base", {"location": "westeurope"}, COMPUTE_API)
    twice = await desk.call("DELETE", TEAM, api=RESOURCES_API)
    await desk.call("PUT", TEAM, {"location": "westeurope"}, RESOURCES_API)
    content = await desk.json("GET", f"{TEAM}/resources", api=RESOURCES_API)
    assert (deleted.status, twice.status) == (200, 404)
    assert looks == [(404, "ResourceGroupNotFound")] * 2
    codes = {(await answer.json())["error"]["code"] for answer in (image, refused, late)}
    assert codes == {"ResourceGroupNotFound"}
    assert content["value"] == []


async def test_a_group_with_templates_is_not_deleted(desk):
    """Azure would delete them, which takes minutes and is not simulated: better said than wrong."""
    await desk.create()
    answer = await desk.call("DELETE", GROUP, api=RESOURCES_API)
    assert (answer.status, (await answer.json())["error"]["code"]) == (501, "NotSimulated")
    assert (await desk.call("GET", f"{TEMPLATES}/t1")).status == 200


async def test_the_content_of_a_group_names_its_templates(desk):
    """A template's own group is never an empty one."""
    path = await desk.create()
    listed = (await desk.json("GET", f"{GROUP}/resources", api=RESOURCES_API))["value"]
    (template,) = [each for each in listed if each["type"].endswith("/imageTemplates")]
    assert template["id"].lower() == path.lower()
    assert template["tags"] == {"kiln-build-id": "b1"}


@pytest.mark.parametrize("name", ["missing-team", f"IT_kiln-local_t1_{GUID}"])
async def test_a_group_that_is_missing_by_its_name_can_be_put(desk, name):
    """The rule is for names that nobody put; AIB's own names are nobody's before."""
    before = await status(desk, f"{GROUPS}/{name}")
    await desk.call("PUT", f"{GROUPS}/{name}", {"location": "westus2"}, RESOURCES_API)
    assert before == (404, "ResourceGroupNotFound")
    assert await status(desk, f"{GROUPS}/{name}/resources") == (200, None)


async def test_groups_outlive_a_restart(tmp_path):
    """What was put stays, what was deleted stays away."""
    async with open_desk(tmp_path) as desk:
        await desk.call("PUT", TEAM, {"location": "westus2"}, RESOURCES_API)
        await desk.call("DELETE", f"{GROUPS}/old", api=RESOURCES_API)
    async with open_desk(tmp_path) as desk:
        shown = await desk.json("GET", TEAM, api=RESOURCES_API)
        assert shown["location"] == "westus2"
        assert await status(desk, f"{GROUPS}/old") == (404, "ResourceGroupNotFound")
