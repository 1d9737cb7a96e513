"""JSON as the type checker sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
JsonObject: TypeAlias = "dict[str, Json]"


def find(value: Json | Mapping[str, Json], key: str) -> Json:
    """Find a property without regard to case, as ARM reads deployments; an exact match wins.

    Args:
        value: of any shape; what is no object has no properties.
        key: the right name.
    """
    if not isinstance(value, Mapping):
        return None
    if key in value:
        return value[key]
    return next((item for name, item in value.items() if name.lower() == key.lower()), None)


def texts_in(value: Json) -> Iterator[str]:
    """Go through all texts in a value.

    Args:
        value: of any shape.
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts_in(item)


def size_of(value: Json) -> int:
    """Say how much a value is, about: characters, items, or one."""
    return len(value) if isinstance(value, str | list | dict) else 1


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
