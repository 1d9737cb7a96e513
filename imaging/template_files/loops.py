"""Loops of ARM deployments: `copy` in variables and properties ("Property iteration")."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from imaging.template_files.json_values import Json, JsonObject, find

_MAX_COUNT = 800  # "Copy limits"


@dataclass(frozen=True)
class Loop:
    """One loop that makes a list.

    Args:
        entry: as it is written: name, count and input.
    """

    entry: JsonObject

    @property
    def name(self) -> str:
        """Name of the property that becomes the list."""
        return str(find(self.entry, "name"))

    @property
    def count(self) -> Json:
        """How many items, perhaps as an expression."""
        return find(self.entry, "count")

    @property
    def item(self) -> Json:
        """What each item is made of."""
        return find(self.entry, "input")

    def may_be(self, count: int) -> bool:
        """Say whether ARM would take a count."""
        return 0 <= count <= _MAX_COUNT


def loops_of(value: Json) -> list[Loop]:
    """List the loops of an object; a property that is only called copy is none.

    Args:
        value: of any shape.
    """
    entries = find(value, "copy")
    if not isinstance(entries, list):
        return []
    whole = {"name", "count", "input"}
    loops = [
        Loop(entry)
        for entry in entries
        if isinstance(entry, dict) and whole <= {key.lower() for key in entry}
    ]
    return loops if len(loops) == len(entries) else []


class Loops:
    """The loops that go round at the moment, the innermost last."""

    def __init__(self) -> None:
        self._turns: list[tuple[str, int]] = []

    @contextmanager
    def turn(self, name: str, index: int) -> Iterator[None]:
        """Go into one turn of a loop and out of it again.

        Args:
            name: of the loop.
            index: of the turn, from 0.
        """
        self._turns.append((name.lower(), index))
        try:
            yield
        finally:
            self._turns.pop()

    def index(self, *arguments: Json) -> int:
        """Answer `copyIndex(name, offset)`, of which either may be left out.

        Raises:
            LookupError: there is no such loop.
        """
        names = [str(one).lower() for one in arguments if isinstance(one, str)]
        offsets = [one for one in arguments if isinstance(one, int)]
        fitting = [turn for name, turn in self._turns if not names or name == names[0]]
        return fitting[-1] + sum(offsets)
