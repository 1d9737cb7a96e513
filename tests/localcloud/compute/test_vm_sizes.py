"""The VM sizes of a region."""

import pytest

from localcloud.compute.vm_sizes import all_sizes
from tests.localcloud.image_builder.cloud_on_a_desk import SUBSCRIPTION, open_desk

LOCATIONS = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations"
API = "2024-07-01"
# The defaults of AIB, and sizes of every family that build VMs are of.
USED = (
    *("Standard_D1_v2", "Standard_D2ds_v4", "Standard_A1_v2", "Standard_D2_v2", "Standard_D2s_v3"),
    *("Standard_D2s_v5", "Standard_D4s_v5", "Standard_D64s_v5", "Standard_D4as_v5", "Standard_B2s"),
    *("Standard_B2ms", "Standard_B4as_v2", "Standard_DS1_v2", "Standard_DS14_v2", "Basic_A1"),
    *("Standard_D4ads_v6", "Standard_D2ps_v5", "Standard_E8ds_v4", "Standard_E4-2s_v3"),
    *("Standard_F2s_v2", "Standard_F4s", "Standard_L8s_v3", "Standard_M8ms", "Standard_NV6"),
    *("Standard_NC4as_T4_v3", "Standard_NV6ads_A10_v5", "Standard_DC2s_v3"),
)


@pytest.mark.parametrize("region", ["westeurope", "WestEurope", "mexicocentral"])
async def test_the_sizes_of_a_region_are_listed_on_one_page(tmp_path, region):
    """Compute knows no next page here."""
    async with open_desk(tmp_path) as desk:
        body = await desk.json("GET", f"{LOCATIONS}/{region}/vmSizes", api=API)
    by_name = {size["name"]: size for size in body["value"]}
    assert set(body) == {"value"}
    assert set(USED) <= by_name.keys()
    assert by_name["Standard_D2ds_v4"] == {
        "name": "Standard_D2ds_v4",
        "numberOfCores": 2,
        "osDiskSizeInMB": 1047552,
        "resourceDiskSizeInMB": 76800,
        "memoryInMB": 8192,
        "maxDataDiskCount": 4,
    }
    assert by_name["Standard_D2s_v5"]["resourceDiskSizeInMB"] == 0


def test_no_size_is_listed_twice():
    """Names are generated, and families overlap in some."""
    names = [size["name"] for size in all_sizes()]
    assert names == sorted(set(names))
    assert len(names) == 1363


async def test_a_region_that_is_none_has_no_sizes(tmp_path):
    """A misspelt region must not pass on the desk."""
    async with open_desk(tmp_path) as desk:
        answer = await desk.call("GET", f"{LOCATIONS}/westeurop/vmSizes", api=API)
        error = (await answer.json())["error"]
    assert (answer.status, error["code"]) == (400, "NoRegisteredProviderFound")
    assert "'westeurop'" in error["message"]
    assert "westeurope" in error["message"]
