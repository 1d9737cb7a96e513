"""The door of this room: a step in; a recipe, the lines that replace the step, and remarks out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imaging.errors import Fault
from imaging.migration.action_inputs import draft_of_action
from imaging.migration.draft import Draft
from imaging.migration.snippets import snippet_for
from imaging.migration.steps import FoundStep, Tool
from imaging.migration.task_inputs import draft_of_task

_ORDER = ("parameters", "location", "identity", "artifact", "properties")


@dataclass(frozen=True)
class Migration:
    """What replaces a step.

    Args:
        recipe_name: named after the folder that the step packs.
        document: the recipe; only to be used if there are no faults.
        snippet: the lines of pipeline; empty if there are faults.
        notes: what has no counterpart, or is different now.
        faults: what has to be put right first, with its line.
    """

    recipe_name: str
    document: dict[str, Any]
    snippet: str
    notes: list[str]
    faults: list[Fault]


def migrate(
    step: FoundStep, values: Mapping[str, str] | None = None, *, recipe_name: str | None = None
) -> Migration:
    """Make a recipe of a step.

    Args:
        step: as it was found.
        values: for variables, placeholders and missing inputs, by their names.
        recipe_name: instead of the name of the folder that the step packs.
    """
    given = {name.lower(): value for name, value in (values or {}).items()}
    draft = Draft(step, given)
    folder_name = draft_of_action(draft) if step.tool is Tool.ACTION else draft_of_task(draft)
    name = recipe_name or folder_name
    draft.finish(name)
    document = {
        key: draft.document[key] for key in (*_ORDER, *draft.document) if key in draft.document
    }
    snippet = "" if draft.faults else snippet_for(draft, name)
    return Migration(name, document, snippet, draft.notes, draft.faults)
