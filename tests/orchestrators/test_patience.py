"""Azure is busy or away for a while, now and then; a build waits, but not for ever."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from imaging.errors import TransientError
from tests.orchestrators.plan_runner import (
    BUILD_ID,
    CREATED,
    Answer,
    ScriptedFunctions,
    busy,
    ended,
    refusal,
    results,
    run_plan,
    running,
    scripts,
    with_scripts,
)

STEPS = [
    "read_recipe",
    "check_surroundings",
    "stage_artifact",
    "create_template",
    "run_build",
    "fetch_run_output",
    "cleanup",
    "write_report",
]
AWAY = busy(reason="reading t_1: connection refused", throttled=False)
TRIES_IN_TEN_MINUTES = 8  # pauses of 5, 10, 20, 40, 80, 160 and 300 s


def outage(name: str, tries: int = TRIES_IN_TEN_MINUTES) -> Any:
    """Answer a step with nothing for so many tries, then as ever."""
    return results(*[AWAY] * (tries - 1), scripts()[name]({})["result"])


@pytest.mark.parametrize("name", STEPS)
async def test_an_outage_of_ten_minutes_fails_no_build(tmp_path: Path, name: str):
    """Whichever part of Azure it is, and whatever the build is doing."""
    done = await with_scripts(tmp_path, **{name: outage(name)})
    assert done.report["state"] == "Succeeded"
    assert done.functions.names().count(name) == TRIES_IN_TEN_MINUTES
    assert done.instance.status == "Completed"


async def test_an_outage_is_looked_at_soon_and_then_less_and_less(tmp_path: Path):
    """Most last some seconds; the others are not mended by asking."""
    done = await with_scripts(tmp_path, stage_artifact=outage("stage_artifact"))
    waited = 5 + 10 + 20 + 40 + 80 + 160 + 300
    assert waited <= done.report["phaseSeconds"]["StagingArtifact"] <= waited + 10


async def test_a_waiting_person_sees_what_the_build_waits_for(tmp_path: Path):
    """An engineer must not have to guess whether Kiln or Azure stands still."""
    done = await with_scripts(tmp_path, stage_artifact=outage("stage_artifact"))
    notices = [status["notice"] for status in done.functions.statuses]
    assert AWAY["reason"] in notices
    assert notices[-1] is None
    told = f"StagingArtifact: waited 7 times for Azure, 615 s in all: {AWAY['reason']}"
    assert told in done.report["notes"]


@pytest.mark.parametrize("name", STEPS[:4])
async def test_an_azure_that_stays_away_ends_the_build(tmp_path: Path, name: str):
    """After half an hour somebody should know."""
    done = await with_scripts(tmp_path, **{name: results(AWAY)})
    error = done.report["error"]
    assert error["code"] == "Unavailable"
    assert error["message"].endswith(f"the last time: {AWAY['reason']}")
    longest = done.report["phaseSeconds"]
    assert max(longest.values()) <= 30 * 60


async def test_a_service_that_names_its_pause_gets_it(tmp_path: Path):
    """Azure Resource Manager says `Retry-After` when it throttles."""
    done = await with_scripts(tmp_path, create_template=results(busy(47), CREATED))
    timers = [e for e in done.histories[BUILD_ID] if e["EventType"] == 10]
    assert len(timers) == 1
    assert done.report["phaseSeconds"]["CreatingTemplate"] >= 47


async def test_a_throttling_service_that_names_no_pause_is_asked_less_and_less(tmp_path: Path):
    """Five tries in 20 seconds would fail a build for a busy minute, and keep the service busy."""
    done = await with_scripts(tmp_path, create_template=results(*[busy()] * 6, CREATED))
    assert done.report["state"] == "Succeeded"
    waited = 30 + 60 + 120 + 240 + 300 + 300
    assert waited <= done.report["phaseSeconds"]["CreatingTemplate"] <= waited + 30


async def test_a_service_that_asks_for_tiny_pauses_is_not_asked_a_thousand_times(tmp_path: Path):
    """Each try is an event in a history that is replayed whole."""
    done = await with_scripts(tmp_path, create_template=results(busy(1)))
    assert done.report["error"]["code"] == "Throttled"
    assert done.functions.names().count("create_template") <= 15
    assert len(done.histories[BUILD_ID]) <= 200


async def test_looks_wait_for_as_long_as_a_throttling_service_asks(tmp_path: Path):
    """Else the looks themselves keep the throttling up."""
    unseen = {"run_state": "", "is_final": False, "run_sub_state": "", "wait_seconds": 600}
    done = await with_scripts(tmp_path, check_run=results(unseen, unseen, ended()))
    assert 1_200 <= done.report["phaseSeconds"]["Running"] <= 1_200 + 150


async def test_a_run_is_not_given_up_while_nobody_can_see_whether_it_began(tmp_path: Path):
    """A build that is reported as failed while its image is being made is worse than a wait."""
    started = outage("run_build", tries=14)
    done = await with_scripts(tmp_path, run_build=started)
    assert done.report["state"] == "Succeeded"
    assert done.report["phaseSeconds"]["Running"] >= 40 * 60


async def test_a_run_that_cannot_be_started_keeps_its_template(tmp_path: Path):
    """It may go on unseen, and AIB would refuse to delete it."""
    done = await with_scripts(tmp_path, run_build=results(AWAY))
    assert done.report["error"]["code"] == "Unavailable"
    assert done.report["templateKept"] is True
    assert done.report["phaseSeconds"]["Running"] <= 60 * 60


def _always_almost(name: str) -> Any:
    """Answer every third call of a step, and let the others wait for ten minutes."""
    plain, calls = scripts()[name], [0]

    def script(step: Answer) -> Any:
        calls[0] += 1
        return plain(step) if calls[0] % 3 == 0 else busy(600)

    return script


async def test_a_build_has_one_end_however_slow_every_step_is(tmp_path: Path):
    """Patience in each step adds up; a recipe's timeout must still mean something."""
    recipe = scripts()["read_recipe"]({})["result"] | {"timeout_minutes": 10}
    slow = {name: _always_almost(name) for name in STEPS[1:]}
    functions = ScriptedFunctions(
        scripts(**slow, read_recipe=results(recipe), check_run=results(running()))
    )
    done = await run_plan(tmp_path, functions)
    assert done.report["error"]["code"] == "TimedOut"
    deadline, reporting = timedelta(minutes=10 + 45 + 30), timedelta(minutes=30)
    assert timedelta(seconds=done.report["elapsedSeconds"]) <= deadline + reporting


async def test_a_build_that_ran_out_of_time_is_still_reported_with_patience(tmp_path: Path):
    """A report that is lost because it came late helps nobody."""
    recipe = scripts()["read_recipe"]({})["result"] | {"timeout_minutes": 10}
    done = await with_scripts(
        tmp_path,
        read_recipe=results(recipe),
        check_run=results(running()),
        write_report=outage("write_report"),
    )
    assert done.functions.names().count("write_report") == TRIES_IN_TEN_MINUTES
    assert done.report["warnings"] == []


async def test_a_crash_of_a_step_is_tried_again(tmp_path: Path):
    """A host may be moved in the middle of it."""
    lost = TransientError("cut off")
    done = await with_scripts(tmp_path, run_build=results(lost, lost, {"adopted": True}))
    assert done.functions.names().count("run_build") == 3
    assert done.report["state"] == "Succeeded"


async def test_what_will_never_work_is_not_waited_for(tmp_path: Path):
    """The caller waits for the answer."""
    refused = refusal("AccessDenied", "no right to write")
    done = await with_scripts(tmp_path, stage_artifact=results(AWAY, refused))
    assert done.report["error"] == refused["error"]
    assert done.functions.names().count("stage_artifact") == 2
