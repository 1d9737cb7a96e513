"""JSON as the type checker sees it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
JsonObject: TypeAlias = "dict[str, Json]"


def is_deeper(value: Json, levels: int) -> bool:
    """Say whether a value has more levels than that, without going down into itself.

    Args:
        value: of any shape.
        levels: how many there may be.
    """
    level: list[Json] = [value]
    for _ in range(levels + 1):
        level = [item for one in level for item in _inside(one)]
    return bool(level)


def _inside(value: Json) -> Iterable[Json]:
    """List what is in a list or an object; an empty one counts as a level, too."""
    if isinstance(value, dict):
        return value.values() or [None]
    return (value or [None]) if isinstance(value, list) else ()
