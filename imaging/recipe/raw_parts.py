"""Parts of a recipe's JSON without trust, so that rules also run on broken ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from imaging.errors import Fault
from imaging.recipe.showing import join_path


@dataclass(frozen=True)
class Part:
    """A value of the JSON and its place; asking a wrong shape for more gives nothing."""

    value: Any
    place: tuple[str | int, ...] = ()

    def __getitem__(self, key: str) -> Part:
        """The part below a key; its value is None when there is none."""
        found = self.value.get(key) if isinstance(self.value, Mapping) else None
        return Part(found, (*self.place, key))

    def has(self, key: str) -> bool:
        """Say whether the key is there.

        Args:
            key: a property's name.
        """
        return isinstance(self.value, Mapping) and key in self.value

    def items(self) -> Iterator[Part]:
        """Go through the entries of a list."""
        if isinstance(self.value, list):
            for index, value in enumerate(self.value):
                yield Part(value, (*self.place, index))

    def texts(self) -> Iterator[Part]:
        """Go through all texts at and below this part."""
        if isinstance(self.value, str):
            yield self
        elif isinstance(self.value, Mapping):
            for key in self.value:
                yield from self[key].texts()
        else:
            for item in self.items():
                yield from item.texts()

    def text(self) -> str:
        """The value if it is a text, else nothing."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def has_value(self) -> bool:
        """Whether there is anything here."""
        return self.value is not None

    @property
    def path(self) -> str:
        """The place as people write it."""
        return join_path(self.place)

    def fault(self, message: str) -> Fault:
        """Make a fault of this place.

        Args:
            message: what is wrong and what to do.
        """
        return Fault(self.path, message)
