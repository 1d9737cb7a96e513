"""One look at a template that is being created, or that is being deleted."""

from __future__ import annotations

from typing import Any, TypedDict

import azure.durable_functions as df

from activities.durable_step import durable_step, outage
from azure_clients.image_builder import get_template
from imaging.errors import TransientError
from imaging.run_status import provisioning_status

bp = df.Blueprint()


class CheckTemplate(TypedDict):
    """Which template."""

    template_name: str


@bp.activity_trigger(input_name="step")
@durable_step
def check_template(step: CheckTemplate) -> dict[str, Any]:
    """Read the provisioning state; a look that fails is an unknown state, not a failed build.

    Raises:
        NotFoundError: the template is gone.
    """
    try:
        template = get_template(step["template_name"])
    except TransientError as error:
        return {"state": "Unknown"} | outage(error)
    status = provisioning_status(template)
    return {
        "state": status.state,
        "is_final": status.is_final,
        "error_code": status.error_code,
        "error_message": status.error_message,
        "source": template.get("properties", {}).get("source", {}),
    }
