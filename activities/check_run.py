"""One look at a run."""

from __future__ import annotations

from typing import Any, TypedDict

import azure.durable_functions as df

from activities.durable_step import durable_step, outage
from azure_clients.image_builder import get_template
from imaging.errors import TransientError
from imaging.run_status import log_location, run_status

_LONGEST_MESSAGE = 2_000

_UNKNOWN = {"run_state": "", "run_sub_state": "", "is_final": False}

bp = df.Blueprint()


class CheckRun(TypedDict):
    """Which template, by name or id; `earlier_run_start` names a run that is not this build's."""

    template_name: str
    earlier_run_start: str


@bp.activity_trigger(input_name="step")
@durable_step
def check_run(step: CheckRun) -> dict[str, Any]:
    """Read the run's state; a look that fails is an unknown state, not a failed build.

    Raises:
        NotFoundError: somebody deleted the template.
    """
    try:
        status = run_status(get_template(step["template_name"]))
    except TransientError as error:
        return _UNKNOWN | outage(error)
    if not status.is_after(step["earlier_run_start"]):
        return _UNKNOWN | {"reason": "AIB does not show the run yet"}
    return {
        "run_state": status.run_state,
        "run_sub_state": status.run_sub_state,
        "is_final": status.is_final,
        "message": status.message[:_LONGEST_MESSAGE],
        "log_location": log_location(status.message),
    }
