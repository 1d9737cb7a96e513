"""Starts the run of a template, once."""

from __future__ import annotations

from typing import Any, TypedDict

import azure.durable_functions as df

from activities.durable_step import durable_step
from azure_clients.image_builder import get_template, post_run
from imaging.errors import ConflictError, TransientError
from imaging.run_status import run_status

bp = df.Blueprint()


class RunBuild(TypedDict):
    """Which template, by name or id; `earlier_run_start` names a run that is not this build's."""

    template_name: str
    earlier_run_start: str


@bp.activity_trigger(input_name="step")
@durable_step
def run_build(step: RunBuild) -> dict[str, Any]:
    """Start the run, or adopt the one that is there.

    A run that began after the plan first looked is this build's, even if the answer to the call
    that started it was lost.

    Raises:
        TransientError: AIB did not take the call, and no run can be seen.
    """
    adopted = _has_our_run(step)
    if not adopted:
        try:
            post_run(step["template_name"])
        except TransientError:
            if not _has_our_run(step):
                raise
        except ConflictError as conflict:
            # A run whose answer was lost may be refused a second time before it can be seen.
            if not _has_our_run(step):
                raise TransientError(str(conflict)) from conflict
    return {"adopted": adopted}


def _has_our_run(step: RunBuild) -> bool:
    status = run_status(get_template(step["template_name"]))
    return status.is_after(step["earlier_run_start"])
