"""Answers the calls of Microsoft.Compute: galleries, versions, images, marketplace.

Writing is finished at once here; the real service takes an operation for it.
"""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from localcloud.compute import marketplace
from localcloud.compute.vm_sizes import all_sizes
from localcloud.image_builder import exceptions, name_rules
from localcloud.image_builder.json_answer import json_answer
from localcloud.image_builder.regions import PUBLIC_REGIONS, region_key
from localcloud.image_builder.responses import paged
from localcloud.image_builder.routing import CallContext, Respond

PROVIDER = "Microsoft.Compute"
VM_SIZES_APIS = ("2024-07-01",)
_VM_SIZES_TYPE = f"{PROVIDER}/locations/vmSizes"


async def get_resource(context: CallContext) -> web.Response:
    """Answer a resource."""
    _refuse_forbidden(context)
    context.simulator.groups.require(context.group_id)
    resource = context.simulator.compute.look(_resource_id(context))
    if resource is None:
        path = context.request.path.rpartition(f"/{PROVIDER}/")[2]
        raise exceptions.resource_not_found(PROVIDER, path, context.names["group"])
    return json_answer(resource)


def put_resource(resource_type: str) -> Respond:
    """Return what answers PUT on a resource of this type: 201, or 200 when it was there."""

    async def respond(context: CallContext) -> web.Response:
        """Store the body."""
        context.simulator.groups.require(context.group_id)
        compute, resource_id = context.simulator.compute, _resource_id(context)
        body = context.json_object()
        if not body.get("location"):
            raise exceptions.location_required()
        if not isinstance(body.get("properties") or {}, dict):
            raise exceptions.invalid_json()
        status = 201 if compute.get(resource_id) is None else 200
        return json_answer(compute.put(resource_id, resource_type, body), status=status)

    return respond


async def delete_resource(context: CallContext) -> web.Response:
    """Delete a resource and what is below it."""
    existed = context.simulator.compute.delete(_resource_id(context))
    return web.Response(status=200 if existed else 204)


async def list_resources(context: CallContext) -> web.Response:
    """List the resources of a collection; what exists by rule is in no list."""
    _refuse_forbidden(context)
    return paged(context, context.simulator.compute.children(_resource_id(context)))


async def list_image_versions(context: CallContext) -> web.Response:
    """List the versions of a marketplace image, oldest first; an unknown one is not found."""
    names = context.names
    versions = marketplace.versions_of(names["publisher"], names["offer"], names["sku"])
    if versions is None:
        raise _image_not_found(context)
    found = list(versions)
    if context.request.query.get("$orderby", "").lower() == "name desc":
        found.reverse()
    top = context.request.query.get("$top", "")
    listed = [_named(context, v) for v in found[: int(top) if top.isdecimal() else None]]
    if context.request.query.get("$expand", "").lower() == "properties":
        properties = marketplace.properties_of(names["publisher"], names["sku"])
        listed = [version | {"properties": properties} for version in listed]
    return json_answer(listed)


async def get_image_version(context: CallContext) -> web.Response:
    """Answer one version of a marketplace image; `latest` is the newest."""
    names = context.names
    versions = marketplace.versions_of(names["publisher"], names["offer"], names["sku"]) or ()
    wanted = names["version"]
    if wanted.lower() == "latest" and versions:
        wanted = versions[-1]
    if wanted not in versions:
        raise _image_not_found(context)
    properties = marketplace.properties_of(names["publisher"], names["sku"])
    return json_answer(_named(context, wanted) | {"properties": properties})


async def list_offers(context: CallContext) -> web.Response:
    """List the known offers of a publisher."""
    return _names(context, lambda: marketplace.offers_of(context.names["publisher"]))


async def list_skus(context: CallContext) -> web.Response:
    """List the known SKUs of an offer."""
    names = context.names
    return _names(context, lambda: marketplace.skus_of(names["publisher"], names["offer"]))


async def list_vm_sizes(context: CallContext) -> web.Response:
    """List the VM sizes of a region, all on one page as Compute does."""
    context.check_version(_VM_SIZES_TYPE, VM_SIZES_APIS)
    if region_key(context.names["location"]) not in PUBLIC_REGIONS:
        raise exceptions.no_such_location(
            context.names["location"], "locations/vmSizes", VM_SIZES_APIS
        )
    return json_answer({"value": list(all_sizes())})


def _names(context: CallContext, find: Callable[[], list[str]]) -> web.Response:
    found = find()
    if not found:
        raise _image_not_found(context)
    return json_answer([_named(context, name) for name in found])


def _named(context: CallContext, name: str) -> dict[str, object]:
    collection = context.request.path.rstrip("/")
    if "version" in context.names:
        collection = collection.rpartition("/")[0]
    return {"location": context.names["location"], "name": name, "id": f"{collection}/{name}"}


def _resource_id(context: CallContext) -> str:
    return context.request.path.rstrip("/")


def _refuse_forbidden(context: CallContext) -> None:
    named = _names_of(context)
    collections = ("galleries", "images", "versions") if "gallery" in named else ("images",)
    resource_type = "/".join([PROVIDER, *collections[: len(named)]])
    names = [context.names["group"], *named.values()]
    name_rules.refuse_forbidden(names, f"{resource_type}/read", _resource_id(context))


def _names_of(context: CallContext) -> dict[str, str]:
    """Return the names in the path, outermost first; a gallery's own name is `gallery`."""
    if context.name == "compute_get_gallery":
        return {"gallery": context.names["name"]}
    wanted = ("gallery", "definition", "name")
    return {str(key): context.names[key] for key in wanted if key in context.names}


def _image_not_found(context: CallContext) -> exceptions.ArmError:
    text = (
        f"Artifact: VMImage was not found: {context.request.path}. The local cloud knows few "
        "marketplace images; they are listed in localcloud/compute/marketplace.py"
    )
    return exceptions.ArmError(404, "NotFound", text)
