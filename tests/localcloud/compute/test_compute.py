"""The part of Compute that AIB's images need."""

import pytest

from tests.localcloud.image_builder.cloud_on_a_desk import (
    GALLERY_IMAGE,
    GROUP,
    SUBSCRIPTION,
    open_desk,
)

COMPUTE = f"{GROUP}/providers/Microsoft.Compute"
MARKETPLACE = (
    f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/publishers"
)
UBUNTU = (
    f"{MARKETPLACE}/Canonical/artifacttypes/vmimage/offers/ubuntu-24_04-lts/skus/server/versions"
)
API = "2024-07-01"


@pytest.fixture
async def desk(tmp_path):
    """A simulator."""
    async with open_desk(tmp_path) as desk:
        yield desk


async def test_a_definition_is_made_shown_listed_and_deleted(desk):
    """Operators make galleries before they build into them."""
    gallery = f"{COMPUTE}/galleries/own"
    definition = f"{gallery}/images/web"
    body = {"location": "westeurope", "properties": {"osType": "Linux"}}
    created = [(await desk.call("PUT", path, body, API)).status for path in (gallery, definition)]
    again = (await desk.call("PUT", definition, body, API)).status
    shown = await desk.json("GET", definition, api=API)
    listed = await desk.json("GET", f"{gallery}/images", api=API)
    deleted = [(await desk.call("DELETE", gallery, api=API)).status for _ in range(2)]
    assert (created, again, deleted) == ([201, 201], 200, [200, 204])
    assert shown["type"] == "Microsoft.Compute/galleries/images"
    assert shown["properties"] == {"provisioningState": "Succeeded", "osType": "Linux"}
    assert listed["value"] == [shown]
    assert (await desk.call("GET", gallery, api=API)).status == 404
    assert (await desk.json("GET", f"{gallery}/images", api=API))["value"] == []


async def test_a_resource_without_location_is_refused(desk):
    """As ARM does for every tracked resource."""
    response = await desk.call("PUT", f"{COMPUTE}/images/i", {}, API)
    assert (await response.json())["error"]["code"] == "LocationRequired"


async def test_a_body_that_is_no_json_is_refused(desk):
    """ARM answers before Compute sees it."""
    assert (await desk.call("PUT", f"{COMPUTE}/images/i", "{", API)).status == 400


async def test_what_a_run_distributes_is_found_in_compute(desk):
    """A gallery version in its regions and a managed image, both with their tags."""
    image = f"{COMPUTE}/images/missing-before"
    path = await desk.create(
        distribute=[
            {
                "type": "SharedImage",
                "runOutputName": "gallery",
                "galleryImageId": GALLERY_IMAGE,
                "artifactTags": {"release": "18"},
                "targetRegions": [
                    {"name": "westeurope", "replicaCount": 2, "storageAccountType": "Premium_LRS"}
                ],
            },
            {
                "type": "ManagedImage",
                "runOutputName": "image",
                "imageId": image,
                "location": "westeurope",
            },
        ]
    )
    before = (await desk.call("GET", image, api=API)).status
    await desk.call("POST", f"{path}/run")
    desk.wait(minutes=16)
    version = await desk.json("GET", f"{GALLERY_IMAGE}/versions/1.0.0", api=API)
    assert before == 404
    assert (await desk.json("GET", image, api=API))["name"] == "missing-before"
    assert version["tags"] == {"release": "18"}
    assert version["properties"]["publishingProfile"]["targetRegions"] == [
        {
            "name": "westeurope",
            "regionalReplicaCount": 2,
            "storageAccountType": "Premium_LRS",
        }
    ]


async def test_marketplace_versions_are_listed_oldest_first(desk):
    """`latest` is the last of them."""
    names = [version["name"] for version in await desk.json("GET", UBUNTU, api=API)]
    query = f"{UBUNTU}?$top=1&$orderby=name desc"
    newest = await desk.json("GET", query, api=API)
    latest = await desk.json("GET", f"{UBUNTU}/latest", api=API)
    assert names == sorted(names)
    assert [version["name"] for version in newest] == [names[-1]]
    assert latest["name"] == names[-1]
    assert latest["id"].endswith(f"/versions/{names[-1]}")
    assert latest["properties"]["osDiskImage"]["operatingSystem"] == "Linux"


async def test_a_list_of_versions_tells_more_where_that_is_asked_for(desk):
    """System and generation of `latest` are known before a build."""
    (newest,) = await desk.json("GET", f"{UBUNTU}?$top=1&$expand=properties", api=API)
    (plain,) = await desk.json("GET", f"{UBUNTU}?$top=1", api=API)
    assert newest["properties"]["osDiskImage"] == {"operatingSystem": "Linux"}
    assert "properties" not in plain


@pytest.mark.parametrize(
    ("image", "generation"),
    [
        ("Canonical/ubuntu-24_04-lts/server", "V2"),
        ("Canonical/ubuntu-24_04-lts/server-gen1", "V1"),
        ("Canonical/UbuntuServer/18.04-LTS", "V1"),
        ("Canonical/UbuntuServer/18_04-LTS-GEN2", "V2"),
        ("MicrosoftWindowsServer/WindowsServer/2019-Datacenter", "V1"),
        ("MicrosoftWindowsServer/WindowsServer/2019-datacenter-gensecond", "V2"),
        ("MicrosoftWindowsServer/WindowsServer/2022-datacenter-g2", "V2"),
        ("MicrosoftWindowsServer/WindowsServer/2022-datacenter-azure-edition", "V2"),
        ("MicrosoftWindowsDesktop/windows-11/win11-24h2-avd", "V2"),
        ("RedHat/RHEL/94_gen2", "V2"),
    ],
)
async def test_the_generation_is_the_one_of_the_sku(desk, image, generation):
    """The publishers say it in their names, each in its own way."""
    publisher, offer, sku = image.split("/")
    versions = f"{MARKETPLACE}/{publisher}/artifacttypes/vmimage/offers/{offer}/skus/{sku}/versions"
    shown = await desk.json("GET", f"{versions}/latest", api=API)
    assert shown["properties"]["hyperVGeneration"] == generation


async def test_offers_and_skus_are_listed(desk):
    """People look for the right words of a source."""
    offers = f"{MARKETPLACE}/Canonical/artifacttypes/vmimage/offers"
    assert "ubuntu-24_04-lts" in [o["name"] for o in await desk.json("GET", offers, api=API)]
    skus = f"{offers}/ubuntu-24_04-lts/skus"
    assert "server" in [sku["name"] for sku in await desk.json("GET", skus, api=API)]


@pytest.mark.parametrize(
    "path",
    [
        f"{MARKETPLACE}/Nobody/artifacttypes/vmimage/offers",
        UBUNTU.replace("/server/", "/nothing/"),
        f"{UBUNTU}/1.2.3",
        f"{UBUNTU.replace('/server/', '/nothing/')}/latest",
    ],
)
async def test_an_unknown_image_is_not_found(desk, path):
    """Compute answers 404; the text says where the known ones are listed."""
    response = await desk.call("GET", path, api=API)
    assert response.status == 404
    assert "was not found" in (await response.json())["error"]["message"]


async def test_a_fault_may_hit_compute(desk):
    """`compute` covers every call of it."""
    await desk.plan({"call": "compute"}, status=503)
    assert (await desk.call("GET", UBUNTU, api=API)).status == 503


async def test_machines_are_not_simulated(desk):
    """The local cloud starts no machines."""
    response = await desk.call("GET", f"{COMPUTE}/virtualMachines/v", api=API)
    assert response.status == 501


@pytest.mark.parametrize("properties", ["text", [1]])
async def test_properties_that_are_no_object_are_refused(desk, properties):
    """Stored, they would break whoever looks for the latest version."""
    body = {"location": "westeurope", "properties": properties}
    assert (await desk.call("PUT", f"{COMPUTE}/images/odd", body, API)).status == 400


@pytest.mark.parametrize("query", ["$top=all", "$top=-1"])
async def test_a_number_that_is_none_is_as_good_as_missing(desk, query):
    """A typing error in a query is no reason for a stack trace."""
    url = f"{UBUNTU}?api-version={API}&{query}"
    answer = await desk.client.get(url, headers={"Authorization": f"Bearer {desk.bearer}"})
    assert (answer.status, len(await answer.json())) == (200, 2)
