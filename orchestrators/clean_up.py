"""What goes and what stays when a build has ended.

Success: template and staged blobs go. A run that failed: both stay for inspection, the log with
them. A template that AIB could not create goes, because it holds nothing but its error. A template
that somebody else made goes only where the caller asked for it.
"""

from __future__ import annotations

from typing import Any

import azure.durable_functions as df

from activities.check_template import check_template
from activities.cleanup import cleanup
from activities.read_recipe import SNAPSHOT
from imaging import build_log
from orchestrators.progress import Progress
from orchestrators.steps import Steps, StepStoppedError, pause, run_step

# Recorded deletions took 78 to 203 s, median 131.
_SECONDS_BETWEEN_LOOKS = (90, 20, 20, 20, 20, 30, 60, 120, 240, 300)
_EVIDENCE = {"Running", "FetchingRunOutput"}


def clean_up(context: df.DurableOrchestrationContext, progress: Progress) -> Steps:
    """Remove what the build made for itself, as far as its end allows; never fails the build."""
    progress.deadline = None  # a build that ran out of time is cleaned up and reported as well
    facts = progress.facts
    existing = progress.request.template
    if facts.error and (existing or progress.phase in _EVIDENCE):
        facts.template_kept = True
        return
    if existing and not existing.delete_afterwards:
        facts.template_kept = True
        return
    progress.enter("CleaningUp")
    try:
        yield from _remove(context, progress)
    except StepStoppedError as stop:
        facts.template_kept = progress.has_template
        facts.warnings.append(f"cleaning up is not complete: {stop.message}")


def _remove(context: df.DurableOrchestrationContext, progress: Progress) -> Steps:
    goes, name = (progress.template if progress.has_template else ""), progress.template_name
    step = {
        "build_id": progress.request.build_id,
        "template_name": goes,
        "staged_blobs": True,
    }
    if goes:
        progress.say(build_log.deleting_template(name))
    answer = yield from run_step(context, cleanup, step, progress.patience())
    for path in answer["deleted_blobs"]:
        if not path.endswith(SNAPSHOT):
            progress.say(*build_log.blob_deleted(path))
    if goes:
        stays = "" if answer["template_gone"] else (yield from _until_gone(context, progress, step))
        progress.say(build_log.delete_template_ended("InProgress" if stays else "Succeeded"))
        if stays:
            progress.facts.template_kept = True
            progress.facts.warnings.append(
                f"template {name} is not gone yet ({stays}); delete it if it stays"
            )


def _until_gone(
    context: df.DurableOrchestrationContext, progress: Progress, step: dict[str, Any]
) -> Steps:
    """Look, and ask again where AIB gave up; answer why the template stays, or nothing."""
    look_step = {"template_name": step["template_name"]}
    stays = ""
    for seconds in _SECONDS_BETWEEN_LOOKS:
        yield from pause(context, seconds)
        try:
            look = yield from run_step(context, check_template, look_step, progress.patience())
        except StepStoppedError as stop:
            if stop.code == "NotFound":
                return ""
            raise
        stays = look.get("reason") or f"its state is {look['state']}"
        if look["state"] not in {"Deleting", "Unknown"}:
            answer = yield from run_step(context, cleanup, step, progress.patience())
            stays = answer.get("reason") or stays
    return stays
