"""What Azure says of a thing, and whether it fits the recipe: one line of the table each."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.surroundings.look import Look
from imaging.surroundings.needs import Needs
from tests.imaging.surroundings.misfits import (
    ABSENT,
    EXPLICIT,
    LATEST,
    MANAGED,
    MISFITS,
    PLAN,
    SMALL,
    STAGING,
    VNET,
    definition,
    delegated,
    generation,
    image,
    published,
)
from tests.imaging.surroundings.recipes import (
    DEFINITION,
    IDENTITY,
    MARKETPLACE,
    NEEDS,
    SUBSCRIPTION,
    asked,
    faults,
    recipe,
    verdict,
)


@pytest.mark.parametrize("case", MISFITS)
def test_what_does_not_fit_is_one_fault_at_its_place(case):
    """The same mistake costs 40 minutes when AIB finds it."""
    properties, answers, path, message = MISFITS[case]
    (fault,) = faults(recipe(**properties), answers)
    assert fault.path == path
    assert message in fault.message
    assert "asked Azure: " in fault.message or "in another subscription" in case


@pytest.mark.parametrize("case", [case for case in MISFITS if "another subscription" in case])
def test_another_subscription_is_seen_where_kiln_may_read_nothing(case):
    """Such a right is seldom given there, and the id says it already."""
    properties, _, path, _ = MISFITS[case]
    denied = {"/base": Look("denied"), "/staging": Look("denied")}
    assert path in [fault.path for fault in faults(recipe(**properties), denied)]


FITTING: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a version": ({}, {"/versions": [{"name": "1"}]}),
    "the same generation": (
        {},
        {"/versions": [generation("V2")], "/images/web": generation("V2")},
    ),
    "a disk of the same size": (
        SMALL,
        {"/versions": [{"properties": {"osDiskImage": {"sizeInGb": 64}}}]},
    ),
    "the source's own disk": (
        {"vmProfile": {"osDiskSizeGB": 0}},
        {"/versions": [{"properties": {"osDiskImage": {"sizeInGb": 64}}}]},
    ),
    "a source that does not tell its generation": ({}, {"/images/web": generation("V1")}),
    "a plan that is named": (
        {
            "source": MARKETPLACE
            | {"planInfo": {"planName": "p", "planProduct": "o", "planPublisher": "c"}}
        },
        {"/versions": [{"properties": {"plan": PLAN}}]},
    ),
    "the same system in other case": ({}, {"/images/web": definition(osType="linux")}),
    "no word on the system": ({}, {"/images/web": definition(osState="Generalized")}),
    "gallery among the targets, by display name": (
        {},
        {"/galleries/g": {"location": "West Europe"}},
    ),
    "replicated by display name": (EXPLICIT, {"/1.0.0": published("East US", "West Europe")}),
    "some version replicated": (
        LATEST,
        {"/base/versions": {"value": [published("East US"), published("West Europe")]}},
    ),
    "a list that goes on": (LATEST, {"/base/versions": {"value": [], "nextLink": "https://x"}}),
    "managed image": (MANAGED, {"/images/base": image("West Europe")}),
    "staging group that AIB will make": (
        STAGING,
        {"/resourceGroups/staging": ABSENT, "/resourceGroups/staging/resources": ABSENT},
    ),
    "an empty staging group": (
        STAGING,
        {
            "/resourceGroups/staging": {"location": "West Europe"},
            "/resourceGroups/staging/resources": {"value": []},
        },
    ),
    "no staging group": ({"stagingResourceGroup": ""}, {}),
    "delegated": (
        {"vmProfile": {"vnetConfig": VNET}},
        {"/aci": delegated("Microsoft.ContainerInstance/containerGroups")},
    ),
}


@pytest.mark.parametrize("case", FITTING)
def test_what_fits_is_no_fault(case):
    """A check that is too strict stops builds that work."""
    properties, answers = FITTING[case]
    found = verdict(recipe(**properties), answers)
    assert found.faults == []
    assert found.unknown == []


def test_a_version_that_exists_is_refused_and_a_new_one_is_not():
    """AIB overwrites no version; it fails after the whole run."""
    one = recipe({"galleryImageId": f"{DEFINITION}/versions/1.2.3"})
    (fault,) = faults(one, {"/versions/1.2.3": published("West Europe")})
    assert fault.path == "properties.distribute[0].galleryImageId"
    assert "version 1.2.3 of g/web exists already; name a new one" in fault.message
    assert "version 1.2.3 of g/web is free" in verdict(one, {}).notes[0]


def test_the_newest_version_is_looked_at_for_latest():
    """It is the one that AIB takes, and its system and generation are what count."""
    (check,) = (check for check in asked(recipe()) if check.place == "properties.source")
    assert check.path.endswith(
        "/versions?%24top=1&%24orderby=name%20desc&%24expand=properties&api-version=2024-07-01"
    )


def test_a_source_that_may_not_be_read_hides_no_other_fault():
    """The definition is judged without it."""
    answers = {"/versions": Look("denied"), "/images/web": definition(osType="Windows")}
    assert len(faults(recipe(), answers)) == 1


def test_replication_regions_are_regions_too():
    """Old templates say it the old way."""
    old = recipe(
        distribute=[
            {
                "type": "SharedImage",
                "runOutputName": "web",
                "galleryImageId": DEFINITION,
                "replicationRegions": ["eastus"],
            }
        ]
    )
    (fault,) = faults(old, {"/galleries/g": {"location": "westeurope"}})
    assert fault.path == "properties.distribute[0].replicationRegions"


@pytest.mark.parametrize(
    ("shown", "is_said"),
    [
        ({"defaultOutboundAccess": False}, True),
        ({"defaultOutboundAccess": False, "natGateway": {"id": "/nat"}}, False),
        ({"defaultOutboundAccess": False, "routeTable": {"id": "/route"}}, False),
        ({"defaultOutboundAccess": True}, False),
        ({}, False),
    ],
)
def test_a_subnet_that_lets_nothing_out_is_a_note(shown: dict[str, Any], is_said: bool):
    """A firewall that Kiln cannot see may let the VM out all the same, so it is no fault."""
    one = recipe(vmProfile={"vnetConfig": {"subnetId": VNET["subnetId"]}})
    found = verdict(one, {"/subnets/vms": Look("found", {"properties": shown})})
    assert found.faults == []
    assert any("default outbound access" in note for note in found.notes) == is_said


@pytest.mark.parametrize(
    ("value", "is_said"),
    [
        ("TrustedLaunch", True),
        ("ConfidentialVM", True),
        ("TrustedLaunchSupported", False),
        ("TrustedLaunchAndConfidentialVmSupported", False),
        ("Standard", False),
    ],
)
@pytest.mark.parametrize("image", ["/g/images/base", "/images/web"])
def test_a_definition_for_one_security_type_is_a_note(image: str, value: str, is_said: bool):
    """AIB learns more of them from month to month, so it is no fault."""
    feature = {"name": "SecurityType", "value": value}
    shown = {
        "properties": {"features": [{"name": "IsHibernateSupported", "value": "True"}, feature]}
    }
    found = verdict(recipe(**LATEST), {image: shown})
    assert found.faults == []
    said = [note for note in found.notes if f"has SecurityType {value}, which AIB supports" in note]
    assert len(said) == is_said


@pytest.mark.parametrize(("home", "is_said"), [("North Europe", True), ("West Europe", False)])
def test_a_definition_in_another_region_is_a_note(home: str, is_said: bool):
    """It works, and somebody pays for the way."""
    found = verdict(recipe(), {"/images/web": {"location": home}})
    assert found.faults == []
    said = "g/web is in northeurope, the template will be in westeurope: AIB copies"
    assert any(said in note for note in found.notes) == is_said


def test_an_identity_that_only_some_builds_use_is_a_note():
    """Small artifacts need no identity on the build VM."""
    needs = Needs(SUBSCRIPTION, "westeurope", IDENTITY, IDENTITY.replace("/aib", "/build-vm"))
    found = verdict(recipe(), {"/build-vm": ABSENT}, needs)
    assert found.faults == []
    assert "setting BUILD_VM_IDENTITY_ID: is" in found.notes[-1]


def test_the_identity_of_the_recipe_goes_before_the_settings():
    """Only the one that AIB will use matters."""
    (check,) = (c for c in asked(recipe(), NEEDS) if c.subject.startswith("identity"))
    assert (check.place, check.value) == ("setting AIB_IDENTITY_ID", IDENTITY)


@pytest.mark.parametrize("name", [".", "..", "..."])
def test_no_name_climbs_up_in_a_path(name):
    """A publisher is free text, and HTTP clients shorten paths."""
    dotted = recipe(source=MARKETPLACE | {"offer": name})
    assert not [check for check in asked(dotted) if check.place == "properties.source"]


def test_a_name_with_a_slash_stays_one_segment():
    """Else it would ask for something else."""
    slashed = recipe(source=MARKETPLACE | {"offer": "a/b?c&d"})
    (check,) = (check for check in asked(slashed) if check.place == "properties.source")
    assert "/offers/a%2Fb%3Fc%26d/skus/" in check.path
