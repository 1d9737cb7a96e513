"""What tools wrap around a template or a deployment: requests, specs, lists, texts."""

from __future__ import annotations

import json

from imaging.recipe.json_text import NotJsonError, object_of, repeated_keys
from imaging.template_files.json_values import Json, JsonObject, find
from imaging.template_files.repair_list import Repair, Repairs


def unwrapped(document: Json, repairs: Repairs) -> tuple[Json, JsonObject]:
    """Take off what is certainly only a wrapping.

    Args:
        document: the file's JSON.
        repairs: gets what was taken off.

    Returns:
        What is inside, and the values of parameters that a deployment's request brings with it, by
        lower-case names.
    """
    if isinstance(document, list) and len(document) == 1:
        return unwrapped(document[0], repairs)
    listed = find(document, "value")
    if _are_keys(document, {"value", "nextlink"}) and isinstance(listed, list) and len(listed) == 1:
        repairs.changed(("value",), "taken out of a list", "value", "template")
        return listed[0], {}
    properties = find(document, "properties")
    for key, what in (("mainTemplate", "a template spec"), ("template", "a deployment's request")):
        inside = find(properties, key)
        if isinstance(find(inside, "resources"), list | dict):
            repairs.changed(("properties", key), f"taken out of {what}", key, "deployment")
            return inside, _values(find(properties, "parameters"))
    return _with_body(document, repairs), {}


def _are_keys(document: Json, known: set[str]) -> bool:
    return isinstance(document, dict) and {key.lower() for key in document} <= known


def _values(parameters: Json) -> JsonObject:
    entries = parameters.items() if isinstance(parameters, dict) else ()
    return {
        name.lower(): entry["value"]
        for name, entry in entries
        if isinstance(entry, dict) and "value" in entry
    }


def _with_body(document: Json, repairs: Repairs) -> Json:
    """Read the body that azapi has as a text."""
    body = find(document, "body")
    if not isinstance(document, dict) or not isinstance(body, str):
        return document
    try:
        read: Json = json.loads(body, object_pairs_hook=object_of)
    except (NotJsonError, RecursionError, ValueError):
        return document
    repairs.faults += repeated_keys(read, ("body",))
    repairs.done.append(Repair("body", "read as JSON"))
    return {key: read if key.lower() == "body" else value for key, value in document.items()}
