"""First step of a run of an existing template: what it is, and which runs are not ours."""

from __future__ import annotations

from typing import Any, TypedDict

import azure.durable_functions as df

from activities.durable_step import durable_step
from azure_clients.claims import claim_of
from azure_clients.image_builder import get_template
from azure_clients.turns import take_turn
from imaging.errors import ConflictError, TemplateError
from imaging.limits import BUILD_TIMEOUT_DEFAULT_MINUTES
from imaging.run_status import provisioning_status, run_status

bp = df.Blueprint()


class ReadTemplate(TypedDict):
    """Which template, by name or resource id, for which build."""

    build_id: str
    template_name: str


@bp.activity_trigger(input_name="step")
@durable_step
def read_template(step: ReadTemplate) -> dict[str, Any]:
    """Read an existing template; the build only runs it.

    Raises:
        NotFoundError: there is no such template.
        TemplateError: it was not created successfully, so it cannot run.
        ConflictError: it runs already, or is about to, for somebody else.
    """
    if report := claim_of(step["build_id"]).report:
        return {"report": report}
    template = get_template(step["template_name"])
    _refuse_unusable(step["template_name"], template)
    properties, earlier = template["properties"], run_status(template).start_time
    take_turn(template["id"], earlier, step["build_id"])
    return {
        "report": None,
        "template_id": template["id"],
        "earlier_run_start": earlier,
        "timeout_minutes": properties.get("buildTimeoutInMinutes") or BUILD_TIMEOUT_DEFAULT_MINUTES,
        "run_output_names": [target["runOutputName"] for target in properties["distribute"]],
        "validates_only": bool((properties.get("validate") or {}).get("sourceValidationOnly")),
        "source": properties["source"],
    }


def _refuse_unusable(name: str, template: dict[str, Any]) -> None:
    provisioned = provisioning_status(template)
    if provisioned.state != "Succeeded":
        why = f" ({provisioned.error_message})" if provisioned.error_message else ""
        raise TemplateError(
            f"template {name} has provisioningState {provisioned.state or 'unknown'}{why};"
            " only a Succeeded one can run"
        )
    run = run_status(template)
    if run.has_started and not run.is_final:
        raise ConflictError(
            f"template {name} runs already ({run.run_state} since {run.start_time});"
            " wait until that run has ended"
        )
