"""Removes what a build made for itself."""

from __future__ import annotations

from typing import Any, TypedDict

import azure.durable_functions as df

from activities.durable_step import durable_step
from azure_clients.image_builder import delete_template
from azure_clients.staging import delete_staged
from imaging.errors import TransientError

bp = df.Blueprint()


class Cleanup(TypedDict):
    """What goes: the template, by name or id, if not empty; the staged blobs, if told so."""

    build_id: str
    template_name: str
    staged_blobs: bool


@bp.activity_trigger(input_name="step")
@durable_step
def cleanup(step: Cleanup) -> dict[str, Any]:
    """Ask for the deletion of the template and delete the staged blobs; what is gone is fine.

    AIB deletes in about two minutes and refuses while a run is under way, so the plan asks again
    until `template_gone`.
    """
    deleted = delete_staged(step["build_id"]) if step["staged_blobs"] else []
    if not step["template_name"]:
        return {"template_gone": True, "deleted_blobs": deleted}
    try:
        gone = delete_template(step["template_name"])
    except TransientError as busy:
        return {"template_gone": False, "deleted_blobs": deleted, "reason": str(busy)}
    return {"template_gone": gone, "deleted_blobs": deleted}
