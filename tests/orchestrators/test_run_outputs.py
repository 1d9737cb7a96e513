"""Whatever a run made is named, however the run ended: to build it again costs an hour."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.orchestrators.plan_runner import (
    IMAGE,
    NO_IMAGES,
    REQUEST,
    ScriptedFunctions,
    busy,
    ended,
    existing_template,
    results,
    run_plan,
    scripts,
    with_scripts,
)

WEBAPP = {"runOutputName": "webapp", "uri": f"{IMAGE}/versions/1.0.0"}
SECOND = {"runOutputName": "second", "uri": "/subscriptions/s/images/second"}
TWO_TARGETS = scripts()["read_recipe"]({})["result"] | {"run_output_names": ["webapp", "second"]}
DISTRIBUTION_FAILED = "Failed in distributing 1 images out of total 2: {[Error 0] [Distribute 1]"


def outputs(*images: dict[str, str]) -> dict[str, Any]:
    """Answer a look at the run outputs of two targets."""
    there = [image["runOutputName"] for image in images]
    missing = [name for name in ("webapp", "second") if name not in there]
    return {"images": list(images), "missing": missing}


async def test_a_run_that_distributed_in_part_names_what_is_there(tmp_path: Path):
    """It is no success, because a target is missing; but nobody has to build the other again."""
    done = await with_scripts(
        tmp_path,
        read_recipe=results(TWO_TARGETS),
        check_run=results(ended("PartiallySucceeded", DISTRIBUTION_FAILED)),
        fetch_run_output=results(outputs(WEBAPP)),
    )
    report = done.report
    assert (report["state"], report["phase"]) == ("Failed", "Running")
    assert report["images"] == [WEBAPP]
    assert report["outputs"] == {}, "a pipeline that does not look at the state must not go on"
    assert report["error"]["code"] == "RunPartiallySucceeded"
    assert report["error"]["message"] == (
        "these images were made all the same, look at them before you build again:"
        f" webapp is {WEBAPP['uri']}. AIB said: {DISTRIBUTION_FAILED}"
    )
    assert report["logLocation"]
    assert report["templateKept"] is True


async def test_an_image_that_comes_after_its_run_has_failed_is_found(tmp_path: Path):
    """AIB gives up on a slow replication that Compute finishes."""
    done = await with_scripts(
        tmp_path,
        read_recipe=results(TWO_TARGETS),
        check_run=results(ended("Failed", DISTRIBUTION_FAILED)),
        fetch_run_output=results(outputs(), outputs(WEBAPP), outputs(WEBAPP, SECOND)),
    )
    assert done.report["images"] == [WEBAPP, SECOND]
    assert done.report["warnings"] == []
    assert done.report["error"]["code"] == "RunFailed"


async def test_an_image_that_does_not_come_is_something_to_look_at(tmp_path: Path):
    """It may come an hour later."""
    done = await with_scripts(
        tmp_path,
        check_run=results(ended("Failed", "'context deadline exceeded'")),
        fetch_run_output=results(NO_IMAGES),
    )
    (warning,) = done.report["warnings"]
    assert warning.startswith("run outputs without an image when Kiln stopped looking: webapp;")
    assert done.functions.names().count("fetch_run_output") == 5
    assert done.report["phaseSeconds"]["Running"] <= 15 * 60


async def test_a_run_that_failed_in_a_customizer_is_not_waited_for(tmp_path: Path):
    """Nothing will come of it; one look is enough, because validations may fail afterwards."""
    done = await with_scripts(
        tmp_path,
        check_run=results(ended("Failed", "Packer build command has failed: exit status 1")),
        fetch_run_output=results(NO_IMAGES),
    )
    assert done.functions.names().count("fetch_run_output") == 1
    assert done.report["warnings"] == []


async def test_outputs_that_cannot_be_read_do_not_hide_why_the_run_failed(tmp_path: Path):
    """AIB's own message is what an engineer needs first."""
    away = busy(reason="reading run output webapp: 500", throttled=False)
    done = await with_scripts(
        tmp_path,
        check_run=results(ended("Failed", "exit status 1")),
        fetch_run_output=results(away),
    )
    assert done.report["error"] == {"code": "RunFailed", "message": "exit status 1"}
    assert "the run outputs could not be read" in done.report["warnings"][0]


async def test_the_outputs_of_an_earlier_run_are_not_taken_for_this_ones(tmp_path: Path):
    """An existing template keeps those of its last good run."""
    request = REQUEST | {
        "recipe_name": "",
        "artifact": None,
        "template": {"name": "theirs", "delete_afterwards": False},
    }
    functions = ScriptedFunctions(scripts(check_run=results(ended("Failed", "exit status 1"))))
    done = await run_plan(tmp_path, functions, request)
    assert existing_template()["earlier_run_start"]
    assert done.report["images"] == []
    assert "theirs ran before" in done.report["warnings"][0]


@pytest.mark.parametrize("state", ["Canceled", "PartiallySucceeded", "Failed"])
async def test_a_run_that_made_nothing_and_did_not_succeed_has_aibs_message(
    tmp_path: Path, state: str
):
    """Only Succeeded gives an image that somebody may rely on."""
    done = await with_scripts(
        tmp_path,
        check_run=results(ended(state, "stopped")),
        fetch_run_output=results(NO_IMAGES),
    )
    assert done.report["error"] == {"code": f"Run{state}", "message": "stopped"}


async def test_a_run_output_may_come_a_moment_late(tmp_path: Path):
    """Right after a run AIB may answer 404."""
    done = await with_scripts(
        tmp_path,
        fetch_run_output=results(NO_IMAGES, NO_IMAGES, {"images": [WEBAPP], "missing": []}),
    )
    assert done.report["outputs"]["imageUri"] == WEBAPP["uri"]
    assert done.report["phaseSeconds"]["FetchingRunOutput"] == 30


async def test_a_run_output_that_never_comes_does_not_hide_the_others(tmp_path: Path):
    """After two minutes it is no moment any more."""
    done = await with_scripts(
        tmp_path,
        read_recipe=results(TWO_TARGETS),
        fetch_run_output=results(outputs(SECOND)),
    )
    assert done.report["error"]["code"] == "RunOutputMissing"
    assert "AIB names no image for webapp" in done.report["error"]["message"]
    assert done.report["images"] == [SECOND]
    assert done.report["templateKept"] is True
    assert done.report["phaseSeconds"]["FetchingRunOutput"] == 120


async def test_a_run_that_only_validates_its_source_succeeds_without_an_image(tmp_path: Path):
    """With sourceValidationOnly AIB makes none; waiting for it would fail a good build."""
    recipe = scripts()["read_recipe"]({})["result"] | {"validates_only": True}
    done = await with_scripts(
        tmp_path, read_recipe=results(recipe), fetch_run_output=results(NO_IMAGES)
    )
    assert done.report["state"] == "Succeeded"
    assert done.report["images"] == []
    assert "imageUri" not in done.report["outputs"]
    assert done.functions.names().count("fetch_run_output") == 1
    assert "sourceValidationOnly: the source is valid, no image was made" in done.report["notes"]
