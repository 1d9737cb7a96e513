"""Renders recipe and artifact to an AIB template and asks AIB to create it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypedDict

import azure.durable_functions as df

from activities.durable_step import durable_step
from activities.read_recipe import SNAPSHOT
from activities.template_context import template_context
from azure_clients.image_builder import put_template
from azure_clients.staging import read_staged, staged_sas, staged_url
from settings import settings

if TYPE_CHECKING:
    from imaging.artifact.access import ArtifactAccess
    from imaging.recipe import Recipe
    from imaging.template import StagedArtifact

bp = df.Blueprint()


class CreateTemplate(TypedDict):
    """What to render; `staged` is the answer of `stage_artifact`, or None."""

    build_id: str
    recipe_name: str
    parameters: dict  # type: ignore[type-arg]  # the worker refuses a parametrised dict
    template_name: str
    staged: dict  # type: ignore[type-arg]  # the worker refuses a parametrised dict


@bp.activity_trigger(input_name="step")
@durable_step
def create_template(step: CreateTemplate) -> dict[str, Any]:
    """Create the template, or adopt the one that an earlier try of this build created.

    Raises:
        TemplateError: AIB refuses it.
        PermanentError: a setting or a part of the recipe that this artifact needs is missing.
    """
    from imaging.template import render_template, stand_ins  # noqa: PLC0415 - not at indexing

    recipe = _recipe(step)
    access = _access(recipe, step["staged"]) if step["staged"] else None
    context = template_context(step["build_id"])
    staged = _staged(step, access) if access else None
    body = render_template(recipe, staged, context)
    put_template(step["template_name"], body, step["build_id"])
    return {
        "template_id": _template_id(step["template_name"]),
        "source": body["properties"]["source"],
        "artifact_access": str(access or ""),
        "notes": stand_ins(recipe, context),
    }


def _recipe(step: CreateTemplate) -> Recipe:
    from imaging.recipe_file import read_recipe_file  # noqa: PLC0415 - not at indexing

    content = read_staged(step["build_id"], SNAPSHOT)
    return read_recipe_file(step["recipe_name"], content, step["parameters"])


def _access(recipe: Recipe, staged: dict[str, Any]) -> ArtifactAccess:
    from imaging.artifact.access import artifact_access  # noqa: PLC0415 - not at indexing

    return artifact_access(recipe, staged["size_bytes"], settings().build_vm_identity_id)


def _staged(step: CreateTemplate, access: ArtifactAccess) -> StagedArtifact:
    from imaging.template import StagedArtifact  # noqa: PLC0415 - not at indexing

    staged = step["staged"]
    artifact = StagedArtifact(
        blob_url=staged_url(step["build_id"], staged["file_name"]),
        archive_kind=staged["kind"],
        size_bytes=staged["size_bytes"],
        sha256=staged["sha256"],
        longest_path=staged.get("longest_path", 0),  # not there in builds of before
    )
    if access.sas_minutes is None:
        return artifact
    signature = staged_sas(step["build_id"], staged["file_name"], access.sas_minutes)
    return replace(artifact, sas_query=signature)


def _template_id(template_name: str) -> str:
    return (
        f"/subscriptions/{settings().subscription_id}/resourceGroups/"
        f"{settings().build_resource_group}/providers/Microsoft.VirtualMachineImages/"
        f"imageTemplates/{template_name}"
    )
