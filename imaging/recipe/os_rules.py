"""Which operating system a recipe is for, and what does not fit to it.

The steps tell it (Shell: Linux; PowerShell and the Windows steps: Windows), else `artifact.osType`.
"""

from __future__ import annotations

from collections.abc import Iterator

from imaging.errors import Fault
from imaging.limits import LINUX_FILE_ROOT
from imaging.recipe.artifact_block import (
    OsType,
    is_windows_path,
    removal_problem,
    windows_name_problem,
)
from imaging.recipe.raw_parts import Part
from imaging.recipe.showing import show
from imaging.recipe.step_rules import all_steps

_OS_OF_STEP: dict[str, OsType] = {
    "Shell": "Linux",
    "PowerShell": "Windows",
    "WindowsRestart": "Windows",
    "WindowsUpdate": "Windows",
}


def os_type_of(recipe: Part) -> OsType | None:
    """Tell the operating system, or None when nothing does.

    Args:
        recipe: the whole recipe.
    """
    for step in all_steps(recipe):
        told = _OS_OF_STEP.get(step["type"].text())
        if told:
            return told
    told_directly = recipe["artifact"]["osType"].value
    return told_directly if told_directly in ("Linux", "Windows") else None


def broken_rules(recipe: Part) -> Iterator[Fault]:
    """Check that steps, destinations and the artifact fit to one operating system.

    Args:
        recipe: the whole recipe.
    """
    os_type = os_type_of(recipe)
    for step in all_steps(recipe):
        told = _OS_OF_STEP.get(step["type"].text())
        if told and told != os_type:
            yield step["type"].fault(f"is a {told} step, but the steps before it are for {os_type}")
        if step["type"].value == "File" and step["destination"].text():
            yield from _file_destination(step["destination"], os_type)
    if isinstance(recipe["artifact"].value, dict):
        yield from _artifact(recipe["artifact"], os_type)


def _file_destination(destination: Part, os_type: OsType | None) -> Iterator[Fault]:
    path = destination.text()
    if os_type == "Windows" or (os_type is None and is_windows_path(path)):
        names = path[3:].replace("/", "\\").split("\\")
        fine = is_windows_path(path) and not any(map(windows_name_problem, names))
        wanted = "it must be the absolute path of a Windows file, as C:\\app\\file.txt"
    else:
        fine = path.startswith(LINUX_FILE_ROOT) and not path.endswith("/")
        wanted = "it must be a file below /tmp; copy it on in a Shell step"
    if not fine or ".." in path.replace("\\", "/").split("/"):
        yield destination.fault(f"is {show(path)}; {wanted}")


def _artifact(artifact: Part, os_type: OsType | None) -> Iterator[Fault]:
    told = artifact["osType"]
    if os_type is None and not told.has_value:
        yield told.fault("is missing; no customizer tells whether this is Linux or Windows")
    if told.text() in ("Linux", "Windows") and told.text() != os_type:
        yield told.fault(f"is {show(told.text())}, but the steps are for {os_type}")
    destination = artifact["destination"]
    if destination.text() and os_type:
        problem = destination_misfit(destination.text(), os_type)
        if problem:
            yield destination.fault(f"is {show(destination.text())}; {problem}")
    removal = removal_problem(destination.text()) if artifact["removeAfterBuild"].value else None
    if removal:
        yield artifact["removeAfterBuild"].fault(removal)


def destination_misfit(destination: str, os_type: OsType) -> str | None:
    """Say why an artifact's destination does not fit to an operating system, or None.

    Args:
        destination: a folder's name or an absolute path.
        os_type: what the image runs.
    """
    if os_type == "Linux":
        return (
            "it must be a Linux path or a folder's name" if is_windows_path(destination) else None
        )
    if destination.startswith("/"):
        return "it must be a Windows path or a folder's name"
    return None if is_windows_path(destination) else windows_name_problem(destination)
