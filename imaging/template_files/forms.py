"""Forms in which people keep a template: resource, ARM deployment, export of the command line."""

from __future__ import annotations

from collections.abc import Mapping

from imaging.recipe.showing import show
from imaging.template_files.deployment_values import DeploymentValues
from imaging.template_files.json_values import Json, JsonObject, find
from imaging.template_files.misplaced import put_in_place
from imaging.template_files.repair_list import Repairs
from imaging.template_files.scopes import Scope, is_template, resources_in, type_of
from imaging.template_files.spelling import right_name
from imaging.template_files.unresolved import TooMuchError, UnresolvedError
from imaging.template_files.wrappings import unwrapped

_KIND = "microsoft.virtualmachineimages/imagetemplates"
_ENVELOPE = {
    "$schema": "it describes an ARM deployment",
    "api-version": "Kiln chooses the API version",
    "apiversion": "Kiln chooses the API version",
    "changedtime": "it is read-only",
    "comments": "it is a remark",
    "condition": "it belongs to a deployment",
    "contentversion": "it belongs to a deployment",
    "createdtime": "it is read-only",
    "dependson": "it belongs to a deployment",
    "etag": "it is read-only",
    "id": "it is read-only",
    "metadata": "it belongs to a deployment",
    "name": "Kiln names each template itself",
    "resourcegroup": "the setting BUILD_RESOURCE_GROUP says it",
    "resourcegroupname": "the setting BUILD_RESOURCE_GROUP says it",
    "resourceid": "it is read-only",
    "resourcename": "Kiln names each template itself",
    "resources": "Kiln makes only the image",
    "resourcetype": "every recipe is an image template",
    "scope": "it belongs to a deployment",
    "subscriptionid": "the setting AZURE_SUBSCRIPTION_ID says it",
    "systemdata": "it is read-only",
    "tagstable": "the tags say the same",
    "type": "every recipe is an image template",
}
_TOP = {
    "$schema",
    "artifact",
    "description",
    "identity",
    "location",
    "parameters",
    "properties",
    "tag",
    "tags",
}
_MAX_CHOICE = 10
_WORK_PER_CONDITION = 5_000
_INSIDE = {"source", "customize", "distribute"}


def resource_of(
    document: Json, values: Mapping[str, str], repairs: Repairs
) -> tuple[JsonObject, Scope] | None:
    """Take the one image template out of whatever holds it.

    Args:
        document: the file's JSON.
        values: what people gave for parameters, by lower-case names.
        repairs: gets what was left out, or why nothing could be taken.

    Returns:
        The template as a resource and the scope of its expressions, or None if there is none.
    """
    document, passed = unwrapped(document, repairs)
    if not isinstance(document, dict):
        what = f"the file holds {show(document)}, no JSON object with an image template in it"
        repairs.refused((), what)
        return None
    if isinstance(find(document, "resources"), list | dict) and not _has_properties(document):
        return _only_template(Scope(document, passed), values, repairs)
    problem = _what_it_is(document, repairs)
    if problem:
        repairs.refused((), problem)
        return None
    resource = _with_properties(_without_body(document, repairs), repairs)
    return put_in_place(resource, repairs), Scope(document)


def without_envelope(resource: Mapping[str, Json], repairs: Repairs) -> JsonObject:
    """Leave out what only a deployment or an export has beside the template itself.

    Args:
        resource: the template.
        repairs: gets what was left out.
    """
    kept: JsonObject = {}
    for key, value in resource.items():
        why = _ENVELOPE.get(key.lower())
        if why is None or (key == "$schema" and "deployment" not in str(value).lower()):
            kept[key] = value
        else:
            repairs.dropped((key,), why, value)
    return kept


def _only_template(
    deployment: Scope, values: Mapping[str, str], repairs: Repairs
) -> tuple[JsonObject, Scope] | None:
    found = list(resources_in(deployment, deployment.deployment))
    templates = [item for item in found if is_template(item[0])]
    if 1 < len(templates) <= _MAX_CHOICE:
        templates = [item for item in templates if _is_made(*item, values)]
    if len(templates) != 1:
        count = "no" if not templates else str(len(templates))
        what = f"holds {count} resources of type Microsoft.VirtualMachineImages/imageTemplates"
        repairs.refused(("resources",), f"{what}; a recipe is exactly one")
        return None
    resource, scope = templates[0]
    for item, _ in found:
        if item is not resource:
            kind = str(find(item, "type"))
            repairs.dropped(("resources",), "Kiln makes only the image", kind)
    repairs.changed(("resources",), "taken out of an ARM deployment", "deployment", "template")
    if scope.is_looped or find(resource, "copy") is not None:
        what = "is made by a loop, 'copy'; a recipe is one template: write out the one you mean"
        repairs.refused(("resources",), what)
        resource = {key: value for key, value in resource.items() if key.lower() != "copy"}
    return put_in_place(resource, repairs), scope


def _is_made(resource: JsonObject, scope: Scope, values: Mapping[str, str]) -> bool:
    """Say whether a deployment makes a resource; what only Azure knows, it might."""
    conditions = (*scope.conditions, (find(resource, "condition"), scope))
    return all(_may_hold(condition, where, values) for condition, where in conditions)


def _may_hold(condition: Json, scope: Scope, values: Mapping[str, str]) -> bool:
    try:
        return DeploymentValues(scope, values, _WORK_PER_CONDITION).compute(condition) is not False
    except (UnresolvedError, TooMuchError, RecursionError):
        return True


def _what_it_is(document: JsonObject, repairs: Repairs) -> str | None:
    """Say what a file is that is certainly no image template."""
    if "deploymentparameters" in str(find(document, "$schema")).lower():
        way_out = ", and give the values with --set NAME=…" if repairs.takes_values else ""
        return f"is a file of parameters; bring the template{way_out}"
    kind = type_of(document)
    if kind.startswith(f"{_KIND}/") or ("/" in kind and kind != _KIND):
        return f"is a resource of type {show(find(document, 'type'))}, no image template"
    parts = {"artifact", "properties", *_INSIDE}
    if _has_properties(find(document, "body")) or any(
        right_name(key, parts, ()) in parts for key in document
    ):
        return None
    return "holds no image template: there are no 'properties' with source and distribute in it"


def _without_body(document: JsonObject, repairs: Repairs) -> JsonObject:
    """Take the `body` that Terraform's azapi wraps around properties and identity."""
    body = find(document, "body")
    if not isinstance(body, dict) or not _has_properties(body):
        return document
    repairs.changed(("body",), "taken out of what azapi wraps around it", "body", "template")
    ours = _TOP | _ENVELOPE.keys()
    kept = {key: value for key, value in document.items() if key.lower() in ours}
    for key, value in document.items():
        if key not in kept and key.lower() != "body":
            repairs.dropped((key,), "it belongs to azapi", value)
    return kept | body


def _has_properties(resource: Json) -> bool:
    return find(resource, "properties") is not None


def _with_properties(document: JsonObject, repairs: Repairs) -> JsonObject:
    """Put the properties back where an export of the command line has flattened them."""
    lower = {key.lower() for key in document}
    if _has_properties(document) or not _INSIDE & lower:
        return document
    outside = _TOP | _ENVELOPE.keys()
    top = {key: value for key, value in document.items() if key.lower() in outside}
    inside = {key: value for key, value in document.items() if key not in top}
    repairs.changed(("properties",), "moved in", ", ".join(sorted(inside)), "properties")
    return {**top, "properties": inside}
