"""The door of this room: a template as it was found in, a recipe out, and the list of changes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from imaging.errors import Fault, RecipeError
from imaging.limits import RECIPE_MAX_BYTES, RECIPE_MAX_DEPTH
from imaging.recipe import read_recipe
from imaging.recipe.known_names import why_not_here
from imaging.recipe.raw_parts import Part
from imaging.recipe.schema import recipe_schema
from imaging.template_files.computing import Computing
from imaging.template_files.forms import resource_of, without_envelope
from imaging.template_files.json_values import Json, JsonObject, is_deeper
from imaging.template_files.lax_json import UnreadableError, read_lax_json
from imaging.template_files.repair_list import Repair, Repairs
from imaging.template_files.reshape import Reshape
from imaging.template_files.rewriting import rewrite

_REMARKS = r"\ufeff?(?:\s|//[^\n]*|/\*.*?\*/)*+"
_OTHER_LANGUAGES = {
    "Bicep; run `az bicep build` and bring the JSON that it makes": re.compile(
        _REMARKS
        + r"(?:(?:param|metadata|var|type|func)\s+\w|resource\s+\w|targetScope\s*=|@\w+[.(]"
        r"|(?:import|using)\s+['*{\w])",
        re.DOTALL,
    ),
    "Terraform; bring the JSON that `az resource show` prints for the template": re.compile(
        r"\ufeff?(?:\s|#[^\n]*|//[^\n]*|/\*.*?\*/)*+"
        r"(?:(?:resource|data|variable|module|provider|output)\s+\"|(?:terraform|locals)\s*\{)",
        re.DOTALL,
    ),
    "YAML; a recipe is JSON": re.compile(
        r"\ufeff?(?:\s|#[^\n]*\n)*+(?:---\s|[A-Za-z]\w*:\s)",
    ),
}
_SOURCE_DETAIL = re.compile(r"properties\.source\.(?!type$)")
_ORDER = ("$schema", "description", "location", "identity", "tags", "artifact", "properties")


class UnreadableTemplateError(RecipeError):
    """The file is not even lax JSON; a strict reader may have better words for it."""


@dataclass(frozen=True)
class RepairedTemplate:
    """A recipe made of a template, and what was changed on the way."""

    document: JsonObject
    repairs: list[Repair]


def repair_template(
    text: str, *, recipe_name: str = "template", values: Mapping[str, str] | None = None
) -> RepairedTemplate:
    """Make a recipe of a template file.

    Args:
        text: an AIB template as a resource, an ARM deployment or an export; comments and trailing
            commas are fine.
        recipe_name: for messages.
        values: for placeholders (`<region>` is `region`), parameters, and `resourceGroup().name`,
            `resourceGroup().location`, `subscription().subscriptionId`. None where people cannot
            give any, so that no message tells them to.

    Returns:
        A document that `read_recipe` accepts.

    Raises:
        RecipeError: with everything that cannot be kept, and what was repaired beside it.
    """
    repairs = Repairs(takes_values=values is not None)
    given = {name.lower(): value for name, value in (values or {}).items()}
    document = _read(text, repairs, recipe_name)
    found = resource_of(document, given, repairs)
    if found is None:
        raise RecipeError(recipe_name, repairs.faults, repairs.done)
    resource, scope = found
    repeated = list(repairs.faults)
    computing = Computing(scope, given, repairs)
    template = computing.template(without_envelope(resource, repairs))
    beside = [fault for fault in repeated if not computing.concerns(fault.path)]
    repairs.faults[:] = [fault for fault in repairs.faults if fault not in beside]
    reshaped = Reshape(_schema(), repairs).document(template)
    rewrite(reshaped, repairs)
    recipe = {key: reshaped[key] for key in sorted(reshaped, key=_order)}
    _refuse_faults(recipe_name, recipe, repairs)
    return RepairedTemplate(recipe, repairs.done)


def _read(text: str, repairs: Repairs, recipe_name: str) -> Json:
    for language, beginning in _OTHER_LANGUAGES.items():
        if beginning.match(text):
            raise RecipeError(recipe_name, [Fault("", f"is {language}")])
    try:
        return read_lax_json(text, repairs)
    except UnreadableError as error:
        raise UnreadableTemplateError(recipe_name, [Fault("", str(error))]) from None


@cache
def _schema() -> dict[str, Any]:
    return recipe_schema()


def _order(key: str) -> int:
    return _ORDER.index(key) if key in _ORDER else len(_ORDER)


def _refuse_faults(recipe_name: str, document: JsonObject, repairs: Repairs) -> None:
    """Let the recipe's own reader have the last word; the first fault of a place is kept."""
    faults = repairs.faults
    content = json.dumps(document, separators=(",", ":")).encode()
    problem = _size_problem(document, content)
    if problem and not faults:
        raise RecipeError(
            recipe_name, [Fault("properties", f"the recipe that this makes {problem}")]
        )
    try:
        read_recipe(recipe_name, content)
    except RecipeError as error:
        known = {fault.path for fault in faults}
        found = [fault for fault in error.faults if not _is_known(fault, known)]
        faults = [*faults, *map(repairs.without_hidden, found)]
    if _has_lost_source(document):
        faults = [fault for fault in faults if not _SOURCE_DETAIL.match(fault.path)]
    if faults:
        raise RecipeError(recipe_name, faults, repairs.done)


def _size_problem(document: JsonObject, content: bytes) -> str | None:
    """Say whether it makes more than a recipe may be, although the file itself is none too big."""
    if len(content) > RECIPE_MAX_BYTES:
        return f"has {len(content)} bytes; it must have at most {RECIPE_MAX_BYTES}"
    too_deep = is_deeper(document, RECIPE_MAX_DEPTH)
    return f"is nested deeper than {RECIPE_MAX_DEPTH} levels" if too_deep else None


def _has_lost_source(document: JsonObject) -> bool:
    """Say whether another source is needed, so that nobody fills in the rest of this one."""
    kind = Part(document)["properties"]["source"]["type"].text()
    return why_not_here(kind.upper()) is not None


def _is_known(fault: Fault, known_paths: set[str]) -> bool:
    """Say whether a fault only follows from one that was found before, at its place or above."""
    if fault.message.startswith(("is an expression of", "holds the placeholder")):
        return bool(known_paths)
    ends = (end.start() for end in re.finditer(r"[.\[]|$", fault.path))
    return any(fault.path[:end] in known_paths for end in ends)
