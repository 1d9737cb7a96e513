"""The steps of a build, each with its phase, its log lines and what the plan remembers of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import azure.durable_functions as df

from activities.check_surroundings import check_surroundings
from activities.create_template import create_template
from activities.read_recipe import read_recipe
from activities.read_template import read_template
from activities.run_build import run_build
from activities.stage_artifact import stage_artifact
from imaging import build_log
from imaging.errors import ConflictError
from orchestrators.progress import Progress
from orchestrators.run_outputs import name_images_of_a_failed_run
from orchestrators.steps import Steps, StepStoppedError, run_step
from orchestrators.wait_for_run import wait_for_run
from orchestrators.wait_for_template import wait_for_template

# Recorded creations took up to 1,821 s.
_TEMPLATE_DEADLINE = timedelta(minutes=45)
# AIB ends a run itself at buildTimeoutInMinutes; this much later Kiln stops waiting.
_RUN_GRACE = timedelta(minutes=30)
# Longer than for other steps: a build reported as failed would leave a run going on unseen.
_RUN_START_PATIENCE = timedelta(hours=1)


def read_the_recipe(context: df.DurableOrchestrationContext, progress: Progress) -> Steps:
    """Check the recipe; answer what the later steps need of it."""
    progress.enter("ReadingRecipe")
    request = progress.request
    progress.say(*build_log.reading(request.artifact.blob_name if request.artifact else None))
    step = {
        "build_id": request.build_id,
        "recipe_name": request.recipe_name,
        "parameters": request.parameters,
    }
    found = yield from run_step(context, read_recipe, step, progress.patience())
    if not found["report"]:
        _set_deadline(progress, found)
        progress.facts.recipe_sha256 = found["recipe_sha256"]
        progress.facts.warnings += found["warnings"]
    return found | {"earlier_run_start": ""}


def check_around(context: df.DurableOrchestrationContext, progress: Progress) -> Steps:
    """Ask Azure for what the recipe names, before anything costs."""
    progress.enter("CheckingSurroundings")
    request = progress.request
    step = {
        "build_id": request.build_id,
        "recipe_name": request.recipe_name,
        "parameters": request.parameters,
    }
    checked = yield from run_step(context, check_surroundings, step, progress.patience())
    progress.facts.notes += checked["notes"]
    if checked.get("error"):
        raise StepStoppedError(**checked["error"])


def read_existing_template(context: df.DurableOrchestrationContext, progress: Progress) -> Steps:
    """Look at the template that shall run; answer the same as for a recipe."""
    progress.enter("ReadingTemplate")
    step = {"build_id": progress.request.build_id, "template_name": progress.template}
    found = yield from run_step(context, read_template, step, progress.patience())
    if not found["report"]:
        _set_deadline(progress, found)
        progress.facts.template_id = found["template_id"]
        progress.facts.source = found["source"]
        progress.say(
            build_log.source_image(found["source"]),
            build_log.template_named(progress.template_name),
        )
    return found


def _set_deadline(progress: Progress, found: dict[str, Any]) -> None:
    """Give the whole build one end, whatever its steps have to wait for."""
    run = timedelta(minutes=found["timeout_minutes"])
    progress.deadline = progress.started + _TEMPLATE_DEADLINE + run + _RUN_GRACE


def stage(
    context: df.DurableOrchestrationContext, progress: Progress, found: dict[str, Any]
) -> Steps:
    """Check and copy the artifact, if there is one."""
    artifact = progress.request.to_wire()["artifact"]
    if artifact is None:
        return None
    progress.enter("StagingArtifact")
    step = {
        "build_id": progress.request.build_id,
        "artifact": artifact,
        "os_type": found["os_type"],
    }
    staged = yield from run_step(context, stage_artifact, step, progress.patience())
    progress.facts.artifact_sha256 = staged["sha256"]
    progress.say(build_log.staged(staged["path"]))
    return staged


def create(
    context: df.DurableOrchestrationContext, progress: Progress, staged: dict[str, Any] | None
) -> Steps:
    """Create the template and wait until AIB has made it, which resolves its source."""
    request = progress.request
    child = f"{request.build_id}:template"
    progress.enter("CreatingTemplate", waits_in=child)
    step = {
        "build_id": request.build_id,
        "recipe_name": request.recipe_name,
        "parameters": request.parameters,
        "template_name": progress.template,
        "staged": staged,
    }
    try:
        created = yield from run_step(context, create_template, step, progress.patience())
    except StepStoppedError as stop:
        progress.facts.template_exists = stop.is_uncertain and stop.code != ConflictError.code
        raise
    progress.facts.template_exists = True
    progress.facts.template_id = created["template_id"]
    if created["artifact_access"]:
        progress.facts.notes.append(f"artifact access: {created['artifact_access']}")
    progress.facts.notes += created.get("notes", [])  # not there in builds of before
    progress.say(
        build_log.source_image(created["source"]),
        build_log.template_named(progress.template_name),
        build_log.put_template_started(),
    )
    look_step = {"template_name": progress.template}
    look = yield from _wait(
        context, progress, (wait_for_template, child, look_step, _TEMPLATE_DEADLINE)
    )
    progress.say(build_log.put_template_ended(look["state"]))
    if look["state"] != "Succeeded":
        code = look["error_code"] or "TemplateFailed"
        raise StepStoppedError(code, look["error_message"] or f"the template is {look['state']}")
    progress.facts.source = look["source"]


def run(
    context: df.DurableOrchestrationContext, progress: Progress, found: dict[str, Any]
) -> Steps:
    """Run the template and wait for the end."""
    child = f"{progress.request.build_id}:run"
    progress.enter("Running", waits_in=child)
    progress.say(build_log.run_template_started())
    step = {
        "template_name": progress.template,
        "earlier_run_start": found["earlier_run_start"],
    }
    yield from run_step(context, run_build, step, progress.patience(_RUN_START_PATIENCE))
    longest = timedelta(minutes=found["timeout_minutes"]) + _RUN_GRACE
    look = yield from _wait(context, progress, (wait_for_run, child, step, longest))
    progress.say(build_log.run_template_ended(look["run_state"]))
    progress.facts.log_location = look["log_location"]
    if look["run_state"] != "Succeeded":
        yield from name_images_of_a_failed_run(context, progress, found, look["message"])
        raise StepStoppedError(f"Run{look['run_state']}", _why_it_ended(progress, look))


def _why_it_ended(progress: Progress, look: dict[str, Any]) -> str:
    reason = look["message"] or f"AIB ended the run as {look['run_state']} and gave no reason"
    images = [f"{image['runOutputName']} is {image['uri']}" for image in progress.facts.images]
    if not images:
        return str(reason)
    return (
        f"these images were made all the same, look at them before you build again:"
        f" {', '.join(images)}. AIB said: {reason}"
    )


def _wait(
    context: df.DurableOrchestrationContext,
    progress: Progress,
    child: tuple[Any, str, dict[str, str], timedelta],
) -> Steps:
    plan, instance_id, step, longest = child
    began = context.current_utc_datetime
    told = {
        "step": step,
        "build_started_utc": progress.started.isoformat(),
        "deadline_utc": progress.until(longest).isoformat(),
        "looks": 0,
    }
    # The SDK takes the type of its own wrapper, str, for the type of a plan's answer.
    answer = yield context.call_sub_orchestrator(plan, told, instance_id, expected_type=dict)
    if "error" in answer:
        raise StepStoppedError(answer["error"]["code"], answer["error"]["message"])
    if answer.get("timed_out"):
        minutes = (context.current_utc_datetime - began) // timedelta(minutes=1)
        raise StepStoppedError("TimedOut", _too_long(progress, answer["look"], minutes))
    return answer["look"]


def _too_long(progress: Progress, look: dict[str, Any], minutes: int) -> str:
    states = (look.get(name) for name in ("state", "run_state", "run_sub_state"))
    seen = look.get("reason") or " ".join(state for state in states if state)
    name = progress.template_name
    if progress.phase != "Running":
        return f"AIB did not finish template {name} within {minutes} min; last seen: {seen}"
    return (
        f"the run of template {name} did not end within {minutes} min; last seen: {seen}. It may"
        " still go on: cancel it before you delete the template"
    )
