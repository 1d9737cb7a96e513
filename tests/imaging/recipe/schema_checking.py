"""As much of JSON Schema as the published one uses, for tests: what an editor would underline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
}


def underlined(value: object, schema: dict[str, Any], root: dict[str, Any]) -> list[str]:
    """List what an editor would underline.

    Args:
        value: a document or a part of it.
        schema: what it shall fit.
        root: the whole schema, with its `$defs`.
    """
    return [*_faults(value, schema, root, "$")]


def _faults(value: object, schema: dict[str, Any], root: dict[str, Any], at: str) -> Iterator[str]:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        yield from _faults(value, root["$defs"][name], root, at)
    for key in ("anyOf", "oneOf"):
        found = [[*_faults(value, choice, root, at)] for choice in schema.get(key, [])]
        if found and all(found):
            yield min(found, key=len)[0]
    yield from _plain_faults(value, schema, at)
    if isinstance(value, dict):
        yield from _member_faults(value, schema, root, at)
    for index, item in enumerate(value if isinstance(value, list) else []):
        yield from _faults(item, schema.get("items", {}), root, f"{at}[{index}]")


def _plain_faults(value: object, schema: dict[str, Any], at: str) -> Iterator[str]:
    wanted = _TYPES.get(schema.get("type", ""), (object,))
    if not isinstance(value, wanted) or (wanted == (int,) and isinstance(value, bool)):
        yield f"{at} is no {schema['type']}"
    if value not in schema.get("enum", [schema.get("const", value)]):
        yield f"{at} is no choice"
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{at} does not match"
    if isinstance(value, int) and not (
        schema.get("minimum", value) <= value <= schema.get("maximum", value)
    ):
        yield f"{at} is out of range"


def _member_faults(
    value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], at: str
) -> Iterator[str]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    for key in schema.get("required", []):
        if key not in value:
            yield f"{at} lacks {key}"
    for key, member in value.items():
        if key not in known and others is False:
            yield f"{at}.{key} is unknown"
        else:
            yield from _faults(member, known.get(key, others or {}), root, f"{at}.{key}")
