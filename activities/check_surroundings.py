"""Asks Azure, before any cost, for what a recipe needs around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

import azure.durable_functions as df

from activities.durable_step import durable_step
from activities.read_recipe import SNAPSHOT
from activities.template_context import images_url
from azure_clients.arm_reader import look_at
from azure_clients.containers import look_at_container
from azure_clients.file_sizes import look_at_files
from azure_clients.staging import read_staged
from imaging.errors import RecipeError
from imaging.report import reported
from imaging.surroundings.recollection import Recollection
from settings import settings

if TYPE_CHECKING:
    from imaging.recipe import Recipe
    from imaging.surroundings.check import Check
    from imaging.surroundings.look import Look

# More would hold up the build: nobody names so many galleries and identities by hand.
MOST_CALLS = 16
SEEN_FINE = Recollection(seconds=3600)

bp = df.Blueprint()


class CheckSurroundings(TypedDict):
    """Which recipe, for which build, with which values for its parameters."""

    build_id: str
    recipe_name: str
    parameters: dict  # type: ignore[type-arg]  # the worker refuses a parametrised dict


@bp.activity_trigger(input_name="step")
@durable_step
def check_surroundings(step: CheckSurroundings) -> dict[str, Any]:
    """Look at what the build will use: images, groups, identities, subnets, containers, files.

    What Kiln may not read, or what does not answer, is a note and never fails the build; the notes
    stand in the report also where `error` says what is missing or does not fit.
    """
    from imaging.surroundings.check import is_fine, judge  # noqa: PLC0415 - not at indexing
    from imaging.surroundings.file_checks import (  # noqa: PLC0415 - not at indexing
        files_of,
        judge_files,
    )

    recipe = _recipe(step)
    checks = [check for check in _checks(recipe) if not SEEN_FINE.is_fresh(check.name)]
    looks = _looks(checks)
    for check in checks:
        if check.is_lasting and is_fine(check, looks):
            SEEN_FINE.keep(check.name)
    verdict = judge(checks, looks)
    files = files_of(recipe)
    judge_files(files, look_at_files(file.url for file in files), verdict)
    error = RecipeError(step["recipe_name"], verdict.faults) if verdict.faults else None
    return {"notes": verdict.notes, "error": error and reported(error)}


def _recipe(step: CheckSurroundings) -> Recipe:
    from imaging.recipe_file import read_recipe_file  # noqa: PLC0415 - not at indexing

    content = read_staged(step["build_id"], SNAPSHOT)
    return read_recipe_file(step["recipe_name"], content, step["parameters"])


def _checks(recipe: Recipe) -> list[Check]:
    from imaging.surroundings.needs import Needs, checks_of  # noqa: PLC0415 - not at indexing

    needs = Needs(
        subscription_id=settings().subscription_id,
        location=settings().build_location,
        aib_identity_id=settings().aib_identity_id,
        build_vm_identity_id=settings().build_vm_identity_id,
        images_url=images_url(),
        resource_group=settings().build_resource_group,
    )
    return checks_of(recipe, needs)


def _looks(checks: list[Check]) -> dict[str, Look]:
    """Ask Resource Manager, and the storage account for containers."""
    from imaging.surroundings.vhd_checks import CONTAINER_PATH  # noqa: PLC0415 - not at indexing

    paths = list(dict.fromkeys(check.path for check in checks))
    containers = [path for path in paths if path.startswith(CONTAINER_PATH)]
    looks = {path: look_at_container(path.removeprefix(CONTAINER_PATH)) for path in containers}
    return looks | look_at([path for path in paths if path not in looks][:MOST_CALLS])
