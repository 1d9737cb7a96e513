"""Pydantic's errors in Kiln's own words, with the place written as people write it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from imaging.errors import Fault
from imaging.recipe.known_names import known_names, why_not_here
from imaging.recipe.showing import join_path, show
from imaging.recipe.strict_model import RULE_ERROR

_Place = tuple[str | int, ...]

_MUST_BE = {
    "string_type": "a text",
    "string_unicode": "a text without half of a character",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}
_BOUNDS = {"greater_than_equal": ("ge", "or more"), "less_than_equal": ("le", "or less")}
_TAG_ERRORS = ("union_tag_invalid", "union_tag_not_found")


def faults_of(error: ValidationError, document: Mapping[str, Any]) -> list[Fault]:
    """Translate everything that pydantic found.

    Args:
        error: what pydantic raised for the document.
        document: the recipe's JSON, needed to tell keys from the names of variants.
    """
    return [_fault(detail, document) for detail in error.errors(include_url=False)]


def _fault(detail: ErrorDetails, document: Mapping[str, Any]) -> Fault:
    place = _place(detail["loc"], document)
    kind = detail["type"]
    context = detail.get("ctx", {})
    if kind in _TAG_ERRORS:
        return _wrong_variant(place, detail["input"], context)
    if kind == "extra_forbidden":
        return Fault(join_path(place), _unknown_name(place, known_names(place[:-1], document)))
    if kind == "missing":
        return Fault(join_path(place), "is missing; it is required here")
    return Fault(join_path(place), f"is {show(detail['input'])}; {_wanted(kind, detail, context)}")


def _wanted(kind: str, detail: ErrorDetails, context: Mapping[str, Any]) -> str:
    if kind == RULE_ERROR:
        return str(context["problem"])
    if kind in _MUST_BE:
        return f"it must be {_MUST_BE[kind]}"
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return f"it must be {context[bound]} {words}"
    if kind == "literal_error":
        allowed = str(context["expected"]).replace("'", "")
        return _with_case(
            f"it must be {allowed}", detail["input"], allowed.replace(" or ", ", ").split(", ")
        )
    return f"Kiln cannot use it: {detail['msg']}"


def _wrong_variant(place: _Place, found: object, context: Mapping[str, Any]) -> Fault:
    key = str(context["discriminator"]).strip("'")
    if not isinstance(found, Mapping):
        return Fault(join_path(place), f"is {show(found)}; it must be an object")
    path = join_path((*place, key))
    if key not in found:
        return Fault(path, f"is missing; {_unknown_name_hint(found, key)}it says what kind this is")
    reason = why_not_here(str(found[key]).upper())
    if reason:
        return Fault(path, f"is {show(found[key])}; {reason}")
    allowed = str(context.get("expected_tags", "")).replace("'", "")
    wanted = f"it must be one of {allowed}" if allowed else "it must be a text"
    return Fault(
        path, f"is {show(found[key])}; {_with_case(wanted, found[key], allowed.split(', '))}"
    )


def _unknown_name_hint(found: Mapping[str, Any], key: str) -> str:
    twin = next((name for name in found if name.lower() == key), None)
    return f"write '{key}' instead of '{twin}': " if twin else ""


def _with_case(wanted: str, found: object, allowed: Sequence[str]) -> str:
    twin = next((name for name in allowed if str(found).lower() == name.lower()), None)
    return f"write '{twin}', AIB compares upper and lower case" if twin else wanted


def _unknown_name(place: _Place, known: Sequence[str]) -> str:
    name = str(place[-1])
    reason = why_not_here(name, at_the_top=len(place) == 1)
    twin = next((right for right in known if right.lower() == name.lower()), None)
    if twin:
        return f"is not known; write '{twin}', AIB compares upper and lower case"
    if reason:
        return reason
    nearest = get_close_matches(name, known, n=1, cutoff=0.7)
    if nearest:
        return f"is not known here; did you mean '{nearest[0]}'?"
    return (
        f"is not known here; known are {', '.join(known)}"
        if known
        else "is not known here; this object stays empty"
    )


def _place(location: Sequence[str | int], document: Mapping[str, Any]) -> _Place:
    """Drop what pydantic adds to a location: names of variants, and '[key]'."""
    place: list[str | int] = []
    current: object = document
    for part in location:
        if _is_variant(part, current) or part == "[key]":
            continue
        place.append(part)
        current = _child(current, part)
    return tuple(place)


def _is_variant(part: str | int, current: object) -> bool:
    if not isinstance(current, dict) or part in current:
        return False
    return part in (current.get("type"), current.get("scheme"))


def _child(current: object, part: str | int) -> object:
    if isinstance(current, dict):
        return current.get(part)
    if isinstance(current, list) and isinstance(part, int) and part < len(current):
        return current[part]
    return None
