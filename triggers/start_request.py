"""The body of an HTTP start, checked by hand so that a starting host need not load more for it.

Forms: ``{"recipe": …, "artifact": …, "parameters": {…}}`` (the last two optional), or
``{"template": …, "deleteTemplate": false}`` for a template that exists.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Any

from imaging.arm_ids import ArmIdKind, parse_arm_id
from imaging.build_request import ExistingTemplate
from imaging.errors import RequestError
from imaging.limits import BLOB_NAME_MAX_LENGTH, NAME_PATTERN, START_BODY_MAX_BYTES
from imaging.names import is_blob_name
from settings import settings

_KNOWN = {"recipe", "artifact", "parameters", "template", "deleteTemplate"}
_EXAMPLE = '{"recipe": "webapp", "artifact": "webapp/18-1/webapp.zip"}'
_URL = re.compile(r"https?://", re.IGNORECASE)
_TEMPLATE_NAME = re.compile(NAME_PATTERN)


@dataclass(frozen=True)
class StartRequest:
    """What a caller asked for; `recipe` is empty where `template` is given."""

    recipe: str
    artifact: str | None
    parameters: dict[str, str]
    template: ExistingTemplate | None

    def to_wire(self) -> dict[str, Any]:
        """Return the plain JSON form."""
        return asdict(self)


def read_start(body: bytes) -> StartRequest:
    """Read the body of an HTTP start.

    Raises:
        RequestError: it is not one of the two forms; names the property and the way out.
    """
    asked = _json_object(body)
    if unknown := sorted(set(asked) - _KNOWN):
        raise RequestError(
            f"unknown property {unknown[0][:80]!r}; known are: {', '.join(sorted(_KNOWN))}"
        )
    if "template" in asked:
        return StartRequest("", None, {}, _template(asked))
    if "deleteTemplate" in asked:
        raise RequestError("property 'deleteTemplate' goes with 'template'; leave it out")
    return StartRequest(_recipe(asked), _artifact(asked), _parameters(asked), None)


def _json_object(body: bytes) -> dict[str, Any]:
    if len(body) > START_BODY_MAX_BYTES:
        raise RequestError(f"the body has {len(body)} bytes; at most {START_BODY_MAX_BYTES} fit")
    if not body.strip():
        raise RequestError(f"the body is empty; send {_EXAMPLE}")
    try:
        asked: Any = json.loads(body, object_pairs_hook=_without_doubles)
        json.dumps(asked, ensure_ascii=False).encode()  # half a character is no text
    except json.JSONDecodeError as error:
        raise RequestError(f"the body is not JSON: {error}; send {_EXAMPLE}") from None
    except (ValueError, RecursionError):
        raise RequestError(f"the body is not JSON that can be read; send {_EXAMPLE}") from None
    if not isinstance(asked, dict):
        raise RequestError(f"the body is JSON, but no object; send {_EXAMPLE}")
    return asked


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that stands twice: readers differ in which of the two counts."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise RequestError(f"property {name[:80]!r} stands twice; leave one out")
        found[name] = value
    return found


def _recipe(asked: dict[str, Any]) -> str:
    name = asked.get("recipe")
    if not isinstance(name, str) or not name:
        raise RequestError(f"property 'recipe' must be the name of a recipe; send {_EXAMPLE}")
    return name


def _artifact(asked: dict[str, Any]) -> str | None:
    name = asked.get("artifact")
    if name is None:
        return None
    if not isinstance(name, str) or not is_blob_name(name) or _URL.match(name):
        raise RequestError(
            "property 'artifact' must be the name of a blob in the intake container, as"
            " webapp/18-1/webapp.zip, or left out; it is no URL, has no '.' or '..' among its"
            f" folders and {BLOB_NAME_MAX_LENGTH:,} characters at most"
        )
    return name


def _parameters(asked: dict[str, Any]) -> dict[str, str]:
    values = asked.get("parameters", {})
    if not isinstance(values, dict):
        raise RequestError("property 'parameters' must be an object of names and values")
    return {name: _parameter(name, value) for name, value in values.items()}


def _parameter(name: str, value: object) -> str:
    """Return a value as the text that an upload's metadata would have."""
    if isinstance(value, bool | int):
        return json.dumps(value)
    if not isinstance(value, str):
        raise RequestError(f"parameter {name[:80]!r} must be a text, a whole number, true or false")
    return value


def _template(asked: dict[str, Any]) -> ExistingTemplate:
    if extra := sorted(set(asked) - {"template", "deleteTemplate"}):
        raise RequestError(f"property {extra[0]!r} does not go with 'template'; leave one out")
    wanted, deletes = asked["template"], asked.get("deleteTemplate", False)
    if not isinstance(deletes, bool):
        raise RequestError("property 'deleteTemplate' must be true or false")
    return ExistingTemplate(_template_name(wanted), deletes)


def _template_name(wanted: object) -> str:
    if isinstance(wanted, str) and _TEMPLATE_NAME.fullmatch(wanted):
        return wanted
    template = parse_arm_id(ArmIdKind.IMAGE_TEMPLATE, wanted) if isinstance(wanted, str) else None
    if template is None:
        raise RequestError(
            "property 'template' must be the name of an image template in"
            f" {settings().build_resource_group}, or the resource id of one:"
            f" {ArmIdKind.IMAGE_TEMPLATE.form}"
        )
    if template.subscription_id.lower() != settings().subscription_id.lower():
        raise RequestError(
            f"template '{template.name}' lies in subscription {template.subscription_id}; Kiln runs"
            f" those of its own subscription, {settings().subscription_id}"
        )
    if template.resource_group.lower() == settings().build_resource_group.lower():
        return template.name
    return str(wanted)
