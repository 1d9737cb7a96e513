"""What lies around AIB and is only looked at: providers, regions, identities, subnets.

Every identity and subnet exists, but those of `name_rules`. Shapes: REST reference, Providers
(list), Subscriptions (list locations), User Assigned Identities (get), Subnets (get).
"""

from __future__ import annotations

from aiohttp import web

from localcloud.compute import made_up
from localcloud.image_builder import exceptions, identities, name_rules
from localcloud.image_builder.group_calls import RESOURCE_GROUP, RESOURCES_APIS, refuse_look
from localcloud.image_builder.json_answer import json_answer
from localcloud.image_builder.regions import PUBLIC_REGIONS
from localcloud.image_builder.responses import paged
from localcloud.image_builder.routing import CallContext, Route

LOCATION = made_up.LOCATION
_TENANT = "00000000-0000-0000-0000-0000000000ff"
_PROVIDERS = (
    "Microsoft.Compute",
    "Microsoft.ContainerInstance",
    "Microsoft.KeyVault",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.Resources",
    "Microsoft.Storage",
    "Microsoft.VirtualMachineImages",
)
_GROUP = f"{RESOURCE_GROUP}/providers"
_IDENTITY_TYPE = "Microsoft.ManagedIdentity/userAssignedIdentities"
_NETWORK_TYPE = "Microsoft.Network/virtualNetworks"
_SUBNET_TYPE = f"{_NETWORK_TYPE}/subnets"
_LOCATIONS_APIS = ("2022-12-01",)
_IDENTITY_APIS = ("2018-11-30", "2023-01-31", "2024-11-30")
_NETWORK_APIS = ("2023-09-01", "2025-03-01")


async def list_providers(context: CallContext) -> web.Response:
    """List the resource providers; all are registered (plan another answer as a fault)."""
    context.check_version("Microsoft.Resources/providers", RESOURCES_APIS)
    root = context.request.path.rstrip("/")
    return paged(
        context,
        [
            {
                "id": f"{root}/{namespace}",
                "namespace": namespace,
                "resourceTypes": [],
                "registrationState": "Registered",
                "registrationPolicy": "RegistrationRequired",
            }
            for namespace in _PROVIDERS
        ],
    )


async def list_locations(context: CallContext) -> web.Response:
    """List the regions of the public cloud, all on one page as Resource Manager does."""
    context.check_version("Microsoft.Resources/subscriptions/locations", _LOCATIONS_APIS)
    root = context.request.path.rstrip("/")
    locations = [
        {
            "id": f"{root}/{name}",
            "name": name,
            "type": "Region",
            "displayName": shown,
            "regionalDisplayName": with_geography,
            "metadata": {"regionType": "Physical"},
        }
        for name, (shown, with_geography) in PUBLIC_REGIONS.items()
    ]
    return json_answer({"value": locations})


async def get_identity(context: CallContext) -> web.Response:
    """Answer a user-assigned identity, with the ids that tokens and templates show."""
    context.check_version(_IDENTITY_TYPE, _IDENTITY_APIS)
    identity_id, name = context.request.path, context.names["name"]
    refuse_look(context, [name], _IDENTITY_TYPE)
    if name_rules.is_missing([name]):
        raise exceptions.resource_not_found(_IDENTITY_TYPE, name, context.names["group"])
    known = context.simulator.settings.identity_client_ids
    properties = {
        "tenantId": _TENANT,
        "principalId": identities.principal_id(identity_id),
        "clientId": identities.client_id(identity_id, known),
    }
    return json_answer(
        {
            "id": identity_id,
            "name": name,
            "type": _IDENTITY_TYPE,
            "location": LOCATION,
            "tags": {},
            "properties": properties,
        }
    )


async def get_subnet(context: CallContext) -> web.Response:
    """Answer a subnet; one that is called after containers is delegated to container groups."""
    context.check_version(_SUBNET_TYPE, _NETWORK_APIS)
    subnet_id, names = context.request.path, context.names
    refuse_look(context, [names["network"], names["name"]], _SUBNET_TYPE)
    if name_rules.is_missing([names["network"]]):
        raise exceptions.resource_not_found(_NETWORK_TYPE, names["network"], names["group"])
    if name_rules.is_missing([names["name"]]):
        raise exceptions.ArmError(404, "NotFound", f"Resource {subnet_id} not found.")
    delegated = any(word in names["name"].lower() for word in ("container", "aci"))
    properties = {
        "provisioningState": "Succeeded",
        "addressPrefix": "10.0.0.0/24",
        "delegations": [_delegation(subnet_id)] if delegated else [],
        "privateEndpointNetworkPolicies": "Disabled",
        "privateLinkServiceNetworkPolicies": "Disabled",
    }
    subnet = {"name": names["name"], "id": subnet_id, "properties": properties}
    return json_answer(subnet | {"type": _SUBNET_TYPE})


def _delegation(subnet_id: str) -> dict[str, object]:
    return {
        "name": "container-groups",
        "id": f"{subnet_id}/delegations/container-groups",
        "properties": {
            "provisioningState": "Succeeded",
            "serviceName": "Microsoft.ContainerInstance/containerGroups",
            "actions": ["Microsoft.Network/virtualNetworks/subnets/action"],
        },
        "type": f"{_SUBNET_TYPE}/delegations",
    }


ROUTES = [
    Route("list_providers", "GET", "subscriptions/{subscription}/providers", list_providers),
    Route("list_locations", "GET", "subscriptions/{subscription}/locations", list_locations),
    Route("get_identity", "GET", f"{_GROUP}/{_IDENTITY_TYPE}/{{name}}", get_identity),
    Route(
        "get_subnet", "GET", f"{_GROUP}/{_NETWORK_TYPE}/{{network}}/subnets/{{name}}", get_subnet
    ),
]
