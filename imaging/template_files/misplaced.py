"""What stands one level too deep or too high, and has only one place where it can belong."""

from __future__ import annotations

from imaging.template_files.json_values import Json, JsonObject
from imaging.template_files.repair_list import Repairs

_TOO_DEEP = ("identity", "location", "tags")


def put_in_place(resource: JsonObject, repairs: Repairs) -> JsonObject:
    """Move what is misplaced, unless its place is taken.

    Args:
        resource: with `properties`; it is left as it is.
        repairs: gets every move.
    """
    properties = resource.get("properties")
    if not isinstance(properties, dict):
        return resource
    moved: JsonObject = {}
    kept: JsonObject = {}
    for key, value in properties.items():
        if key in _TOO_DEEP and not resource.get(key):
            moved[key] = value
            repairs.changed(("properties", key), "moved out", f"properties.{key}", key)
        else:
            kept[key] = value
    return {**resource, **moved, "properties": _with_plan(kept, repairs)}


def _with_plan(properties: JsonObject, repairs: Repairs) -> JsonObject:
    """Put the purchase plan where the image is named that is bought."""
    source: Json = properties.get("source")
    if "planInfo" not in properties or not isinstance(source, dict) or "planInfo" in source:
        return properties
    repairs.changed(("properties", "planInfo"), "moved in", "planInfo", "source.planInfo")
    kept = {key: value for key, value in properties.items() if key != "planInfo"}
    return {**kept, "source": {**source, "planInfo": properties["planInfo"]}}
