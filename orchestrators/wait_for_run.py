"""Waits until a run has ended (recorded: 7 to 24 min for tiny images; AIB allows 16 hours)."""

from __future__ import annotations

from typing import Any

import azure.durable_functions as df

from activities.check_run import check_run
from orchestrators.polling import poll
from orchestrators.steps import Steps

_FIRST_LOOK_SECONDS = 60
_INTERVAL_SECONDS = 30

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context")
def wait_for_run(context: df.DurableOrchestrationContext) -> Steps:
    """Poll the run state; child of `build_image`, continues as new."""
    return (yield from poll(context, check_run, _seconds_until_look, _show))


def _seconds_until_look(looks: int) -> float:
    return _INTERVAL_SECONDS if looks else _FIRST_LOOK_SECONDS


def _show(look: dict[str, Any]) -> dict[str, Any]:
    return {
        "runState": look.get("run_state", ""),
        "runSubState": look.get("run_sub_state", ""),
        "notice": look.get("reason"),
    }
