"""What only a deployment knows: places that people can name, and functions nobody can compute."""

from __future__ import annotations

from imaging.template_files.expressions import Call, Expression, Literal, Member
from imaging.template_files.functions import is_known

# Functions whose answer belongs to a place; people can give each part of it by its whole path.
_SURROUNDINGS = {
    "deployment": "deployment",
    "environment": "environment",
    "resourcegroup": "resourceGroup",
    "subscription": "subscription",
    "tenant": "tenant",
}
_DEPLOYMENT_ONLY = {
    "guid",
    "list",
    "listkeys",
    "newguid",
    "reference",
    "uniquestring",
    "utcnow",
}
_PATHS = {
    name.lower(): name
    for name in (
        "resourceGroup().id",
        "resourceGroup().location",
        "resourceGroup().name",
        "subscription().id",
        "subscription().subscriptionId",
        "subscription().tenantId",
    )
}


def surrounding_path(expression: Expression) -> str | None:
    """Write `resourceGroup().location` and the like as a name, or return None."""
    keys: list[str] = []
    while isinstance(expression, Member) and isinstance(expression.key, Literal):
        keys.insert(0, str(expression.key.value))
        expression = expression.whole
    if not isinstance(expression, Call) or expression.function not in _SURROUNDINGS:
        return None
    path = ".".join([f"{_SURROUNDINGS[expression.function]}()", *keys])
    return _PATHS.get(path.lower(), path)


def why_not(call: Call) -> str:
    """Say why a function is not computed."""
    if "." in call.name:
        return f"{call.name}() is a function of the deployment's own"
    if is_known(call.function) and call.function not in _DEPLOYMENT_ONLY:
        return f"{call.name}() does not fit what stands between its brackets"
    if call.function in _DEPLOYMENT_ONLY:
        return f"{call.name}() is known only to the deployment"
    return f"{call.name}() is not computed here"
