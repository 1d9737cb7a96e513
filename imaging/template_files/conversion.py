"""Kinds of values: numbers, switches and lists that were written as texts, and the other way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from imaging.recipe.rules import FREE_TEXT
from imaging.template_files.json_values import Json
from imaging.template_files.repair_list import Place
from imaging.template_files.spelling import same_but_for_case

_COMMA_LISTS = {"replicationRegions", "targetRegions", "userAssignedIdentities", "validExitCodes"}
_RESOURCE_ID = re.compile(r"subscriptions/[0-9a-f-]{36}/", re.IGNORECASE)
_REGION_LISTS = {"replicationRegions"}


def converted(value: Json, schema: Mapping[str, Any], place: Place) -> Json:
    """Convert a value to the kind that its place wants, if that has one meaning.

    Args:
        value: as written.
        schema: of the place, without references.
        place: where it is.

    Returns:
        The converted value, or the very same object.
    """
    if choices := _choices(schema):
        return _chosen(value, choices)
    if place[-1:] == ("userAssignedIdentities",) and schema.get("type") == "object":
        return _identities(value)
    convert = _CONVERTERS.get(schema.get("type", ""))
    return convert(value, place) if convert else value


def _whole_number(value: Json, _place: Place) -> Json:
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,9}\s*", value):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _switch(value: Json, _place: Place) -> Json:
    words = {"true": True, "false": False}
    return words.get(value.strip().lower(), value) if isinstance(value, str) else value


def _choices(schema: Mapping[str, Any]) -> list[str]:
    """List the words of which the text has to be one; none if it is free."""
    return [schema["const"]] if "const" in schema else list(schema.get("enum", []))


def _chosen(value: Json, choices: list[str]) -> Json:
    return same_but_for_case(str(value).strip(), choices) or value


def _text(value: Json, place: Place) -> Json:
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if not isinstance(value, str) or FREE_TEXT.intersection(place):
        return value
    changed = _normal(value, place)
    return value if changed == value else changed


def _normal(text: str, place: Place) -> str:
    """Write a text as its place has it, where that is a matter of case, blanks and slashes."""
    if _is_region(place):
        return re.sub(r"\s", "", text).lower()
    if place[-1:] == ("sha256Checksum",):
        return text.lower()
    if place[-2:] == ("source", "version") and text.lower() == "latest":
        return "latest"
    resource_id = text.strip("/ \t\r\n")
    return f"/{resource_id}" if _RESOURCE_ID.match(resource_id) else text


def _list(value: Json, place: Place) -> Json:
    if isinstance(value, str) and place[-1] in _COMMA_LISTS:
        parts: list[Json] = [part.strip() for part in value.split(",") if part.strip()]
        return _items(parts, place)
    if isinstance(value, list):
        items = _items(value, place)
        return value if items == value else items
    if isinstance(value, dict) and place[-1] == "userAssignedIdentities":
        return list(value)  # the form of `identity`, whose values say nothing
    if isinstance(value, str | dict | int) and not isinstance(value, bool):
        return [] if value == {} else [value]
    return value


def _items(items: list[Json], place: Place) -> list[Json]:
    if place[-1] in _REGION_LISTS:
        return [item for item in items if item != ""]
    if place[-1] == "targetRegions":
        return [{"name": item} if isinstance(item, str) else item for item in items]
    return items


def _identities(value: Json) -> Json:
    listed = [value] if isinstance(value, str) else value
    if isinstance(listed, list) and all(isinstance(one, str) for one in listed):
        return {str(one): {} for one in listed}
    if isinstance(value, dict) and None in value.values():
        return {name: {} if item is None else item for name, item in value.items()}
    return value


def _is_region(place: Place) -> bool:
    if place[-1:] == ("location",):
        return True
    if place[-1:] == ("name",) and "targetRegions" in place:
        return True
    return any(name in place for name in _REGION_LISTS)


_CONVERTERS: dict[str, Callable[[Json, Place], Json]] = {
    "array": _list,
    "boolean": _switch,
    "integer": _whole_number,
    "string": _text,
}
