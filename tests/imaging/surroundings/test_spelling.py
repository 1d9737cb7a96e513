"""Regions and VM sizes are held to Azure's own lists."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.surroundings.look import Look
from imaging.surroundings.needs import Needs
from tests.imaging.surroundings.recipes import (
    IDENTITY,
    SUBSCRIPTION,
    asked,
    faults,
    recipe,
    verdict,
)

REGIONS = {"value": [{"name": name} for name in ("westeurope", "northeurope", "eastus")]}
SIZES = {"value": [{"name": "Standard_D2ds_v4"}]}
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
IMAGE = {
    "type": "ManagedImage",
    "runOutputName": "image",
    "imageId": f"{GROUP}/providers/Microsoft.Compute/images/web",
}
GALLERY = {
    "type": "SharedImage",
    "runOutputName": "web",
    "galleryImageId": f"{GROUP}/providers/Microsoft.Compute/galleries/g/images/web",
}


@pytest.mark.parametrize(
    ("regions", "place", "said"),
    [
        (
            {"targetRegions": [{"name": "West Europe"}, {"name": "West Europ"}]},
            "properties.distribute[0].targetRegions[1].name",
            "is West Europ; asked Azure: it is no region of the subscription; did you mean weste",
        ),
        (
            {"replicationRegions": ["westeurope", "atlantis"]},
            "properties.distribute[0].replicationRegions[1]",
            "is atlantis; asked Azure: it is no region of the subscription; see az account list",
        ),
    ],
)
def test_a_misspelt_target_region_is_a_fault(regions: dict[str, Any], place: str, said: str):
    """AIB would find it at the end of the run."""
    (fault,) = faults(recipe(distribute=[GALLERY | regions]), {"/locations": REGIONS})
    assert fault.path == place
    assert fault.message.startswith(said)


def test_the_region_of_a_managed_image_and_of_the_settings_are_looked_at():
    """Both are written by hand."""
    needs = Needs(SUBSCRIPTION, "westeurop", IDENTITY)
    one = recipe(distribute=[IMAGE | {"location": "eastu"}])
    found = faults(one, {"/locations": REGIONS}, needs)
    assert [fault.path for fault in found] == [
        "properties.distribute[0].location",
        "setting BUILD_LOCATION",
    ]


@pytest.mark.parametrize("answer", [{}, {"value": []}, Look("denied"), Look("absent")])
def test_a_list_that_says_nothing_refuses_nothing(answer: Any):
    """Rights differ, and lists may be cut."""
    assert faults(recipe(), {"/locations": answer, "/vmSizes": answer}) == []


def test_a_vm_size_that_the_region_has_not_is_a_note():
    """What a subscription may use differs from the list."""
    one = recipe(vmProfile={"vmSize": "Standard_Nonsense"})
    found = verdict(one, {"/vmSizes": SIZES})
    assert found.faults == []
    assert any(
        "it is no VM size of westeurope; list what there is: az vm" in n for n in found.notes
    )
    fine = verdict(recipe(vmProfile={"vmSize": "standard_d2ds_v4"}), {"/vmSizes": SIZES})
    assert "VM size standard_d2ds_v4" in fine.notes[0]


def test_sizes_are_asked_for_where_one_is_named():
    """Other builds get AIB's own."""
    assert [check for check in asked(recipe()) if "VM size" in check.subject] == []
