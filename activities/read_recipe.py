"""First step: the recipe, as it is now, is the recipe of this build."""

from __future__ import annotations

from typing import Any, TypedDict

import azure.durable_functions as df

from activities.durable_step import durable_step
from activities.template_context import template_context
from azure_clients.claims import claim_of
from azure_clients.recipes import fetch_recipe
from azure_clients.staging import read_staged, write_staged

SNAPSHOT = "recipe.json"

bp = df.Blueprint()


class ReadRecipe(TypedDict):
    """Which recipe, for which build, with which values for its parameters."""

    build_id: str
    recipe_name: str
    parameters: dict  # type: ignore[type-arg]  # the worker refuses a parametrised dict


@bp.activity_trigger(input_name="step")
@durable_step
def read_recipe(step: ReadRecipe) -> dict[str, Any]:
    """Check the recipe and keep a copy of it, so that an edit does not reach a running build.

    A build that has its report already is answered with it: an orchestration that was started a
    second time after the first had ended stops here, before any cost.

    Raises:
        RecipeError: the recipe has faults, or the parameters do not fit; names all of them.
        NotFoundError: there is no such recipe, or nobody claimed this build.
        PermanentError: recipe, artifact and settings do not make a template together.
    """
    from imaging.recipe_file import read_recipe_file  # noqa: PLC0415 - not at indexing
    from imaging.template import check_can_render  # noqa: PLC0415 - not at indexing

    claim = claim_of(step["build_id"])
    if claim.report:
        return {"report": claim.report}
    content = fetch_recipe(step["recipe_name"])
    recipe = read_recipe_file(step["recipe_name"], content, step["parameters"])
    if not write_staged(step["build_id"], SNAPSHOT, content):
        content = read_staged(step["build_id"], SNAPSHOT)
        recipe = read_recipe_file(step["recipe_name"], content, step["parameters"])
    check_can_render(recipe, claim.request.artifact, template_context(step["build_id"]))
    return {
        "report": None,
        "recipe_sha256": recipe.sha256,
        "os_type": recipe.os_type,
        "timeout_minutes": recipe.timeout_minutes,
        "run_output_names": list(recipe.run_output_names),
        "validates_only": recipe.validates_only,
        "warnings": list(recipe.warnings),
    }
