"""What becomes of Azure's answers: faults, notes, and nothing that fails a build for no reason."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.surroundings.check import judge
from imaging.surroundings.look import Look
from tests.imaging.surroundings.recipes import (
    DEFINITION,
    GALLERY,
    IDENTITY,
    MARKETPLACE,
    NEEDS,
    asked,
    faults,
    recipe,
    verdict,
)


def test_a_recipe_with_everything_in_place_is_told_in_one_line():
    """People read it at every build."""
    (note,) = verdict(recipe(), {}).notes
    assert note == (
        "asked Azure, as it should be: resource providers, regions, Marketplace image "
        "Canonical:ubuntu-24_04-lts:server:latest in westeurope, gallery g, image definition "
        "g/web, identity aib"
    )


@pytest.mark.parametrize("state", ["denied", "unknown"])
def test_what_may_not_be_read_or_does_not_answer_fails_nothing(state):
    """The build may well work: AIB has other rights than Kiln."""
    checks = asked(recipe({"galleryImageId": f"{DEFINITION}/versions/1.2.3"}))
    found = judge(checks, {check.path: Look(state, reason="503") for check in checks})
    assert found.faults == []
    assert len(found.notes) == 1
    assert found.notes[0].startswith("not checked")


def test_a_denied_look_names_the_right_that_would_allow_it():
    """An operator copies it into the role."""
    notes = verdict(recipe(), {"/images/web": Look("denied")}).notes
    assert notes[1] == (
        "not checked, no right to read: image definition g/web (Microsoft.Compute/galleries/images/"
        "read)"
    )


def test_everything_that_is_missing_is_told_at_once():
    """Each round costs the uploader an upload."""
    checks = asked(recipe())
    found = judge(checks, {check.path: Look("absent") for check in checks})
    assert [fault.path for fault in found.faults] == [
        "properties.source",
        "properties.distribute[0].galleryImageId",
        "setting AIB_IDENTITY_ID",
    ]
    assert all("asked Azure:" in fault.message for fault in found.faults)


def test_a_missing_gallery_is_told_once():
    """Its definitions are missing, too; that helps nobody."""
    absent = {"/galleries/g": Look("absent"), "/images/web": Look("absent")}
    (fault,) = faults(recipe(), absent)
    assert "gallery g does not exist" in fault.message


def test_what_was_not_asked_is_said():
    """There is a limit to the calls of one build."""
    assert "too many things to ask about" in judge(asked(recipe()), {}).notes[0]


def test_the_same_gallery_is_asked_once():
    """Resource Manager counts the reads of a subscription."""
    second = {
        "type": "SharedImage",
        "runOutputName": "two",
        "galleryImageId": DEFINITION.replace("/web", "/two"),
    }
    first = {"type": "SharedImage", "runOutputName": "one", "galleryImageId": DEFINITION}
    paths = [check.path for check in asked(recipe(distribute=[first, second]))]
    assert len(paths) - len(set(paths)) == 1


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["value", "properties", "location", "publishingProfile", "targetRegions"]
            )
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(ANY_JSON)
def test_no_answer_of_azure_ends_in_a_stack_trace(body):
    """Services change their answers without asking."""
    latest = {"type": "SharedImageVersion", "imageVersionId": f"{DEFINITION}/versions/latest"}
    version = {"type": "SharedImageVersion", "imageVersionId": f"{DEFINITION}/versions/1.0.0"}
    image = {"type": "ManagedImage", "imageId": GALLERY.replace("/galleries/", "/images/")}
    network = IDENTITY.partition("/Microsoft.ManagedIdentity")[0] + "/Microsoft.Network"
    group = GALLERY.partition("/providers")[0]
    profile = {
        "vnetConfig": {
            "subnetId": f"{network}/virtualNetworks/net/subnets/vms",
            "containerInstanceSubnetId": f"{network}/virtualNetworks/net/subnets/aci",
        }
    }
    for source in (MARKETPLACE, latest, version, image):
        one = recipe(source=source, vmProfile=profile, stagingResourceGroup=group)
        checks = asked(one, NEEDS)
        found = judge(checks, {check.path: Look("found", body) for check in checks})
        assert found.faults or found.notes
