"""One printed table of what was measured, each figure beside the naive way or its budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

_WIDTH = 150


@dataclass(frozen=True)
class Row:
    """One figure.

    Args:
        what: what was measured, with its conditions.
        kiln: Kiln's figure, with unit.
        compared: the naive way's figure, measured in the same run, or the budget.
        ratio: how the two compare.
        holds: whether the budget is met; None where there is none.
    """

    what: str
    kiln: str
    compared: str
    ratio: str
    holds: bool | None = None


def show(title: str, measured: Mapping[str, list[Row]]) -> bool:
    """Print the rows of every benchmark; answer whether every budget is met."""
    table = Table(title=title, title_justify="left", expand=False)
    for heading in ("benchmark", "what", "Kiln", "compared with", "ratio", "budget"):
        table.add_column(heading, overflow="fold")
    for name, rows in measured.items():
        for place, row in enumerate(rows):
            verdict = {True: "met", False: "MISSED", None: ""}[row.holds]
            first = "" if place else name
            table.add_row(first, row.what, row.kiln, row.compared, row.ratio, verdict)
        table.add_section()
    Console(width=_WIDTH).print(table)
    return all(row.holds is not False for rows in measured.values() for row in rows)
