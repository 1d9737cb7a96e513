"""However a build ends, it ends with a report, and nothing is left that should not be."""

from __future__ import annotations

from pathlib import Path

from tests.orchestrators.plan_runner import (
    NO_IMAGES,
    busy,
    ended,
    refusal,
    results,
    running,
    scripts,
    template,
    with_scripts,
)


async def test_a_bad_recipe_costs_nothing_and_is_tried_once(tmp_path: Path):
    """A user's mistake must not become a retry storm."""
    refused = refusal("RecipeInvalid", "recipe 'webapp' has 1 fault: properties.source: is missing")
    done = await with_scripts(tmp_path, read_recipe=results(refused))
    assert done.functions.names() == ["read_recipe", "cleanup", "write_report"]
    assert done.report["state"] == "Failed"
    assert done.report["phase"] == "ReadingRecipe"
    assert done.report["error"] == refused["error"]


async def test_the_faults_of_a_recipe_stay_apart_in_the_report(tmp_path: Path):
    """The uploader reads them there; nobody answers an upload."""
    refused = refusal("RecipeInvalid", "recipe 'webapp' has 1 fault: location: is 7")
    refused["error"]["details"] = [{"target": "location", "message": "is 7"}]
    done = await with_scripts(tmp_path, read_recipe=results(refused))
    assert done.report["error"] == refused["error"]


async def test_a_missing_gallery_stops_the_build_before_it_costs(tmp_path: Path):
    """Told by Azure after 40 minutes, the same fault is expensive."""
    refused = refusal("RecipeInvalid", "asked Azure: gallery definition /x does not exist")
    told = {"notes": ["not checked, no right to read: identity aib"], "error": refused["error"]}
    done = await with_scripts(tmp_path, check_surroundings=results({"result": told}))
    assert "stage_artifact" not in done.functions.names()
    assert done.report["phase"] == "CheckingSurroundings"
    assert done.report["error"] == refused["error"]
    assert done.report["notes"] == told["notes"]


async def test_a_bad_zip_makes_no_template(tmp_path: Path):
    """No half-made resource for bad input."""
    refused = refusal("ArtifactInvalid", "artifact webapp.zip: entry ../../etc/passwd leads out")
    done = await with_scripts(tmp_path, stage_artifact=results(refused))
    assert done.functions.names() == [
        "read_recipe",
        "check_surroundings",
        "stage_artifact",
        "cleanup",
        "write_report",
    ]
    assert done.report["error"] == refused["error"]
    cleanup = dict(done.functions.calls)["cleanup"]
    assert cleanup["template_name"] == ""


async def test_a_rejected_template_is_not_deleted_because_it_never_was(tmp_path: Path):
    """Deleting by a name that was refused could hit somebody else's template."""
    done = await with_scripts(tmp_path, create_template=results(refusal("Conflict", "t_1 exists")))
    assert dict(done.functions.calls)["cleanup"]["template_name"] == ""
    assert done.report["error"]["code"] == "Conflict"


async def test_a_template_that_may_exist_is_deleted(tmp_path: Path):
    """If every try to create it was lost, nobody knows whether it is there."""
    away = busy(reason="creating template t_1: no answer", throttled=False)
    done = await with_scripts(tmp_path, create_template=results(away))
    assert dict(done.functions.calls)["cleanup"]["template_name"] == done.report["templateName"]
    assert done.report["error"]["code"] == "Unavailable"


async def test_a_template_that_was_refused_after_a_lost_answer_is_deleted(tmp_path: Path):
    """The first try may have made it."""
    away = busy(reason="creating template t_1: no answer", throttled=False)
    answers = results(away, refusal("AccessDenied", "the right is gone"))
    done = await with_scripts(tmp_path, create_template=answers)
    assert dict(done.functions.calls)["cleanup"]["template_name"] == done.report["templateName"]


async def test_a_template_of_somebody_else_stays_after_a_lost_answer(tmp_path: Path):
    """It has the name, and not this build's tag."""
    away = busy(reason="creating template t_1: no answer", throttled=False)
    answers = results(away, refusal("Conflict", "t_1 exists and is not this build's"))
    done = await with_scripts(tmp_path, create_template=answers)
    assert dict(done.functions.calls)["cleanup"]["template_name"] == ""


async def test_a_step_that_crashes_is_tried_a_few_times_only(tmp_path: Path):
    """A fault of Kiln's does not go away in half an hour."""
    done = await with_scripts(tmp_path, stage_artifact=results(KeyError("kind")))
    assert done.functions.names().count("stage_artifact") == 5
    assert done.report["error"] == {
        "code": "StepFailed",
        "message": "step stage_artifact broke off: KeyError: 'kind'",
    }


async def test_a_template_that_aib_could_not_make_is_deleted(tmp_path: Path):
    """It holds nothing but its error, which is in the report, and blocks its name."""
    failed = template("Failed", "Not authorized to access the resource: /x")
    done = await with_scripts(tmp_path, check_template=results(failed))
    assert "run_build" not in done.functions.names()
    assert done.report["error"] == {
        "code": "Other",
        "message": "Not authorized to access the resource: /x",
    }
    assert dict(done.functions.calls)["cleanup"]["template_name"] == done.report["templateName"]


async def test_a_failed_run_keeps_its_template_and_staged_blobs_for_inspection(tmp_path: Path):
    """The log lies in the template's staging group and goes with it."""
    message = "Packer build command has failed: exit status 1"
    done = await with_scripts(
        tmp_path,
        check_run=results(running(), ended("Failed", message)),
        fetch_run_output=results(NO_IMAGES),
    )
    assert "cleanup" not in done.functions.names()
    assert done.report["templateKept"] is True
    assert done.report["error"] == {"code": "RunFailed", "message": message}
    assert done.report["logLocation"] == "https://x/packerlogs/1/customization.log"
    assert done.report["source"]["exactVersion"] == "22.04.202611010"
    assert done.report["phase"] == "Running"


async def test_what_went_wrong_is_told_while_the_build_still_cleans_up(tmp_path: Path):
    """A deletion takes minutes; a person who waits shall know the reason before."""
    done = await with_scripts(tmp_path, check_template=results(template("Failed", "No rights")))
    cleaning = [s for s in done.functions.statuses if s["phase"] == "CleaningUp"]
    assert cleaning[0]["error"] == {"code": "Other", "message": "No rights"}


async def test_a_run_that_ends_without_a_reason_says_so(tmp_path: Path):
    """An empty error makes a person look for the fault in Kiln."""
    done = await with_scripts(
        tmp_path, check_run=results(ended("Canceled")), fetch_run_output=results(NO_IMAGES)
    )
    message = "AIB ended the run as Canceled and gave no reason"
    assert done.report["error"] == {"code": "RunCanceled", "message": message}


async def test_a_run_that_never_ends_is_given_up_after_its_deadline(tmp_path: Path):
    """A stuck AIB must not hold a build for ever."""
    recipe = scripts()["read_recipe"]({})["result"] | {"timeout_minutes": 10}
    done = await with_scripts(tmp_path, read_recipe=results(recipe), check_run=results(running()))
    error = done.report["error"]
    assert error["code"] == "TimedOut"
    assert "did not end within 40 min; last seen: Running Building" in error["message"]
    assert "cancel it before" in error["message"]
    assert 40 * 60 <= done.report["elapsedSeconds"] <= 43 * 60


async def test_looks_that_fail_do_not_fail_the_build(tmp_path: Path):
    """Azure Resource Manager may be away for a while; the run goes on."""
    unknown = {"run_state": "", "run_sub_state": "", "is_final": False, "reason": "500"}
    done = await with_scripts(tmp_path, check_run=results(unknown, unknown, ended()))
    assert done.report["state"] == "Succeeded"


async def test_looks_that_crash_do_not_fail_the_build(tmp_path: Path):
    """An answer that Kiln does not understand ends no run; its image would be lost."""
    odd = [AttributeError("'NoneType' object has no attribute 'get'")] * 17
    done = await with_scripts(
        tmp_path,
        check_template=results(*odd, template()),
        check_run=results(*odd, ended()),
    )
    assert done.report["state"] == "Succeeded"


async def test_looks_that_crash_for_ever_are_told_at_the_deadline(tmp_path: Path):
    """Nobody would find the reason otherwise."""
    recipe = scripts()["read_recipe"]({})["result"] | {"timeout_minutes": 10}
    done = await with_scripts(
        tmp_path, read_recipe=results(recipe), check_run=results(KeyError("state"))
    )
    error = done.report["error"]
    assert error["code"] == "TimedOut"
    assert "last seen: step check_run broke off: KeyError: 'state'" in error["message"]


async def test_a_template_that_somebody_deleted_ends_the_wait(tmp_path: Path):
    """There is nothing left to wait for."""
    gone = refusal("NotFound", "reading template t_1: not found")
    done = await with_scripts(tmp_path, check_run=results(running(), gone))
    assert done.report["error"]["code"] == "NotFound"


async def test_a_refused_deletion_is_asked_for_again(tmp_path: Path):
    """AIB refuses to delete while a run is still ending."""
    gone = refusal("NotFound", "not found")
    done = await with_scripts(
        tmp_path,
        cleanup=results({"template_gone": False, "deleted_blobs": [], "reason": "409"}),
        check_template=results(template(), template("Succeeded"), gone),
    )
    assert done.functions.names().count("cleanup") == 2


async def test_a_cleanup_that_fails_does_not_fail_the_build(tmp_path: Path):
    """The image is there; what is left is said."""
    done = await with_scripts(tmp_path, cleanup=results(refusal("AccessDenied", "no delete right")))
    assert done.report["state"] == "Succeeded"
    assert done.report["warnings"] == ["cleaning up is not complete: no delete right"]
    assert done.report["templateKept"] is True


async def test_a_lost_claim_does_not_lose_the_report(tmp_path: Path):
    """The orchestration's output still has it."""
    done = await with_scripts(tmp_path, write_report=results(refusal("NotFound", "no claim")))
    assert done.report["state"] == "Succeeded"
    assert done.report["warnings"] == ["the report could not be kept: no claim"]


async def test_a_template_that_stays_is_named_with_the_reason(tmp_path: Path):
    """It costs money, and somebody has to know why Azure keeps it."""
    reason = "deleting template t_1: OperationNotAllowed: run state: canceling"
    done = await with_scripts(
        tmp_path,
        cleanup=results({"template_gone": False, "deleted_blobs": [], "reason": reason}),
        check_template=results(template()),
    )
    assert done.report["state"] == "Succeeded"
    assert done.report["templateKept"] is True
    (warning,) = done.report["warnings"]
    assert done.report["templateName"] in warning
    assert reason in warning
    assert done.functions.names().count("cleanup") <= 12
