"""Deployments within deployments: where a template stands, and what reaches it from outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from imaging.template_files.json_values import Json, JsonObject, find

_DEPLOYMENT = "microsoft.resources/deployments"
_KIND = "microsoft.virtualmachineimages/imagetemplates"
_SHORT_KIND = "microsoft.virtualmachineimages"
_MAX_DEPTH = 20


@dataclass(frozen=True)
class Scope:
    """What the expressions of a deployment refer to.

    Args:
        deployment: for its `parameters`, `variables` and `functions`.
        passed: what the deployment around it passes, by lower-case names of parameters.
        places: group and subscription that it is sent to, by the names that `--set` has for them.
        outer: the deployment around it, whose expressions `passed` and `places` are.
        is_looped: whether it, or one around it, is made by a loop.
        conditions: under which it and those around it are made, each with its scope.
    """

    deployment: Mapping[str, Json]
    passed: Mapping[str, Json] = field(default_factory=dict)
    places: Mapping[str, Json] = field(default_factory=dict)
    outer: Scope | None = None
    is_looped: bool = False
    conditions: tuple[tuple[Json, Scope], ...] = ()


def resources_in(
    scope: Scope, deployment: Mapping[str, Json]
) -> Iterator[tuple[JsonObject, Scope]]:
    """List the resources of a deployment and of those within it, each with its scope.

    Args:
        scope: of the expressions in the deployment.
        deployment: that is gone through.
    """
    yield from _resources(scope, deployment, _MAX_DEPTH)


def is_template(resource: Mapping[str, Json]) -> bool:
    """Say whether a resource is an image template; Microsoft's samples shorten the type."""
    kind = type_of(resource)
    return kind == _KIND or (kind == _SHORT_KIND and find(resource, "properties") is not None)


def type_of(resource: Mapping[str, Json]) -> str:
    """Return a resource's type in lower case, without an API version behind it."""
    return str(find(resource, "type") or "").lower().partition("@")[0]


def _resources(
    scope: Scope, deployment: Mapping[str, Json], depth: int
) -> Iterator[tuple[JsonObject, Scope]]:
    resources = find(deployment, "resources")
    listed = list(resources.values()) if isinstance(resources, dict) else resources
    for resource in listed if isinstance(listed, list) else []:
        if not isinstance(resource, dict) or find(resource, "existing") is True:
            continue
        inner = _template_of(resource)
        if inner is None or depth == 0:
            yield resource, scope
        else:
            yield from _resources(_inner_scope(resource, inner, scope), inner, depth - 1)


def _template_of(resource: Mapping[str, Json]) -> JsonObject | None:
    template = find(find(resource, "properties"), "template")
    return template if type_of(resource) == _DEPLOYMENT and isinstance(template, dict) else None


def _inner_scope(resource: JsonObject, inner: JsonObject, outer: Scope) -> Scope:
    """Choose the scope of a nested deployment; by default its expressions are the outer one's."""
    is_looped = outer.is_looped or find(resource, "copy") is not None
    conditions = (*outer.conditions, (find(resource, "condition"), outer))
    properties = find(resource, "properties")
    evaluated = find(find(properties, "expressionEvaluationOptions"), "scope")
    if str(evaluated).lower() != "inner":
        return replace(outer, is_looped=is_looped, conditions=conditions)
    given = find(properties, "parameters")
    values = {
        name.lower(): _passed(entry)
        for name, entry in (given.items() if isinstance(given, dict) else ())
    }
    passed = {name: value for name, value in values.items() if value is not None}
    places: dict[str, Json] = {
        "resourceGroup().name": find(resource, "resourceGroup") or "[resourceGroup().name]",
        "subscription().subscriptionId": find(resource, "subscriptionId")
        or "[subscription().subscriptionId]",
    }
    return Scope(inner, passed, places, outer, is_looped, conditions)


def _passed(entry: Json) -> Json:
    """Take the value that is passed; Bicep may write the whole entry as an expression."""
    if isinstance(entry, str):
        return f"{entry.rstrip()[:-1]}.value]"
    return find(entry, "value")
