"""What is in a staging group, how AIB marks the group, and when group and content go."""

import pytest

from imaging.errors import RecipeError
from tests.imaging.surroundings.recipes import recipe
from tests.localcloud.image_builder.cloud_on_a_desk import (
    SUBSCRIPTION,
    TEMPLATES,
    open_desk,
    template_body,
)

GROUPS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
GIVEN, ABSENT = f"{GROUPS}/team-staging", f"{GROUPS}/missing-staging"
RESOURCES_API, COMPUTE_API = "2021-04-01", "2024-03-03"
OWNER = {"imageTemplateName": "t1", "imageTemplateResourceGroupName": "kiln-local"}
AIB = "AzureVMImageBuilder"


@pytest.fixture
async def desk(tmp_path):
    """A simulator."""
    async with open_desk(tmp_path) as desk:
        yield desk


async def content(desk, group_id):
    """Return the types of what is in a group; None when there is no group."""
    listed = await desk.content(group_id)
    return listed and [each["type"] for each in listed]


async def delete(desk, path):
    """Delete a template and wait until it is gone."""
    await desk.call("DELETE", path)
    desk.wait(minutes=3)
    assert (await desk.call("GET", path)).status == 404


async def staging_group(desk, path):
    """Return the id of a template's staging group."""
    return (await desk.json("GET", path))["properties"]["exactStagingResourceGroup"]


async def test_aibs_own_group_is_there_as_long_as_its_template(desk):
    """Who looks for the log afterwards finds no group, as in Azure."""
    body = template_body(managedResourceTags={"team": "web"}) | {"location": "West US 2"}
    await desk.call("PUT", f"{TEMPLATES}/t1", body)
    await desk.let_tasks_run()
    desk.wait(minutes=1)
    group_id = await staging_group(desk, f"{TEMPLATES}/t1")
    shown = await desk.json("GET", group_id, api=RESOURCES_API)
    (account,) = (await desk.json("GET", f"{group_id}/resources", api=RESOURCES_API))["value"]
    await delete(desk, f"{TEMPLATES}/t1")
    after = await desk.call("GET", group_id, api=RESOURCES_API)
    assert (shown["location"], account["location"]) == ("westus2", "westus2")
    assert shown["tags"] == {"createdBy": AIB, "team": "web"} | OWNER
    assert (account["type"], account["name"]) == ("Microsoft.Storage/storageAccounts", "aibstaging")
    assert account["tags"] == {"createdBy": AIB, "team": "web"}
    assert (after.status, (await after.json())["error"]["code"]) == (404, "ResourceGroupNotFound")
    assert await content(desk, group_id) is None


@pytest.mark.parametrize("name", ["createdBy", "USEDBY", *OWNER, "imagetemplatename"])
async def test_kiln_and_aib_refuse_the_tags_by_which_aib_knows_its_own(desk, name):
    """A tag that says something else would hide what AIB made from whoever cleans up."""
    path, tags = f"{TEMPLATES}/t1", {"team": "web", name: "me"}
    refused = await desk.call("PUT", path, template_body(managedResourceTags=tags))
    older = await desk.call("PUT", path, template_body(managedResourceTags=tags), "2023-07-01")
    error = (await refused.json())["error"]
    assert (refused.status, older.status, error["code"]) == (400, 201, "ValidationFailed")
    assert error["message"] == f"Validation failed: Field 'managedResourceTags.{name}' is reserved"
    with pytest.raises(RecipeError, match=f"managedResourceTags.{name}"):
        recipe(managedResourceTags=tags)


async def test_a_given_group_is_emptied_with_its_template_and_stays(desk):
    """It belongs to somebody else: its own tags and content are left alone."""
    group = {"location": "westeurope", "tags": {"team": "web"}}
    await desk.call("PUT", GIVEN, group, RESOURCES_API)
    path = await desk.create(stagingResourceGroup=GIVEN, managedResourceTags={"no": "group tag"})
    image = f"{GIVEN}/providers/Microsoft.Compute/images/base"
    await desk.call("PUT", image, {"location": "westeurope"}, COMPUTE_API)
    used = (await desk.json("GET", GIVEN, api=RESOURCES_API))["tags"]
    during = await content(desk, GIVEN)
    await delete(desk, path)
    assert used == {"team": "web", "usedBy": AIB} | OWNER
    assert during == ["Microsoft.Compute/images", "Microsoft.Storage/storageAccounts"]
    assert await content(desk, GIVEN) == ["Microsoft.Compute/images"]
    assert (await desk.json("GET", GIVEN, api=RESOURCES_API))["tags"] == {"team": "web"}


async def test_a_given_group_that_does_not_exist_is_made_and_goes_with_its_template(desk):
    """It is AIB's then, and so is all that others have put there."""
    assert await content(desk, ABSENT) is None
    path = await desk.create(stagingResourceGroup=ABSENT)
    image = f"{ABSENT}/providers/Microsoft.Compute/images/base"
    await desk.call("PUT", image, {"location": "westeurope"}, COMPUTE_API)
    shown = await desk.json("GET", ABSENT, api=RESOURCES_API)
    assert await staging_group(desk, path) == ABSENT
    assert shown["tags"] == {"createdBy": AIB} | OWNER
    await delete(desk, path)
    assert await content(desk, ABSENT) is None
    await desk.call("PUT", ABSENT, {"location": "westeurope"}, RESOURCES_API)
    assert await content(desk, ABSENT) == []


async def test_a_failed_creation_leaves_aibs_own_group_empty_and_a_given_one_alone(desk):
    """The group of the failed template is there until the template is deleted."""
    await desk.plan({"call": "put_template"}, provisioning="Failed", message="no")
    paths = [
        await desk.create("own"),
        await desk.create("given", stagingResourceGroup=GIVEN),
        await desk.create("absent", stagingResourceGroup=ABSENT),
    ]
    groups = [await staging_group(desk, path) for path in paths]
    assert [await content(desk, group) for group in groups] == [[], [], None]
    assert (await desk.json("GET", GIVEN, api=RESOURCES_API))["tags"] == {}
    await delete(desk, paths[0])
    assert await content(desk, groups[0]) is None


async def test_a_second_template_that_fails_on_a_group_does_not_empty_it(desk):
    """Its deletion is no deletion of what the first one needs."""
    first = await desk.create("first", stagingResourceGroup=ABSENT)
    second = await desk.create("second", stagingResourceGroup=ABSENT)
    await delete(desk, second)
    assert await content(desk, ABSENT) == ["Microsoft.Storage/storageAccounts"]
    assert (await desk.json("GET", first))["properties"]["provisioningState"] == "Succeeded"


async def test_a_staging_group_can_neither_be_changed_nor_deleted_by_hand(desk):
    """AIB's template would be broken by it, which is not simulated."""
    own = await staging_group(desk, await desk.create())
    await desk.create("t2", stagingResourceGroup=GIVEN)
    answers = [
        await desk.call("PUT", own, {"location": "westeurope"}, RESOURCES_API),
        await desk.call("DELETE", own, api=RESOURCES_API),
        await desk.call("DELETE", GIVEN, api=RESOURCES_API),
    ]
    assert [answer.status for answer in answers] == [501, 501, 501]


async def test_a_staging_group_outlives_a_restart(tmp_path):
    """The group of a template that was kept for its log must still be found."""
    async with open_desk(tmp_path) as desk:
        path = await desk.create()
        await desk.create("t2", stagingResourceGroup=ABSENT)
        own, now = await staging_group(desk, path), desk.clock.now()
    async with open_desk(tmp_path, now) as desk:
        found = [await content(desk, group) for group in (own, ABSENT)]
        assert found == [["Microsoft.Storage/storageAccounts"]] * 2
        await delete(desk, path)
        assert await content(desk, own) is None
