"""One uploaded artifact becomes one image.

    read recipe → check surroundings → stage artifact → create template → (wait)
                → run build → (wait) → fetch run output → cleanup → write report

Whatever happens on the way, the build ends with a report; a step that will never work is an answer,
not a crash. A build of an existing template only reads it where others make one.
"""

from __future__ import annotations

from typing import Any, cast

import azure.durable_functions as df

from activities.write_report import write_report
from imaging.build_request import BuildRequest
from imaging.names import template_name
from orchestrators import build_steps
from orchestrators.clean_up import clean_up
from orchestrators.progress import Progress
from orchestrators.run_outputs import fetch_outputs
from orchestrators.steps import Steps, StepStoppedError, run_step

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context")
def build_image(context: df.DurableOrchestrationContext) -> Steps:
    """Chain the steps; whatever happens, clean up and report."""
    request = BuildRequest.from_wire(cast("dict[str, Any]", context.get_input()))
    made_here = template_name(request.build_id, context.current_utc_datetime)
    name = request.template.name if request.template else made_here
    progress = Progress(context, request, name)

    try:
        earlier_report = yield from _make_image(context, progress)
    except StepStoppedError as stop:
        progress.fail(stop.reported)
    else:
        if earlier_report:
            return earlier_report

    # Not a `finally`: Durable closes the suspended generator after every episode, and the block
    # would run each time.
    reached = progress.phase
    yield from clean_up(context, progress)
    report = progress.report(reached)
    yield from _keep(context, progress, dict(report))
    return report


def _make_image(context: df.DurableOrchestrationContext, progress: Progress) -> Steps:
    """Return the report of a build that had ended before, or None once the image is there."""
    if progress.request.template:
        found = yield from build_steps.read_existing_template(context, progress)
    else:
        found = yield from build_steps.read_the_recipe(context, progress)
    if found["report"]:
        return found["report"]
    if not progress.request.template:
        yield from build_steps.check_around(context, progress)
        staged = yield from build_steps.stage(context, progress, found)
        yield from build_steps.create(context, progress, staged)
    yield from build_steps.run(context, progress, found)
    yield from fetch_outputs(context, progress, found)
    return None


def _keep(
    context: df.DurableOrchestrationContext, progress: Progress, report: dict[str, Any]
) -> Steps:
    step = {"build_id": progress.request.build_id, "report": report}
    try:
        yield from run_step(context, write_report, step, progress.patience())
    except StepStoppedError as stop:
        report["warnings"].append(f"the report could not be kept: {stop.message}")
