"""Deployments within deployments: where a template stands, and what reaches it from outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from imaging.template_files.json_values import Json, JsonObject

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
    """

    deployment: Mapping[str, Json]
    passed: Mapping[str, Json] = field(default_factory=dict)
    places: Mapping[str, Json] = field(default_factory=dict)
    outer: Scope | None = None


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
    return kind == _KIND or (kind == _SHORT_KIND and "properties" in resource)


def type_of(resource: Mapping[str, Json]) -> str:
    """Return a resource's type in lower case, without an API version behind it."""
    return str(resource.get("type", "")).lower().partition("@")[0]


def _resources(
    scope: Scope, deployment: Mapping[str, Json], depth: int
) -> Iterator[tuple[JsonObject, Scope]]:
    resources = deployment.get("resources")
    listed = list(resources.values()) if isinstance(resources, dict) else resources
    for resource in listed if isinstance(listed, list) else []:
        if not isinstance(resource, dict):
            continue
        inner = _template_of(resource)
        if inner is None or depth == 0:
            yield resource, scope
        else:
            yield from _resources(_inner_scope(resource, inner, scope), inner, depth - 1)


def _template_of(resource: Mapping[str, Json]) -> JsonObject | None:
    properties = resource.get("properties")
    if type_of(resource) != _DEPLOYMENT or not isinstance(properties, dict):
        return None
    template = properties.get("template")
    return template if isinstance(template, dict) else None


def _inner_scope(resource: JsonObject, inner: JsonObject, outer: Scope) -> Scope:
    """Choose the scope of a nested deployment; by default its expressions are the outer one's."""
    properties = resource["properties"]
    options = properties.get("expressionEvaluationOptions") if isinstance(properties, dict) else 0
    is_inner = isinstance(options, dict) and str(options.get("scope")).lower() == "inner"
    if not is_inner or not isinstance(properties, dict):
        return outer
    given = properties.get("parameters")
    passed = {
        name.lower(): value["value"]
        for name, value in (given.items() if isinstance(given, dict) else ())
        if isinstance(value, dict) and "value" in value
    }
    sent_to = {
        "resourceGroup().name": resource.get("resourceGroup"),
        "subscription().subscriptionId": resource.get("subscriptionId"),
    }
    places = {name: value for name, value in sent_to.items() if value is not None}
    return Scope(inner, passed, places, outer)
