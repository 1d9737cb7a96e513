"""What a deployment declares, found without regard to case as ARM finds it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from imaging.template_files.json_values import Json, JsonObject, find
from imaging.template_files.loops import loops_of
from imaging.template_files.unresolved import UnresolvedError

_SECRETS = {"secureobject", "securestring"}
_JSON_KINDS = {"array", "int", "object", "secureobject"}


class Declarations:
    """Parameters and variables of one deployment; `read` has the paths of those that were read.

    Args:
        deployment: an ARM template.
    """

    def __init__(self, deployment: Mapping[str, Json]) -> None:
        self.read: set[str] = set()
        self._parameters = _by_lower_name(find(deployment, "parameters"))
        self._definitions = _by_lower_name(find(deployment, "definitions"))
        self._variables = _by_lower_name(find(deployment, "variables"))
        for loop in loops_of(find(deployment, "variables")):
            self._variables[loop.name.lower()] = {"copy": [loop.entry]}

    def parameter(self, name: str) -> JsonObject:
        """Find the declaration of a parameter, with what its named type says.

        Args:
            name: in any case.

        Returns:
            Its keys are in lower case; nothing if it is not declared.
        """
        self.read.add(f"parameters.{name.lower()}")
        declared = _by_lower_name(self._parameters.get(name.lower()))
        kind = str(declared.get("$ref")).rpartition("/")[2].lower()
        return {**_by_lower_name(self._definitions.get(kind)), **declared}

    def variable(self, name: str) -> Json:
        """Find a variable.

        Args:
            name: in any case.

        Raises:
            UnresolvedError: there is none.
        """
        self.read.add(f"variables.{name.lower()}")
        if name.lower() not in self._variables:
            raise UnresolvedError(f"variables('{name}') has no value")
        return self._variables[name.lower()]


def is_secret(declared: JsonObject) -> bool:
    """Say whether a parameter is declared as a secret.

    Args:
        declared: what `Declarations` found.
    """
    return str(declared.get("type")).lower() in _SECRETS


def shown_secret(name: str) -> UnresolvedError:
    """Say what would become of a secret in a template, whether or not its value is known.

    Args:
        name: of the parameter.
    """
    return UnresolvedError(
        f"parameters('{name}') is a secret, which everyone sees who may read the recipe or the"
        " template",
        way_out="let the step read it from a Key Vault, with the build VM's identity",
    )


def typed(value: str, declared: JsonObject, name: str) -> Json:
    """Read a given value as JSON where the parameter is no text.

    Args:
        value: as people gave it.
        declared: what `Declarations` found.
        name: of the parameter.

    Raises:
        UnresolvedError: a switch is neither on nor off, which would choose something silently.
    """
    kind = str(declared.get("type")).lower()
    if kind == "bool":
        if value.lower() not in {"true", "false"}:
            raise UnresolvedError(f"parameters('{name}') is true or false", name)
        return value.lower() == "true"
    if kind in _JSON_KINDS:
        try:
            found: Json = json.loads(value)
        except (ValueError, RecursionError):
            return value
        return found
    return value


def member_of(whole: Json, key: Json) -> Json:
    """Take a property of an object, or an item of a list.

    Args:
        whole: of any shape.
        key: a name in any case, or an index.

    Raises:
        UnresolvedError: there is none.
    """
    if isinstance(whole, dict):
        found = {name.lower(): value for name, value in whole.items()}
        if str(key).lower() in found:
            return found[str(key).lower()]
    if isinstance(whole, list) and isinstance(key, int) and 0 <= key < len(whole):
        return whole[key]
    raise UnresolvedError(f"there is no '{key}' in the value before it")


def _by_lower_name(declared: Json) -> JsonObject:
    if not isinstance(declared, dict):
        return {}
    return {key.lower(): value for key, value in declared.items()}
