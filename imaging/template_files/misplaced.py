"""What stands one level too deep or too high, and has only one place where it can belong."""

from __future__ import annotations

from imaging.template_files.json_values import Json, JsonObject, find
from imaging.template_files.repair_list import Repairs

_TOO_DEEP = ("identity", "location", "tags")
_OF_NETWORK = ("containerinstancesubnetid", "proxyvmsize", "subnetid")


def put_in_place(resource: JsonObject, repairs: Repairs) -> JsonObject:
    """Move what is misplaced, unless its place is taken.

    Args:
        resource: with `properties`; it is left as it is.
        repairs: gets every move.
    """
    name = next((key for key in resource if key.lower() == "properties"), "properties")
    properties = resource.get(name)
    if not isinstance(properties, dict):
        return resource
    moved: JsonObject = {}
    kept: JsonObject = {}
    for key, value in properties.items():
        if key.lower() in _TOO_DEEP and not find(resource, key):
            moved[key] = value
            repairs.changed((name, key), "moved out", f"{name}.{key}", key)
        else:
            kept[key] = value
    kept = _with_network(_with_plan(kept, repairs), repairs)
    return {**resource, **moved, name: kept}


def _with_plan(properties: JsonObject, repairs: Repairs) -> JsonObject:
    """Put the purchase plan where the image is named that is bought."""
    source: Json = properties.get("source")
    if "planInfo" not in properties or not isinstance(source, dict) or "planInfo" in source:
        return properties
    repairs.changed(("properties", "planInfo"), "moved in", "planInfo", "source.planInfo")
    kept = {key: value for key, value in properties.items() if key != "planInfo"}
    return {**kept, "source": {**source, "planInfo": properties["planInfo"]}}


def _with_network(properties: JsonObject, repairs: Repairs) -> JsonObject:
    """Put what is of the network there; Microsoft's article had the proxy's size beside it."""
    name = next((key for key in properties if key.lower() == "vmprofile"), "vmProfile")
    profile = properties.get(name)
    if not isinstance(profile, dict):
        return properties
    network_name = next((key for key in profile if key.lower() == "vnetconfig"), "vnetConfig")
    network = profile.get(network_name) or {}
    if not isinstance(network, dict):
        return properties
    moved = {
        key: value
        for key, value in profile.items()
        if key.lower() in _OF_NETWORK and find(network, key) is None
    }
    if not moved:
        return properties
    for key in moved:
        place = ("properties", name, key)
        repairs.changed(place, "moved in", f"{name}.{key}", f"{name}.{network_name}.{key}")
    kept = {key: value for key, value in profile.items() if key not in moved}
    return {**properties, name: {**kept, network_name: {**network, **moved}}}
