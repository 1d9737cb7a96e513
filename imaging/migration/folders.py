"""The folder that a step packs: its name in the build VM, and what names none."""

from __future__ import annotations

import re

from imaging.migration.draft import Draft
from imaging.recipe.recipe_name import recipe_name_problem
from imaging.recipe.showing import show

_PARTS = re.compile(r"(?:\$\{\{(?:(?!\$\{\{).)*?\}\}|[^/\\])+", re.DOTALL)
_NO_FOLDER = re.compile(r"([A-Za-z]:)?")
# Where a runner has the repository.
_WORKSPACE = re.compile(
    r"(?:\$\{\{\s*github\.workspace\s*\}\}|(\$\{?GITHUB_WORKSPACE\}?))(?=[/\\]|$)", re.IGNORECASE
)
_WORKSPACE_EXPRESSION = "${{ github.workspace }}"


def last_folder(path: str) -> str:
    """Name the last folder of a path that may be written for either system.

    Args:
        path: as it is written; an expression in it is one piece, whatever it holds.
    """
    parts = _PARTS.findall(path.rstrip("/\\ "))
    return parts[-1] if parts else ""


def folder_of(draft: Draft, name: str, path: str) -> str:
    """Name the folder that an input packs; a path that names none is a fault.

    Args:
        draft: gets the fault.
        name: of the input.
        path: its text, filled.
    """
    folder = last_folder(path)
    draft.refuse_open(name, folder)
    if path and _NO_FOLDER.fullmatch(folder):
        draft.refuse(name, "names no folder; name the one that the step packs")
    elif "*" in path or "?" in path:
        draft.refuse(name, f"is {show(path)}; both tools took one folder and no pattern; name it")
    return folder


def below_workspace(path: str) -> str:
    """Leave out the folder where a runner has the repository.

    Args:
        path: as a workflow writes it.
    """
    found = _WORKSPACE.match(path)
    return path[found.end() :].lstrip("/\\") if found else path


def with_workspace(path: str) -> str:
    """Write the runner's folder as the expression that GitHub fills in everywhere.

    Args:
        path: as a workflow writes it; nothing expands `$GITHUB_WORKSPACE` in an input.
    """
    found = _WORKSPACE.match(path)
    return _WORKSPACE_EXPRESSION + path[found.end() :] if found and found[1] else path


def is_workspace(path: str) -> bool:
    """Say whether a path is the folder where a runner has the repository, and no more.

    Args:
        path: as a workflow writes it.
    """
    found = _WORKSPACE.match(path)
    return found is not None and not path[found.end() :].strip("/\\ ")


def put_artifact(draft: Draft, name: str, folder: str, destination: str, os_type: str) -> str:
    """Write where the artifact goes, and name the recipe after its folder.

    Args:
        draft: gets it.
        name: of the input with the folder.
        folder: that the pipeline packs.
        destination: where old scripts expect it.
        os_type: Linux or Windows.

    Returns:
        The recipe's name.
    """
    draft.put(("artifact", "destination"), destination, name)
    draft.put(("artifact", "osType"), os_type)
    if recipe_name_problem(folder) is None:
        return folder
    return re.sub(r"[^A-Za-z0-9_-]+", "-", folder).strip("-_.")[:64] or "image"
