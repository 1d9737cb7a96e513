"""Writes a value into a document at a place that may not be there yet."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

Place = tuple[str | int, ...]


def write(document: dict[str, Any], place: Place, value: object) -> None:
    """Write a value, and the objects and lists above it.

    Args:
        document: gets it.
        place: keys and indexes from the top down; an index is the next one of its list.
        value: what to write.
    """
    here: Any = document
    for part, following in pairwise(place):
        here = _child(here, part, [] if isinstance(following, int) else {})
    _child(here, place[-1], value)


def _child(here: Any, part: str | int, otherwise: object) -> Any:  # noqa: ANN401 - JSON of any shape
    if isinstance(here, list):
        if part == len(here):
            here.append(otherwise)
        return here[int(part)]
    return here.setdefault(part, otherwise)
