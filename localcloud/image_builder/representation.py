"""Turns what the simulator remembers into the resources that AIB answers with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from localcloud.image_builder import echo, identities
from localcloud.image_builder.api_versions import ApiVersion
from localcloud.image_builder.lifecycle import Run
from localcloud.image_builder.models import TEMPLATE_TYPE, RunOutput, Template, Trigger
from localcloud.image_builder.simulator import Simulator

NO_TIME = "0001-01-01T00:00:00Z"


def template_resource(
    simulator: Simulator, template: Template, version: ApiVersion
) -> dict[str, Any]:
    """Return an image template as it was when all was settled, in the form of the API version."""
    now = simulator.settled_utc
    state = template.provisioning_state(now)
    submission = template.submission
    is_created = submission.state(now) != "Creating"
    properties = dict(template.properties)
    properties["source"] = dict(template.properties["source"])
    source = properties["source"]
    if exact := _exact_version(template, is_created=is_created):
        source["exactVersion"] = exact
    properties["provisioningState"] = state
    if is_created:
        properties["exactStagingResourceGroup"] = template.exact_staging_group
        if submission.error is not None:
            properties["provisioningError"] = {
                "provisioningErrorCode": submission.error.provisioning_code,
                "message": submission.error.message,
            }
    if template.runs:
        properties["lastRunStatus"] = last_run_status(template.runs[-1], now)
    resource = {
        "properties": echo.render_properties(properties, version),
        "tags": template.tags,
        "location": template.location,
        "id": template.address.resource_id,
        "name": template.address.name,
        "type": TEMPLATE_TYPE,
    }
    if template.identity is not None and version.needs_identity:
        known = simulator.settings.identity_client_ids
        shown = identities.shown(template.identity, known) if is_created else template.identity
        resource["identity"] = shown
    return echo.render_resource(resource, version)


def last_run_status(run: Run, now: datetime) -> dict[str, Any]:
    """Return `lastRunStatus`; a run that goes on has the year 1 as its end."""
    status = run.status(now)
    shown: dict[str, Any] = {
        "startTime": nanoseconds(run.started_utc),
        "endTime": nanoseconds(status.end_utc) if status.end_utc else NO_TIME,
        "runState": status.state,
    }
    if status.sub_state is not None:
        shown["runSubState"] = status.sub_state
    return shown | {"message": status.message}


def run_output_resource(
    template: Template, output: RunOutput, version: ApiVersion
) -> dict[str, Any]:
    """Return a run output; the first previews answered location and tags too."""
    properties: dict[str, Any] = {}
    if output.artifact_id is not None:
        properties["artifactId"] = output.artifact_id
    if output.artifact_uri is not None or version.name == "2019-02-01-preview":
        properties["artifactUri"] = output.artifact_uri or ""
    resource: dict[str, Any] = {
        "properties": properties | {"provisioningState": "Succeeded"},
        "id": f"{template.address.resource_id}/runOutputs/{output.name}",
        "name": output.name,
        "type": f"{TEMPLATE_TYPE}/runOutputs",
    }
    if version.is_first_preview:
        resource |= {"location": template.location, "tags": {}}
        return dict(sorted(resource.items()))
    return resource


def trigger_resource(template: Template, trigger: Trigger, now: datetime) -> dict[str, Any]:
    """Return a trigger; its status appears when it is ready."""
    properties: dict[str, Any] = {"kind": trigger.kind, "provisioningState": "Creating"}
    if now >= trigger.ready_utc:
        properties["provisioningState"] = "Succeeded"
        properties["status"] = {
            "code": "Healthy",
            "message": "Trigger is active",
            "time": nanoseconds(trigger.ready_utc),
        }
    return {
        "properties": properties,
        "id": f"{template.address.resource_id}/triggers/{trigger.name}",
        "name": trigger.name,
        "type": f"{TEMPLATE_TYPE}/triggers",
    }


def nanoseconds(time_utc: datetime) -> str:
    """Write a time with the nine digits of Go."""
    return f"{time_utc:%Y-%m-%dT%H:%M:%S.%f}000Z"


def _exact_version(template: Template, *, is_created: bool) -> str | None:
    source = template.properties["source"]
    wanted = source.get("version") or source.get("imageVersionId")
    if is_created and template.exact_version:
        return template.exact_version
    return str(wanted) if wanted else None
