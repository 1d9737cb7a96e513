"""Why an expression has no value."""

from __future__ import annotations


class UnresolvedError(Exception):
    """An expression depends on what only the deployment would know; says on what.

    Args:
        what: what is not known.
        name: under which name people can give it, or None.
    """

    def __init__(self, what: str, name: str | None = None) -> None:
        self.name = name
        super().__init__(what)


class TooMuchError(Exception):
    """The deployment computes absurdly much; whatever is left of it stays open."""
