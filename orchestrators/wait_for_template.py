"""Waits until AIB has created a template (recorded: 8 s to 30 min, median 34 s)."""

from __future__ import annotations

from typing import Any

import azure.durable_functions as df

from activities.check_template import check_template
from orchestrators.polling import poll
from orchestrators.steps import Steps

_FIRST_LOOK_SECONDS = 20
_INTERVAL_SECONDS = 10

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context")
def wait_for_template(context: df.DurableOrchestrationContext) -> Steps:
    """Poll the provisioning state; child of `build_image`, continues as new."""
    return (yield from poll(context, check_template, _seconds_until_look, _show))


def _seconds_until_look(looks: int) -> float:
    return _INTERVAL_SECONDS if looks else _FIRST_LOOK_SECONDS


def _show(look: dict[str, Any]) -> dict[str, Any]:
    return {"provisioningState": look.get("state", ""), "notice": look.get("reason")}
