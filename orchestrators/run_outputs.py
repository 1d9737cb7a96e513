"""What a run distributed: all of it after a success, what there is of it after anything else."""

from __future__ import annotations

from typing import Any

import azure.durable_functions as df

from activities.fetch_run_output import fetch_run_output
from imaging import build_log
from imaging.report import output_variables
from imaging.run_status import may_distribute_late
from orchestrators.progress import Progress
from orchestrators.steps import Steps, StepStoppedError, pause, run_step

# Right after a run that succeeded, AIB may need a moment.
_SECONDS_UNTIL_IMAGE_IS_NAMED = (15,) * 8
# AIB gave up, Compute may still finish: worth minutes, because the other way is to build anew.
_SECONDS_UNTIL_LATE_IMAGE = (30, 60, 120, 300)


def fetch_outputs(
    context: df.DurableOrchestrationContext, progress: Progress, found: dict[str, Any]
) -> Steps:
    """Read what was distributed and show the task's output variables."""
    progress.enter("FetchingRunOutput")
    progress.say(*(build_log.getting_run_output(name) for name in found["run_output_names"]))
    makes_images = not found.get("validates_only")  # not there in builds of before
    pauses = _SECONDS_UNTIL_IMAGE_IS_NAMED if makes_images else ()
    missing = yield from _look_for_images(context, progress, found, pauses)
    if missing and makes_images:
        raise StepStoppedError(
            "RunOutputMissing",
            f"the run of template {progress.template_name} succeeded, but AIB names no image for"
            f" {', '.join(missing)}; look at the targets of the recipe before you build again",
        )
    if missing:
        progress.facts.notes.append("sourceValidationOnly: the source is valid, no image was made")
    progress.facts.outputs = output_variables(progress.facts.source, progress.facts.images)
    progress.say(*build_log.output_variables(progress.facts.outputs))


def name_images_of_a_failed_run(
    context: df.DurableOrchestrationContext,
    progress: Progress,
    found: dict[str, Any],
    message: str,
) -> Steps:
    """Find what the run distributed before it failed, so that nobody builds it twice."""
    if found["earlier_run_start"]:
        progress.facts.warnings.append(
            f"template {progress.template_name} ran before, so its run outputs may be of an earlier"
            " run and are not listed; look at them before you build again"
        )
        return
    pauses = _SECONDS_UNTIL_LATE_IMAGE if may_distribute_late(message) else ()
    progress.notice("the run did not succeed; looking for images that it made all the same")
    try:
        missing = yield from _look_for_images(context, progress, found, pauses)
    except StepStoppedError as stop:
        progress.facts.warnings.append(f"the run outputs could not be read: {stop.message}")
        return
    if missing and pauses:
        progress.facts.warnings.append(
            f"run outputs without an image when Kiln stopped looking: {', '.join(missing)}; Azure"
            " may still finish them, look at their targets before you build again"
        )


def _look_for_images(
    context: df.DurableOrchestrationContext,
    progress: Progress,
    found: dict[str, Any],
    pauses: tuple[int, ...],
) -> Steps:
    """Look until every run output names its image; answer the names of those that do not."""
    step = {
        "template_name": progress.template,
        "run_output_names": found["run_output_names"],
    }
    left = list(pauses)
    while True:
        fetched = yield from run_step(context, fetch_run_output, step, progress.patience())
        progress.facts.images = fetched["images"]
        if not fetched["missing"] or not left:
            return fetched["missing"]
        yield from pause(context, left.pop(0))
