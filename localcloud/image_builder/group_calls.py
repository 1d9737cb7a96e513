"""The calls of Microsoft.Resources about resource groups; each is finished at once.

Shapes: REST reference, Resource Groups (get, create or update, delete), Resources (list by
resource group).
"""

from __future__ import annotations

from aiohttp import web

from localcloud.image_builder import exceptions, name_rules
from localcloud.image_builder.json_answer import json_answer
from localcloud.image_builder.resource_groups import ResourceGroup
from localcloud.image_builder.responses import paged
from localcloud.image_builder.routing import CallContext, Route

RESOURCE_GROUP = "subscriptions/{subscription}/resourceGroups/{group}"
RESOURCES_APIS = ("2021-04-01",)
_GROUP_TYPE = "Microsoft.Resources/resourceGroups"
_ACTIONS = "Microsoft.Resources/subscriptions/resourceGroups"


async def get_group(context: CallContext) -> web.Response:
    """Answer a resource group."""
    context.check_version(_GROUP_TYPE, RESOURCES_APIS)
    refuse_look(context, [], _ACTIONS)
    return _shown(context, context.simulator.groups.require(context.group_id))


async def put_group(context: CallContext) -> web.Response:
    """Make a resource group, or give it other tags: 201, or 200 when it had been put before."""
    context.check_version(_GROUP_TYPE, RESOURCES_APIS)
    body, groups = context.json_object(), context.simulator.groups
    location, tags = body.get("location"), body.get("tags") or {}
    if not isinstance(location, str) or not location:
        raise exceptions.location_required()
    if not isinstance(tags, dict) or not all(isinstance(tag, str) for tag in tags.values()):
        raise exceptions.invalid_json()
    is_new = groups.put(context.group_id, location, tags)
    return _shown(context, groups.require(context.group_id), status=201 if is_new else 200)


async def delete_group(context: CallContext) -> web.Response:
    """Delete a resource group and what is in it."""
    context.check_version(_GROUP_TYPE, RESOURCES_APIS)
    context.simulator.groups.delete(context.group_id)
    return web.Response(status=200)


async def list_group_content(context: CallContext) -> web.Response:
    """List what is in a resource group."""
    context.check_version(_GROUP_TYPE, RESOURCES_APIS)
    refuse_look(context, [], f"{_ACTIONS}/resources")
    top = context.request.query.get("$top", "")
    listed = context.simulator.groups.content(context.group_id)
    return paged(context, listed[: int(top) if top.isdecimal() else None])


def refuse_look(context: CallContext, names: list[str], resource_type: str) -> None:
    """Refuse a look at what may not be read, or lies in a resource group that is not there.

    Args:
        context: the call; its path has a resource group.
        names: the other names in its path.
        resource_type: what is looked at.

    Raises:
        ArmError: 403 or 404.
    """
    wanted = [context.names["group"], *names]
    name_rules.refuse_forbidden(wanted, f"{resource_type}/read", context.request.path)
    context.simulator.groups.require(context.group_id)


def _shown(context: CallContext, group: ResourceGroup, status: int = 200) -> web.Response:
    named = {"id": context.group_id, "name": context.names["group"], "type": _GROUP_TYPE}
    properties = {"provisioningState": "Succeeded"}
    resource = {**named, "location": group.location, "tags": group.tags, "properties": properties}
    return json_answer(resource, status=status)


ROUTES = [
    Route("get_group", "GET", RESOURCE_GROUP, get_group),
    Route("put_group", "PUT", RESOURCE_GROUP, put_group),
    Route("delete_group", "DELETE", RESOURCE_GROUP, delete_group),
    Route("list_group_content", "GET", f"{RESOURCE_GROUP}/resources", list_group_content),
]
