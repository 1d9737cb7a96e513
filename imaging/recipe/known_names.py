"""The names that a place of a recipe knows, and why some others do not belong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from imaging.recipe.schema import recipe_schema

_READ_ONLY = "is read-only, AIB fills it in; leave it out"
_ENVELOPE = "belongs to an ARM deployment, not to a template; leave it out"
_REASONS_AT_THE_TOP = {
    **dict.fromkeys(
        (
            "apiVersion",
            "dependsOn",
            "resources",
            "parameters",
            "variables",
            "contentVersion",
            "type",
        ),
        _ENVELOPE,
    ),
    **dict.fromkeys(("id", "systemData"), _READ_ONLY),
    "name": "is not known here; Kiln names each template itself",
}
_REASONS = {
    "autoRun": "would start a run beside Kiln's own; leave it out, Kiln starts the run",
    "ISO": "ISO sources were removed from AIB; start from a PlatformImage or an image of your own",
    "script": "is not known here; did you mean 'scriptUri'?",
    "aritfactTags": "is not known here; did you mean 'artifactTags'?",
    **dict.fromkeys(
        (
            "provisioningState",
            "provisioningError",
            "lastRunStatus",
            "exactVersion",
            "exactStagingResourceGroup",
            "principalId",
            "clientId",
        ),
        _READ_ONLY,
    ),
}


def why_not_here(name: str, *, at_the_top: bool = False) -> str | None:
    """Say why a well-known name or kind is not accepted, or None.

    Args:
        name: a property's name, or what stands in `type`.
        at_the_top: whether it stands beside `properties`, where deployments have their own names.
    """
    return _REASONS.get(name) or (_REASONS_AT_THE_TOP.get(name) if at_the_top else None)


def known_names(place: Sequence[str | int], document: Mapping[str, Any]) -> list[str]:
    """List the properties that an object at a place may have.

    Args:
        place: keys and indexes from the top down.
        document: the recipe, whose `type` and `scheme` choose between variants.
    """
    schema = _schema()
    here: Mapping[str, Any] = _resolve(schema, document)
    current: Any = document
    for part in place:
        current = current[part]
        step = here.get("items", {}) if isinstance(part, int) else _property(here, part)
        here = _resolve(step, current)
    return list(here.get("properties", {}))


@cache
def _schema() -> dict[str, Any]:
    return recipe_schema()


def _property(here: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = here.get("properties", {}).get(name, here.get("additionalProperties", {}))
    return found if isinstance(found, Mapping) else {}


def _resolve(schema: Mapping[str, Any], value: object) -> Mapping[str, Any]:
    """Follow a reference, or the variant that the value names."""
    if "discriminator" in schema:
        name = schema["discriminator"]["propertyName"]
        choice = value.get(name) if isinstance(value, Mapping) else None
        schema = {"$ref": schema["discriminator"]["mapping"].get(choice, "")}
    reference = str(schema.get("$ref", ""))
    return _schema()["$defs"].get(reference.rsplit("/", 1)[-1], {}) if reference else schema
