"""Templates as exports, listings and other tools write them."""

import pytest

from tests.imaging.template_files.templates import (
    DEFINITION,
    IDENTITY,
    KIND,
    properties_of,
    refusal,
    repaired,
    target,
    template,
)


@pytest.mark.parametrize(
    "identity",
    [
        {"type": "None"},
        {},
        {"type": "UserAssigned"},
        {"type": "userAssigned", "userAssignedIdentities": {}},
        {"userAssignedIdentities": None, "type": "UserAssigned"},
        {"type": "UserAssigned", "userAssignedIdentities": {"": {}}},
    ],
)
def test_an_identity_of_none_is_left_to_the_settings(identity):
    """It is what PATCH leaves behind in an export, what skeletons have, and what is forgotten."""
    found = repaired(template() | {"identity": identity})
    assert "identity" not in found.document


@pytest.mark.parametrize(
    "identities", [IDENTITY, [IDENTITY], {IDENTITY: None}, {IDENTITY: {"principalId": "p"}}]
)
def test_an_identity_in_another_shape_is_put_right(identities):
    """Lists of identities are what Terraform and others write."""
    whole = {"type": "userAssigned", "userAssignedIdentities": identities}
    found = repaired(template() | {"identity": whole})
    assert found.document["identity"]["userAssignedIdentities"] == {IDENTITY: {}}


@pytest.mark.parametrize(
    "identity",
    [
        {"userAssignedIdentities": {IDENTITY: {}}},
        {"type": "UserAssigned", "identityIds": [IDENTITY]},
        {"type": "UserAssigned", "identity_ids": [IDENTITY]},
    ],
)
def test_an_identity_that_is_named_in_other_words_is_kept(identity):
    """The setting's identity may have other rights; nobody asked for it."""
    found = repaired(template() | {"identity": identity}).document
    assert found["identity"] == {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}


def test_an_identity_that_is_not_understood_is_no_missing_one():
    """Left out, it would silently become the setting's."""
    message = refusal(template() | {"identity": {"type": "UserAssigned", "who": IDENTITY}})
    assert "identity.who: is not known here" in message


def test_an_identity_is_kept_although_what_is_read_only_is_open():
    """Samples of exports have placeholders for the ids that only Azure knows."""
    ids = {"principalId": "<principalId>", "clientId": "[parameters('clientId')]"}
    whole = {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: ids}}
    found = repaired(template(provisioningState="<state>") | {"identity": whole})
    assert found.document["identity"]["userAssignedIdentities"] == {IDENTITY: {}}


def test_what_a_listing_of_resources_adds_is_left_out():
    """`Get-AzResource` and `az resource show` write a resource with much around it."""
    around = {
        "ResourceId": "x",
        "ResourceName": "x",
        "ResourceGroupName": "x",
        "ResourceType": "x",
        "SubscriptionId": "x",
        "CreatedTime": "x",
        "ChangedTime": "x",
        "ETag": "x",
        "Kind": None,
    }
    assert repaired(template() | around).document == template()


@pytest.mark.parametrize(
    "written",
    ["{group}", "{{ group }}", "${group}", "$(group)", "#{group}#", "__group__", "<group>"],
)
def test_what_another_tool_would_fill_is_a_placeholder(written):
    """Terraform, pipelines and find-and-replace tasks each have their own marks."""
    document = template(distribute=target(galleryImageId=DEFINITION.replace("images", written, 1)))
    found = refusal(document)
    assert f"holds the placeholder {written}; write the real value, or give it with" in found
    given = properties_of(document, group="images")["distribute"][0]
    assert given["galleryImageId"] == DEFINITION


def test_the_body_of_azapi_is_taken_out():
    """What Terraform's plan shows has the template one level down."""
    whole = template()
    body = {"properties": whole["properties"]}
    kind = "Microsoft.VirtualMachineImages/imageTemplates@2022-07-01"
    found = repaired({"type": kind, "location": "westeurope", "parent_id": "x", "body": body})
    assert found.document == whole


def test_names_of_the_powershell_export_are_known():
    """Its names begin with capitals and have no plural."""
    inside = template()["properties"]
    flat = {
        "Location": "westeurope",
        "Tag": {"a": "b"},
        "Source": inside["source"],
        "Distribute": target(ReplicationRegion=["westeurope"]),
    }
    assert repaired(flat).document == template() | {"tags": {"a": "b"}}


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"$schema": "https://x/deploymentParameters.json#"}, "is a file of parameters"),
        ({"type": "Microsoft.Compute/galleries", "properties": {}}, "no image template"),
        ({"type": f"{KIND}/triggers", "properties": {}}, 'triggers", no image template'),
        ({"builders": [], "provisioners": []}, "has 1 fault: holds no image template"),
        ([{"type": "Shell", "inline": ["true"]}], "has 1 fault: holds no image template"),
        ({"parameters": {"a": {"value": 1}}}, "has 1 fault: holds no image template"),
    ],
)
def test_a_file_that_is_something_else_is_named(document, why):
    """A list of missing properties would send people the wrong way."""
    assert why in refusal(document)
