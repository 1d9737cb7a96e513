"""Builds that are under way when a new version is deployed must go on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.orchestrators.recorded_history import FOLDER, decisions

ACTIVITIES = Path(__file__).parents[2] / "activities"
TASK_SCHEDULED = 4
HISTORIES = sorted(FOLDER.glob("*.json"))


def test_there_are_histories_to_replay():
    """An empty folder would prove nothing."""
    assert len({path.name.split("_")[0] for path in HISTORIES}) >= 1
    assert len(HISTORIES) >= 15


def test_no_step_is_without_a_history():
    """A change of what nobody recorded would break builds unseen."""
    calls = [
        event["Name"]
        for path in HISTORIES
        for event in json.loads(path.read_text())["context"]["history"]
        if event["EventType"] == TASK_SCHEDULED
    ]
    steps = {path.stem for path in ACTIVITIES.glob("[!_]*.py")} - {
        "durable_step",
        "template_context",
    }
    assert set(calls) == steps


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_recorded_history_leads_to_the_same_decisions(path: Path):
    """Another order, name or argument of a call breaks every build that is under way."""
    recorded = json.loads(path.read_text())
    assert decisions(recorded["plan"], recorded["context"]) == recorded["decisions"]


def test_another_argument_of_one_call_is_noticed():
    """A comparison that accepts everything would prove nothing."""
    recorded = json.loads(next(p for p in HISTORIES if "success_0" in p.name).read_text())
    changed = json.dumps(recorded["context"]).replace("18-1/webapp.zip", "18-2/webapp.zip")
    assert decisions(recorded["plan"], json.loads(changed)) != recorded["decisions"]
