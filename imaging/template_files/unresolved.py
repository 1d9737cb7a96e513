"""Why an expression has no value."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Self

from imaging.template_files.json_values import Json

_WRITE_IT = "write the value"


class UnresolvedError(Exception):
    """An expression depends on what only the deployment would know; says on what.

    Args:
        what: what is not known.
        *names: under which names people can give it; none where they cannot.
        way_out: what people do about it.
    """

    def __init__(self, what: str, *names: str, way_out: str = _WRITE_IT) -> None:
        self.names = names
        self.way_out = way_out
        super().__init__(what)

    @property
    def is_final(self) -> bool:
        """Whether a value would not help."""
        return self.way_out != _WRITE_IT

    @classmethod
    def of_all(cls, errors: Iterable[Self]) -> Self:
        """Say everything that one expression depends on, each thing once.

        Args:
            errors: one or more.
        """
        listed = list(errors)
        whats = dict.fromkeys(str(error) for error in listed)
        names = dict.fromkeys(name for error in listed for name in error.names)
        way_out = next((error.way_out for error in listed if error.is_final), _WRITE_IT)
        return cls("; ".join(whats), *names, way_out=way_out)


class NotExactError(Exception):
    """A function cannot be computed exactly from what is given."""


class TooMuchError(Exception):
    """The deployment computes absurdly much; whatever is left of it stays open."""


def compute_all(computations: Iterable[Callable[[], Json]]) -> list[Json]:
    """Compute several values, so that everything that is missing is said at once.

    Args:
        computations: each gives a value, or raises an UnresolvedError.

    Raises:
        UnresolvedError: of all that did.
    """
    values: list[Json] = []
    errors: list[UnresolvedError] = []
    for compute in computations:
        try:
            values.append(compute())
        except UnresolvedError as error:
            errors.append(error)
    if errors:
        raise UnresolvedError.of_all(errors)
    return values
