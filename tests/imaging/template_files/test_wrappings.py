"""What tools wrap around a template comes off; what is misplaced goes where it belongs."""

import json
from typing import Any

import pytest

from tests.imaging.template_files.templates import (
    KIND,
    deployment,
    refusal,
    repaired,
    target,
    template,
)

PARAMETERS = {"region": {"type": "string"}}
OF_A_REGION = deployment(
    template(distribute=target(targetRegions=[{"name": "[parameters('region')]"}])),
    parameters=PARAMETERS,
)


def said(document: object) -> list[str]:
    """Repair a document; return its repairs."""
    return [str(repair) for repair in repaired(document).repairs]


def test_a_deployments_request_brings_its_values():
    """`az deployment group create --debug` shows it, and people keep it."""
    request = {
        "properties": {
            "mode": "Incremental",
            "template": OF_A_REGION,
            "parameters": {"Region": {"value": "westeurope"}},
        }
    }
    found = repaired(request)
    assert found.document == template()
    assert "properties.template: taken out of a deployment's request" in str(found.repairs[0])


def test_a_template_spec_holds_a_deployment():
    """`az ts show` prints it."""
    spec = {"type": "Microsoft.Resources/templateSpecs/versions", "location": "eastus"}
    found = repaired(spec | {"properties": {"mainTemplate": deployment(template())}})
    assert found.document == template()
    assert "taken out of a template spec" in str(found.repairs[0])


def test_the_only_template_of_a_list_is_meant():
    """`az rest` on the collection prints it."""
    listed = {"value": [{"type": KIND, "name": "t", **template()}]}
    assert repaired(listed).document == template()
    assert said(listed)[0].startswith("value: taken out of a list")


def test_a_list_of_several_templates_is_refused():
    """Nobody can tell which one is meant."""
    listed = {"value": [template(), template()]}
    assert "holds no image template" in refusal(listed)


def test_a_body_that_azapi_has_as_a_text_is_read():
    """Older configurations write it with jsonencode, which shows so in JSON."""
    whole = {
        "type": f"{KIND}@2022-07-01",
        "parent_id": "/subscriptions/x",
        "location": "westeurope",
        "body": json.dumps({"properties": template()["properties"]}),
    }
    assert repaired(whole).document == template()
    notes = said(whole)
    assert "body: read as JSON" in notes
    assert 'parent_id: left out, it belongs to azapi: "/subscriptions/x"' in notes


def test_a_body_that_names_a_key_twice_is_refused():
    """Readers differ in which of the two they take, in a text as in a file."""
    body = json.dumps({"properties": template()["properties"]})
    body = body.replace('"runOutputName"', '"runOutputName": "other", "runOutputName"')
    message = refusal({"type": f"{KIND}@2022-07-01", "location": "westeurope", "body": body})
    assert "body.properties.distribute[0].runOutputName: is written twice; keep one" in message


@pytest.mark.parametrize("body", ["${jsonencode(local.body)}", "[", "7"])
def test_a_text_that_is_no_body_is_left_alone(body: str):
    """There is no template in it to be had."""
    assert "image template" in refusal({"type": KIND, "body": body})


def test_properties_in_another_case_give_back_what_stands_too_deep():
    """ARM reads them without regard to case."""
    whole = template()
    inside = {"Location": whole.pop("location"), **whole.pop("properties")}
    found = repaired({"Properties": inside})
    assert found.document == template()
    assert any("Properties.Location: moved out" in str(repair) for repair in found.repairs)


@pytest.mark.parametrize("network", [{}, {"vnetConfig": None}, {"VnetConfig": {}}])
def test_the_networks_own_settings_go_into_the_network(network: dict[str, Any]):
    """Microsoft's article had `proxyVmSize` beside `vnetConfig`."""
    subnet = (
        "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/n/providers"
        "/Microsoft.Network/virtualNetworks/net/subnets/s"
    )
    profile = {"proxyVmSize": "Standard_A1_v2", "subnetId": subnet, **network}
    found = repaired(template(vmProfile=profile)).document["properties"]["vmProfile"]
    assert found == {"vnetConfig": {"proxyVmSize": "Standard_A1_v2", "subnetId": subnet}}


def test_a_network_that_says_otherwise_is_not_overruled():
    """Which of the two is right nobody knows."""
    profile = {"proxyVmSize": "a1", "vnetConfig": {"proxyVmSize": "Standard_A1_v2"}}
    assert "properties.vmProfile.proxyVmSize: is not known here" in refusal(
        template(vmProfile=profile)
    )


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        ({"distribute": target(includeFromLatest=True)}, "includeFromLatest"),
        ({"validate": {"discontinueDistributeOnFailure": True}}, "discontinueDistributeOnFailure"),
        ({"vmProfile": {"osDiskSizeMB": 2048}}, "osDiskSizeMB"),
        ({"buildTimeoutInHours": 2}, "buildTimeoutInHours"),
    ],
)
def test_a_name_of_another_meaning_is_no_misspelling(properties: dict[str, Any], name: str):
    """The opposite, or a thousand times as much, would be built without a word."""
    assert f"{name}: is not known here" in refusal(template(**properties))


def test_the_storage_type_of_old_regions_is_listed_where_it_goes():
    """What changes its place is told."""
    old = target(replicationRegions=["westeurope"], storageAccountType="Standard_ZRS")
    found = repaired(template(distribute=old))
    (made,) = found.document["properties"]["distribute"]
    assert made["targetRegions"] == [{"name": "westeurope", "storageAccountType": "Standard_ZRS"}]
    notes = [str(repair) for repair in found.repairs]
    assert any("storageAccountType: moved into each target region" in note for note in notes)
