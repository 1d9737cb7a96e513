"""How a build is shown while it goes on: its phases with their times, live or line by line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from localcloud.clock import Clock

_PHASES = {
    "ReadingRecipe": "Read the recipe",
    "ReadingTemplate": "Read the template",
    "CheckingSurroundings": "Check the surroundings",
    "StagingArtifact": "Stage the artifact",
    "CreatingTemplate": "Create the template",
    "Running": "Run the build",
    "FetchingRunOutput": "Fetch the run output",
    "CleaningUp": "Clean up",
}
# A build of a recipe reads no template, and one of an existing template makes none.
_ONLY_OF_TEMPLATES = {"ReadingTemplate"}
_ONLY_OF_RECIPES = {"ReadingRecipe", "CheckingSurroundings", "StagingArtifact", "CreatingTemplate"}
_ENDED = ("Succeeded", "Failed")
_MINUTE, _HOUR = 60, 3600


def duration(seconds: float) -> str:
    """Return a length of time as people say it."""
    whole = int(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02} min"


def has_ended(document: dict[str, Any]) -> bool:
    """Tell whether a build has come to its end."""
    return document["state"] in _ENDED


class BuildView:
    """A build's phases as a table that rich can render again and again.

    Args:
        clock: the cloud's clock, which the build's times are of.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._document: dict[str, Any] = {"state": "Queued"}
        self._began: dict[str, datetime] = {}
        self._spinner = Spinner("dots", style="cyan")
        self._told = ""
        self._sub_state = ""

    def update(self, document: dict[str, Any]) -> None:
        """Take in what the app says of the build now."""
        self._document = document
        phase = document.get("phase")
        if phase in _PHASES and phase not in self._began:
            self._began[phase] = self._clock.now()
        # Between two looks of the plan nothing is told; what was seen last still holds.
        self._sub_state = (
            document.get("runSubState") or self._sub_state or document.get("runState") or ""
        )

    def news(self) -> str | None:
        """Return elapsed time and news, if there are some, for output that is no terminal."""
        document = self._document
        phase = _PHASES.get(document.get("phase") or "", "")
        words = [document["state"]] if has_ended(document) or not phase else [phase, self._detail()]
        line = ": ".join(word for word in words if word)
        if line == self._told:
            return None
        self._told = line
        return f"{duration(document.get('elapsedSeconds', 0)):>12}  {line}"

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the phases."""
        table = Table.grid(padding=(0, 1))
        table.add_column(width=3, justify="right")
        table.add_column(min_width=22)
        table.add_column(justify="right", style="dim", min_width=10)
        table.add_column(style="cyan")
        has_recipe = self._document.get("recipe", "") is not None
        others = _ONLY_OF_TEMPLATES if has_recipe else _ONLY_OF_RECIPES
        for phase, title in _PHASES.items():
            if phase not in others:
                table.add_row(*self._row(phase, title))
        yield from console.render(table, options)

    def _row(self, phase: str, title: str) -> tuple[Text | Spinner, Text, str, str]:
        seconds = self._seconds(phase)
        if self._failed_in(phase):
            return Text("✗", "red"), Text(title, "red"), duration(seconds), ""
        if self._is_over(phase):
            return Text("✓", "green"), Text(title), duration(seconds), ""
        if phase == self._document.get("phase"):
            return self._spinner, Text(title, "bold"), duration(seconds), self._detail()
        return Text("·", "dim"), Text(title, "dim"), "", ""

    def _failed_in(self, phase: str) -> bool:
        return self._document["state"] == "Failed" and phase == self._document.get("phase")

    def _is_over(self, phase: str) -> bool:
        if has_ended(self._document):
            return phase in (self._document.get("phaseSeconds") or self._began)
        order = list(_PHASES)
        now = self._document.get("phase")
        return now in order and order.index(phase) < order.index(now)

    def _seconds(self, phase: str) -> float:
        reported: dict[str, int] = self._document.get("phaseSeconds") or {}
        if phase in reported:
            return reported[phase]
        if phase not in self._began:
            return 0.0
        order = list(_PHASES)
        later = [
            began for name, began in self._began.items() if order.index(name) > order.index(phase)
        ]
        end = min(later) if later else self._clock.now()
        return (end - self._began[phase]).total_seconds()

    def _detail(self) -> str:
        if self._document.get("phase") != "Running" or has_ended(self._document):
            return ""
        return self._sub_state
