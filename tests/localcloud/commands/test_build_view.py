"""How a build is shown while it goes on."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from localcloud.clock import SkippingClock
from localcloud.commands.build_view import BuildView, duration, has_ended

_PLANS = Path(__file__).parents[3] / "orchestrators"
_REPORT = {
    "state": "Succeeded",
    "phase": "FetchingRunOutput",
    "phaseSeconds": {"ReadingRecipe": 1, "Running": 901, "CleaningUp": 130},
}


def shown(view: BuildView) -> list[str]:
    """Return the lines that a terminal would show."""
    output = io.StringIO()
    Console(file=output, width=80, force_terminal=False).print(view)
    return [line.rstrip() for line in output.getvalue().splitlines()]


def running(phase: str, sub_state: str | None = None) -> dict[str, Any]:
    """Return what the app says of a build in a phase."""
    return {"state": "Running", "phase": phase, "runState": "Running", "runSubState": sub_state}


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.9, "0 s"), (59, "59 s"), (60, "1 min 00 s"), (901, "15 min 01 s"), (7320, "2 h 02 min")],
)
def test_lengths_of_time_are_said_as_people_say_them(seconds: float, said: str) -> None:
    """Nobody reads 901 s."""
    assert duration(seconds) == said


def test_a_build_has_ended_when_it_succeeded_or_failed() -> None:
    """Following stops then, and must not stop before."""
    states = ("Queued", "Running", "Succeeded", "Failed")
    assert [has_ended({"state": state}) for state in states] == [False, False, True, True]


def test_phases_that_are_over_show_how_long_they_took() -> None:
    """That is what a person looks for: where the time goes."""
    clock = SkippingClock()
    view = BuildView(clock)
    view.update(running("ReadingRecipe"))
    clock.advance(timedelta(seconds=3))
    view.update(running("CreatingTemplate"))
    clock.advance(timedelta(seconds=20))
    lines = shown(view)
    assert lines[0].split() == ["✓", "Read", "the", "recipe", "3", "s"]
    assert lines[3].split()[1:] == ["Create", "the", "template", "20", "s"]
    assert lines[6].split() == ["·", "Clean", "up"]


def test_a_running_build_shows_what_aib_is_doing() -> None:
    """Customizing for 20 minutes and distributing for 20 minutes are different things."""
    view = BuildView(SkippingClock())
    view.update(running("Running", "Customizing"))
    assert shown(view)[4].endswith("Customizing")


def test_the_end_shows_the_times_of_the_report() -> None:
    """They are the plan's own, and right also for phases that nobody watched."""
    view = BuildView(SkippingClock())
    view.update(_REPORT)
    lines = shown(view)
    assert lines[4].split() == ["✓", "Run", "the", "build", "15", "min", "01", "s"]
    assert lines[6].startswith("  ✓ Clean up")


def test_every_phase_of_the_plan_has_a_name_for_people() -> None:
    """Without one, a build seems to go back to an earlier phase for a while."""
    plans = "".join(path.read_text() for path in _PLANS.glob("*.py"))
    phases = re.findall(r'\.enter\("(\w+)"', plans)
    lines = []
    for phase in phases:
        view = BuildView(SkippingClock())
        view.update(running(phase))
        lines.append(str(view.news()).split("  ")[-1])
    assert len(phases) >= 8
    assert "Running" not in lines


def test_a_build_of_an_existing_template_shows_its_own_phases() -> None:
    """Phases that it never enters would wait for ever in the list."""
    view = BuildView(SkippingClock())
    view.update({**running("ReadingTemplate"), "recipe": None})
    lines = shown(view)
    assert [line.split()[1:3] for line in lines[:2]] == [["Read", "the"], ["Run", "the"]]
    assert len(lines) == 4


def test_the_phase_that_failed_is_marked() -> None:
    """A tick there would be a lie."""
    view = BuildView(SkippingClock())
    view.update({**_REPORT, "state": "Failed", "phase": "Running"})
    assert shown(view)[4].startswith("  ✗ Run the build")


def test_news_come_once_each() -> None:
    """A log file must not fill with the same line five times a second."""
    view = BuildView(SkippingClock())
    told = []
    for document in (
        {"state": "Queued"},
        running("Running"),
        running("Running", "Building"),
        running("Running", None),
        _REPORT,
    ):
        view.update(document)
        told.append(view.news())
    words = [line and line.split("  ")[-1] for line in told]
    assert words == [
        "Queued",
        "Run the build: Running",
        "Run the build: Building",
        None,
        "Succeeded",
    ]


def test_news_tell_how_long_the_build_has_gone_on() -> None:
    """A log of a build that takes an hour is of no use without."""
    view = BuildView(SkippingClock())
    view.update({**running("Running", "Building"), "elapsedSeconds": 452})
    assert view.news() == "  7 min 32 s  Run the build: Building"
    view.update({**running("Running", "Building"), "elapsedSeconds": 482})
    assert view.news() is None
