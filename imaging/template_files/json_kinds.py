"""Values of the kind that a function takes; any other cannot be computed exactly."""

from __future__ import annotations

from imaging.template_files.json_values import Json, JsonObject
from imaging.template_files.unresolved import NotExactError


def as_list(value: Json) -> list[Json]:
    """Take a list.

    Raises:
        NotExactError: it is none.
    """
    if isinstance(value, list):
        return value
    raise NotExactError


def as_object(value: Json) -> JsonObject:
    """Take an object.

    Raises:
        NotExactError: it is none.
    """
    if isinstance(value, dict):
        return value
    raise NotExactError


def as_text(value: Json) -> str:
    """Take a text.

    Raises:
        NotExactError: it is none.
    """
    if isinstance(value, str):
        return value
    raise NotExactError


def as_truth(value: Json) -> bool:
    """Take what is true or false; ARM takes nothing else for it.

    Raises:
        NotExactError: it is neither.
    """
    if isinstance(value, bool):
        return value
    raise NotExactError
