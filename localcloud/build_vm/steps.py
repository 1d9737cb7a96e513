"""What a template asks the build VM to do, as a list of steps: customizers, then validators."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from localcloud.image_builder.build_vm_protocol import DownloadedFile

_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True)
class ShellStep:
    """A script: inline commands, or one that was downloaded.

    Args:
        name: the customizer's name, else `type[index]`.
        step_type: AIB's type.
        in_validation: whether it is a validator and not a customizer.
        inline: commands of one script; None when `script` is given.
        script: the downloaded script.
    """

    name: str
    step_type: str
    in_validation: bool
    inline: tuple[str, ...] | None
    script: Path | None = None


@dataclass(frozen=True)
class FileStep:
    """A file to place.

    Args:
        name: the customizer's name, else `type[index]`.
        step_type: AIB's type.
        in_validation: whether it is a validator and not a customizer.
        content: the downloaded file.
        file_name: last part of the source's path.
        destination: full path in the build VM.
    """

    name: str
    step_type: str
    in_validation: bool
    content: Path
    file_name: str
    destination: str


@dataclass(frozen=True)
class WindowsStep:
    """A step that only Windows can execute."""

    name: str
    step_type: str
    in_validation: bool


Step = ShellStep | FileStep | WindowsStep


class StepUnclear(Exception):  # noqa: N818 - it names the event
    """A step lacks its script or file; the text names it."""


def plan_steps(template: dict[str, Any], downloads: list[DownloadedFile]) -> list[Step]:
    """Return the steps of a stored template in the order in which AIB executes them.

    Raises:
        StepUnclear: the source of a step was not downloaded.
    """
    properties = template.get("properties") or {}
    customizers = properties.get("customize") or []
    validators = (properties.get("validate") or {}).get("inVMValidations") or []
    contents = {download.customizer_index: download.content_path for download in downloads}
    entries = [(entry, False) for entry in customizers] + [(entry, True) for entry in validators]
    return [
        _step(entry, _name_of(entry, index, len(customizers)), contents.get(index), validates)
        for index, (entry, validates) in enumerate(entries)
    ]


def _name_of(entry: dict[str, Any], index: int, customizers: int) -> str:
    if entry.get("name"):
        return str(entry["name"])
    kind = entry["type"]
    return (
        f"{kind}[{index}]" if index < customizers else f"validation {kind}[{index - customizers}]"
    )


def _step(entry: dict[str, Any], name: str, content: Path | None, in_validation: bool) -> Step:
    step_type = str(entry["type"])
    kind = step_type.lower()
    if kind == "shell":
        inline = entry.get("inline")
        if not inline and content is None:
            raise StepUnclear(f"{name}: neither inline commands nor a downloaded script")
        commands = tuple(inline) if inline else None
        return ShellStep(name, step_type, in_validation, commands, content)
    if kind == "file" and not _DRIVE.match(str(entry.get("destination", ""))):
        if content is None:
            raise StepUnclear(f"{name}: its sourceUri was not downloaded")
        file_name = urlsplit(str(entry.get("sourceUri", ""))).path.rsplit("/", 1)[-1]
        destination = str(entry["destination"])
        return FileStep(name, step_type, in_validation, content, file_name, destination)
    return WindowsStep(name, step_type, in_validation)
