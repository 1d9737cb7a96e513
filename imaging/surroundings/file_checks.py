"""Whether the files that a recipe's File steps name are small enough for AIB to bring.

A bigger one does not fail: its upload to the build VM goes on for hours (image-builder-json, File
customizer, and image-builder-troubleshoot). The address is asked as nobody, so what only AIB's
identity may read is not seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from imaging.errors import Fault
from imaging.limits import FILE_CUSTOMIZER_MAX_BYTES
from imaging.recipe import Recipe
from imaging.recipe.customize import File, Step
from imaging.redaction import without_queries
from imaging.surroundings.check import Verdict
from imaging.surroundings.look import Look


@dataclass(frozen=True)
class SourceFile:
    """A file that AIB shall bring into the build VM.

    Args:
        place: JSON path of its address.
        url: the address; may hold a signature, so it is never shown whole.
    """

    place: str
    url: str


def files_of(recipe: Recipe) -> list[SourceFile]:
    """List the files of a recipe's customizers and validators.

    Args:
        recipe: what image to make.
    """
    properties = recipe.properties
    validators = (properties.validation and properties.validation.in_vm_validations) or []
    lists: dict[str, Sequence[Step]] = {
        "customize": properties.customize or [],
        "validate.inVMValidations": validators,
    }
    return [
        SourceFile(f"properties.{where}[{index}].sourceUri", step.source_uri)
        for where, steps in lists.items()
        for index, step in enumerate(steps)
        if isinstance(step, File)
    ]


def judge_files(files: list[SourceFile], looks: Mapping[str, Look], verdict: Verdict) -> None:
    """Add to a verdict what the files' sizes say.

    Args:
        files: everything that was to be asked.
        looks: the answers by address; the body of what was found is its size in bytes, or None.
        verdict: gets faults and notes.
    """
    for file in files:
        look = looks[file.url]
        if look.state == "found" and isinstance(look.body, int):
            verdict.faults.extend(_too_big(file, look.body))
        else:
            verdict.advice.append(
                f"{file.place}: the size of {without_queries(file.url)} is not known "
                f"({look.reason}); AIB brings files below {FILE_CUSTOMIZER_MAX_BYTES // 10**6} MB"
            )


def _too_big(file: SourceFile, size_bytes: int) -> Iterator[Fault]:
    if size_bytes >= FILE_CUSTOMIZER_MAX_BYTES:
        yield Fault(
            file.place,
            f"is {without_queries(file.url)}, which has {size_bytes} bytes; a File step ends below "
            f"{FILE_CUSTOMIZER_MAX_BYTES} bytes (bigger ones take hours): fetch it in a Shell or "
            "PowerShell step, or put it into the artifact",
        )
