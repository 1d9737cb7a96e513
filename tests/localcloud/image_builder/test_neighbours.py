"""What is looked at around a build: providers, identities, subnets, and names by rule."""

from __future__ import annotations

import pytest

from imaging.limits import KNOWN_REGIONS
from localcloud.image_builder.identities import client_id
from tests.localcloud.image_builder.cloud_on_a_desk import GROUP, IDENTITY, SUBSCRIPTION, open_desk

LOCATIONS = f"/subscriptions/{SUBSCRIPTION}/locations"
PROVIDERS = f"/subscriptions/{SUBSCRIPTION}/providers"
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks"
COMPUTE = f"{GROUP}/providers/Microsoft.Compute"
RESOURCES_API, IDENTITY_API = "2021-04-01", "2023-01-31"
NETWORK_API, GALLERY_API = "2023-09-01", "2024-03-03"


@pytest.fixture
async def desk(tmp_path):
    """A simulator."""
    async with open_desk(tmp_path) as desk:
        yield desk


async def test_the_providers_that_aib_needs_are_registered(desk):
    """A fresh local cloud must build without any preparation."""
    listed = (await desk.json("GET", PROVIDERS, api=RESOURCES_API))["value"]
    states = {provider["namespace"]: provider["registrationState"] for provider in listed}
    assert set(states.values()) == {"Registered"}
    assert {"Microsoft.VirtualMachineImages", "Microsoft.ContainerInstance"} <= set(states)


async def test_the_regions_of_the_public_cloud_are_listed(desk):
    """A misspelt region is found before a build only where all right ones are known."""
    body = await desk.json("GET", LOCATIONS, api="2022-12-01")
    by_name = {location["name"]: location for location in body["value"]}
    assert set(body) == {"value"}
    assert KNOWN_REGIONS - by_name.keys() == {"usgovarizona", "usgovvirginia", "chinanorth3"}
    assert by_name["westus2"] == {
        "id": f"{LOCATIONS}/westus2",
        "name": "westus2",
        "type": "Region",
        "displayName": "West US 2",
        "regionalDisplayName": "(US) West US 2",
        "metadata": {"regionType": "Physical"},
    }


async def test_an_identity_shows_the_ids_of_its_tokens(desk):
    """A build VM asks the identity endpoint by client id."""
    shown = await desk.json("GET", IDENTITY, api=IDENTITY_API)
    assert shown["type"] == "Microsoft.ManagedIdentity/userAssignedIdentities"
    assert shown["properties"]["clientId"] == client_id(IDENTITY, known={})
    assert set(shown["properties"]) == {"tenantId", "principalId", "clientId"}


@pytest.mark.parametrize(
    ("name", "services"),
    [("vms", []), ("containers", ["Microsoft.ContainerInstance/containerGroups"])],
)
async def test_a_subnet_for_containers_is_delegated(desk, name, services):
    """AIB puts its container instance into a delegated subnet only."""
    shown = await desk.json("GET", f"{NETWORK}/build/subnets/{name}", api=NETWORK_API)
    delegations = shown["properties"]["delegations"]
    assert [delegation["properties"]["serviceName"] for delegation in delegations] == services


async def test_a_resource_group_tells_its_region_and_what_is_in_it(desk):
    """AIB takes an empty staging group of its own region only."""
    before = await desk.json("GET", f"{GROUP}/resources", api=RESOURCES_API)
    body = {"location": "westeurope", "properties": {"osType": "Linux"}}
    await desk.call("PUT", f"{COMPUTE}/galleries/own", body, GALLERY_API)
    after = await desk.json("GET", f"{GROUP}/resources?$top=1", api=RESOURCES_API)
    shown = await desk.json("GET", GROUP, api=RESOURCES_API)
    assert (shown["name"], shown["location"]) == ("kiln-local", "westeurope")
    assert "own" not in [resource["name"] for resource in before["value"]]
    assert len(after["value"]) == 1
    other = await desk.json("GET", f"{GROUP}-staging/resources", api=RESOURCES_API)
    assert other["value"] == []


@pytest.mark.parametrize(
    ("path", "api", "code"),
    [
        (IDENTITY.replace("/aib", "/missing-aib"), IDENTITY_API, "ResourceNotFound"),
        (f"{NETWORK}/build/subnets/missing-vms", NETWORK_API, "NotFound"),
        (f"{NETWORK}/missing-net/subnets/vms", NETWORK_API, "ResourceNotFound"),
        (IDENTITY.replace("kiln-local", "missing-group"), IDENTITY_API, "ResourceGroupNotFound"),
        (f"{GROUP}".replace("kiln-local", "missing-g"), RESOURCES_API, "ResourceGroupNotFound"),
        (f"{COMPUTE}/galleries/missing-gallery", GALLERY_API, "ResourceNotFound"),
        (f"{COMPUTE}/galleries/kilnlocal/images/missing-app", GALLERY_API, "ResourceNotFound"),
        (f"{COMPUTE}/galleries/other", GALLERY_API, "ResourceNotFound"),
        (f"{COMPUTE}/galleries/other/images/missing-app", GALLERY_API, "ResourceNotFound"),
        (f"{COMPUTE}/galleries/kilnlocal/images/app/versions/9.9.9", GALLERY_API, None),
        (f"{COMPUTE}/images/missing-base", GALLERY_API, "ResourceNotFound"),
        (
            f"{COMPUTE}/images/base".replace("kiln-local", "missing-group"),
            GALLERY_API,
            "ResourceGroupNotFound",
        ),
    ],
)
async def test_what_is_missing_is_not_found(desk, path, api, code):
    """A recipe with a wrong name must meet on the desk what it meets in Azure."""
    response = await desk.call("GET", path, api=api)
    assert response.status == 404
    assert (await response.json())["error"]["code"] == (code or "ResourceNotFound")


@pytest.mark.parametrize(
    ("path", "api", "action"),
    [
        (
            IDENTITY.replace("/aib", "/forbidden-aib"),
            IDENTITY_API,
            "Microsoft.ManagedIdentity/userAssignedIdentities/read",
        ),
        (
            f"{NETWORK}/build/subnets/forbidden-vms",
            NETWORK_API,
            "Microsoft.Network/virtualNetworks/subnets/read",
        ),
        (f"{COMPUTE}/galleries/forbidden-g", GALLERY_API, "Microsoft.Compute/galleries/read"),
        (
            f"{COMPUTE}/galleries/kilnlocal/images/forbidden-app",
            GALLERY_API,
            "Microsoft.Compute/galleries/images/read",
        ),
        (f"{COMPUTE}/images/forbidden-base", GALLERY_API, "Microsoft.Compute/images/read"),
    ],
)
async def test_what_is_forbidden_names_the_missing_right(desk, path, api, action):
    """Kiln's identity rarely may read everything."""
    response = await desk.call("GET", path, api=api)
    error = (await response.json())["error"]
    assert (response.status, error["code"]) == (403, "AuthorizationFailed")
    assert f"action '{action}' over scope '{path}'" in error["message"]


@pytest.mark.parametrize(
    "path",
    [
        *(PROVIDERS, LOCATIONS, IDENTITY, f"{NETWORK}/build/subnets/vms"),
        f"{PROVIDERS}/Microsoft.Compute/locations/westeurope/vmSizes",
    ],
)
async def test_an_api_version_that_never_was_is_refused(desk, path):
    """A wrong version must not be found in Azure only."""
    response = await desk.call("GET", path, api="2020-02-30")
    assert (await response.json())["error"]["code"] == "InvalidResourceType"


async def test_the_local_gallery_tells_the_system_only_where_a_name_does(desk):
    """A guessed system would refuse builds that work."""
    images = f"{COMPUTE}/galleries/kilnlocal/images"
    shown = {
        name: (await desk.json("GET", f"{images}/{name}", api=GALLERY_API))["properties"]
        for name in ("windows-iis", "hardened-rhel9", "app", "darwin")
    }
    systems = [properties.get("osType") for properties in shown.values()]
    assert systems == ["Windows", "Linux", None, None]
    assert shown["app"]["osState"] == "Generalized"


async def test_the_local_gallery_tells_the_generation_only_where_a_name_does(desk):
    """It would refuse every source of the other one."""
    images = f"{COMPUTE}/galleries/kilnlocal/images"
    told = [
        (await desk.json("GET", f"{images}/{name}", api=GALLERY_API))["properties"].get(
            "hyperVGeneration"
        )
        for name in ("app", "app-gen1", "app_gen2")
    ]
    assert told == [None, "V1", "V2"]


async def test_versions_in_galleries_of_others_can_be_started_from(desk):
    """A recipe may be layered on an image of another team."""
    version = f"{COMPUTE}/galleries/other/images/base/versions/1.2.3"
    shown = await desk.json("GET", version, api=GALLERY_API)
    regions = [r["name"] for r in shown["properties"]["publishingProfile"]["targetRegions"]]
    assert (shown["name"], "northeurope" in regions) == ("1.2.3", True)
    image = await desk.json("GET", version.partition("/versions")[0], api=GALLERY_API)
    assert image["properties"]["osState"] == "Generalized"


async def test_nothing_is_made_up_in_a_gallery_that_was_put(desk):
    """A build into a definition that nobody made must be refused before it starts."""
    body, team = {"location": "westeurope"}, f"{COMPUTE}/galleries/team"
    asked = [f"{team}/images/base", f"{team}/images/base/versions/1.0.0"]
    before = [(await desk.call("GET", path, api=GALLERY_API)).status for path in asked]
    for gallery in (team.upper().replace("/SUBSCR", "/subscr"), f"{COMPUTE}/galleries/kilnlocal"):
        await desk.call("PUT", gallery, body, GALLERY_API)
    after = [(await desk.call("GET", path, api=GALLERY_API)).status for path in asked]
    own = await desk.call("GET", f"{COMPUTE}/galleries/kilnlocal/images/app", api=GALLERY_API)
    assert (before, after, own.status) == ([200, 200], [404, 404], 200)


async def test_one_image_was_built_before(desk):
    """`versions/latest` of the layered example means something on a fresh cloud."""
    image = f"{COMPUTE}/galleries/kilnlocal/images/hardened-rhel9"
    listed = (await desk.json("GET", f"{image}/versions", api=GALLERY_API))["value"]
    assert [version["name"] for version in listed] == ["1.0.0"]
    path = await desk.create(
        source={"type": "SharedImageVersion", "imageVersionId": f"{image}/versions/latest"}
    )
    template = await desk.json("GET", path)
    assert template["properties"]["source"]["exactVersion"].endswith("/versions/1.0.0")


async def test_a_fault_may_hit_a_look(desk):
    """Providers that are not registered can only be planned."""
    await desk.plan({"call": "list_providers"}, status=503)
    assert (await desk.call("GET", PROVIDERS, api=RESOURCES_API)).status == 503
