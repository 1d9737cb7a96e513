"""The action's template file: it says everything but the artifact and the steps of the workflow."""

from __future__ import annotations

from typing import Any

from imaging.errors import RecipeError
from imaging.migration.draft import Draft
from imaging.template_files import repair_template

_INPUT = "image-builder-template-name"
_SAID_BY_THE_FILE = (
    "location",
    "managed-identity",
    "vm-size",
    "source-image-type",
    "source-image",
    "dist-type",
    "dist-resource-id",
    "dist-location",
    "dist-image-tags",
)


def names_template(draft: Draft) -> bool:
    """Say whether the step names a template file, and not a template."""
    return draft.filled(_INPUT).lower().endswith(".json")


def put_template(draft: Draft) -> list[dict[str, Any]]:
    """Write the recipe that the template file makes.

    Args:
        draft: gets it.

    Returns:
        The file's own steps, which the action ran after those of the workflow.
    """
    if unused := [name for name in _SAID_BY_THE_FILE if draft.has(name)]:
        draft.note(f"{', '.join(unused)}: not used, the template file says it")
    draft.put(("properties",), {}, _INPUT)
    if draft.step.template is None:
        why = "is a template file that is not here; keep it where the workflow looks for it, or"
        draft.refuse(_INPUT, f"{why} make a recipe of it alone: kiln recipe repair FILE")
        return []
    try:
        found = repair_template(draft.step.template, values=draft.given)
    except RecipeError as error:
        for fault in error.faults:
            draft.refuse(_INPUT, f"in the file: {fault}")
        return []
    for repair in found.repairs:
        draft.note(f"{_INPUT}: in the file: {repair}")
    document: dict[str, Any] = found.document
    draft.document.update(document)
    steps = document["properties"].pop("customize", [])
    return list(steps)
