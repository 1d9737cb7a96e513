"""The plan of a build: what is called, in which order, and what is reported."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from imaging import build_log
from tests.orchestrators.plan_runner import (
    BUILD_ID,
    IMAGE,
    REQUEST,
    SOURCE,
    ScriptedFunctions,
    ended,
    refusal,
    results,
    run_plan,
    running,
    scripts,
    template,
    with_scripts,
)


async def test_a_build_goes_through_its_steps_in_order(tmp_path: Path):
    """This is the product."""
    done = await with_scripts(tmp_path)
    assert done.functions.names() == [
        "read_recipe",
        "check_surroundings",
        "stage_artifact",
        "create_template",
        "check_template",
        "run_build",
        "check_run",
        "check_run",
        "check_run",
        "fetch_run_output",
        "cleanup",
        "write_report",
    ]
    assert done.report["state"] == "Succeeded"
    assert done.report["outputs"] == {
        "imageUri": f"{IMAGE}/versions/1.0.0",
        "pirPublisher": "Canonical",
        "pirOffer": "ubuntu",
        "pirSku": "22_04-lts",
        "pirVersion": "22.04.202611010",
    }


async def test_the_log_of_a_build_reads_like_the_old_tasks_log(tmp_path: Path):
    """People and scripts know these lines."""
    log = (await with_scripts(tmp_path)).report["log"]
    name = log[5].removeprefix("template name:  ")
    assert log == [
        "start reading task parameters...",
        "found build at:  webapp/18-1/webapp.zip",
        "end reading parameters",
        f"created archive kiln-staging/{BUILD_ID}/artifact.zip",
        build_log.source_image(SOURCE),
        f"template name:  {name}",
        "starting put template...",
        "put template:  Succeeded",
        "starting run template...",
        "run template:  Succeeded",
        "getting runOutput for  webapp",
        "=" * 78,
        "## task output variables ##",
        f"$(imageUri) =  {IMAGE}/versions/1.0.0",
        "$(pirPublisher) =  Canonical",
        "$(pirOffer) =  ubuntu",
        "$(pirSku) =  22_04-lts",
        "$(pirVersion) =  22.04.202611010",
        "=" * 78,
        f"deleting template {name}...",
        f"deleting storage blob kiln-staging\\{BUILD_ID}/artifact.zip",
        f"blob kiln-staging\\{BUILD_ID}/artifact.zip is deleted",
        "delete template:  Succeeded",
    ]
    assert name.startswith("t_17672")


async def test_a_replayed_plan_writes_each_line_of_the_apps_log_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    """The plan runs from its beginning at every episode, some thirty times in a build."""
    with caplog.at_level(logging.INFO, logger="orchestrators"):
        log = (await with_scripts(tmp_path)).report["log"]
    written = [each.getMessage() for each in caplog.records if each.name.startswith("orch")]
    told = [line for line in written if "phase_entered" not in line]
    assert told == [f"{line} build_id={BUILD_ID}" for line in log]
    phases = [line for line in written if "phase_entered" in line]
    assert len(phases) == len(set(phases)) > 5


async def test_the_report_is_kept_as_it_is_returned(tmp_path: Path):
    """The claim blob outlives Durable's history, so both must say the same."""
    done = await with_scripts(tmp_path)
    name, step = done.functions.calls[-1]
    assert (name, step["build_id"], step["report"]) == ("write_report", BUILD_ID, done.report)


async def test_every_step_gets_the_same_template_name(tmp_path: Path):
    """The name holds a time; made anew at a replay, a second template would appear."""
    done = await with_scripts(tmp_path)
    names = {s["template_name"] for _, s in done.functions.calls if s.get("template_name")}
    assert names == {done.report["templateName"]}


async def test_a_build_without_an_artifact_stages_nothing(tmp_path: Path):
    """An HTTP start may ask for an image from the recipe alone."""
    functions = ScriptedFunctions(scripts())
    done = await run_plan(tmp_path, functions, REQUEST | {"artifact": None})
    assert "stage_artifact" not in functions.names()
    assert done.report["state"] == "Succeeded"


async def test_a_second_start_of_an_ended_build_answers_its_report(tmp_path: Path):
    """Durable replaces a finished instance silently; the claim's report stops the second one."""
    earlier = {"state": "Succeeded", "outputs": {"imageUri": "/x"}}
    done = await with_scripts(tmp_path, read_recipe=results({"report": earlier}))
    assert done.functions.names() == ["read_recipe"]
    assert done.report == earlier


async def test_the_template_is_watched_until_it_is_gone(tmp_path: Path):
    """AIB deletes in about two minutes; nothing may be left behind."""
    gone = refusal("NotFound", "not found")
    done = await with_scripts(
        tmp_path,
        cleanup=results({"template_gone": False, "deleted_blobs": []}),
        check_template=results(template(), template("Deleting"), template("Deleting"), gone),
    )
    assert done.functions.names().count("cleanup") == 1
    assert done.report["log"][-1] == "delete template:  Succeeded"
    assert done.report["phaseSeconds"]["CleaningUp"] >= 110


async def test_the_status_shows_every_phase_and_stays_small(tmp_path: Path):
    """Durable fails an orchestration whose status is larger than 16 KB."""
    done = await with_scripts(tmp_path)
    phases = [status["phase"] for status in done.functions.statuses]
    assert list(dict.fromkeys(phases)) == [
        "ReadingRecipe",
        "CheckingSurroundings",
        "StagingArtifact",
        "CreatingTemplate",
        "Running",
        "FetchingRunOutput",
        "CleaningUp",
    ]
    assert all(len(str(status)) < 4096 for status in done.functions.statuses)
    last_lines = {s["lastLine"] for s in done.functions.statuses if s["phase"] == "Running"}
    assert "starting run template..." in last_lines


async def test_waiting_starts_anew_before_its_history_grows(tmp_path: Path):
    """Replay costs grow with the square of the history."""
    looks = [running()] * 100 + [ended()]
    done = await with_scripts(tmp_path, check_run=results(*looks))
    largest = max(len(context) for _, context in done.functions.contexts)
    assert done.report["state"] == "Succeeded"
    assert all(len(history) <= 200 for history in done.histories.values())
    assert largest <= 100_000
