"""`kiln import-task`: from a step of the old task or the GitHub Action to a recipe."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path, PurePosixPath

from cli.pipeline_files import UnreadablePipelineError, find_steps
from cli.terminal import OK, REFUSED, complain, read_text, say, values_of, write_files
from imaging.migration import FoundStep, Home, Migration, Tool, below_workspace, migrate
from imaging.recipe.writing import recipe_text


def import_task(arguments: argparse.Namespace) -> int:
    """Write a recipe and the new lines of pipeline for every step of a file."""
    path: Path = arguments.file
    values = values_of(arguments.set)
    try:
        steps = [_in_repository(step, path) for step in find_steps(read_text(path))]
    except UnreadablePipelineError as error:
        complain([f"{path}: {error}"])
        return REFUSED
    if not steps:
        tools = ", ".join(tool.value for tool in Tool)
        where = "templates and reusable workflows that it names are files of their own"
        complain([f"{path}: has no step of {tools}; {where}"])
        return REFUSED
    worst = OK
    texts: dict[Path, str] = {}
    for step, migration in _migrations(steps, values):
        complain([f"{path}: note: line {step.line}: {note}" for note in migration.notes])
        if migration.faults:
            complain([f"{path}: refused: {fault}" for fault in migration.faults])
            complain([f"{path}: refused: line {step.line}: nothing is written for this step"])
            worst = REFUSED
            continue
        texts |= _texts(step, migration)
    _show(texts, arguments)
    return worst


def _in_repository(step: FoundStep, file: Path) -> FoundStep:
    """Add what the repository around a workflow says: its name, and a template file."""
    folders = file.resolve().parents
    is_workflow = [folder.name for folder in folders[:2]] == ["workflows", ".github"]
    if is_workflow and step.home is Home.PIPELINE:
        step = replace(step, repository=folders[2].name)
    given = step.inputs.get("image-builder-template-name")
    inside = PurePosixPath(below_workspace(given.text.replace("\\", "/")) if given else "")
    if inside.suffix.lower() != ".json" or inside.is_absolute() or ".." in inside.parts:
        return step
    for folder in folders:
        if (folder / inside).is_file():
            return replace(step, template=read_text(folder / inside))
    return step


def _migrations(
    steps: list[FoundStep], values: Mapping[str, str]
) -> Iterator[tuple[FoundStep, Migration]]:
    """Migrate each step; two with one name get numbers."""
    taken: set[str] = set()
    for step in steps:
        migration = migrate(step, values)
        first = migration.recipe_name
        names = (first if number == 1 else f"{first}-{number}" for number in count(1))
        name = next(name for name in names if name not in taken)
        taken.add(name)
        yield step, migration if name == first else migrate(step, values, recipe_name=name)


def _texts(step: FoundStep, migration: Migration) -> dict[Path, str]:
    """Return the files of one step: its recipe and the new lines of pipeline."""
    kind = "github" if step.tool is Tool.ACTION else "azure-pipelines"
    return {
        Path(f"{migration.recipe_name}.json"): recipe_text(migration.document),
        Path(f"{migration.recipe_name}.{kind}.yml"): migration.snippet,
    }


def _show(texts: Mapping[Path, str], arguments: argparse.Namespace) -> None:
    """Write the files of all steps, or print them."""
    if arguments.out is None:
        for name, text in texts.items():
            say(f"# {name}\n{text}")
        return
    files = {arguments.out / name: text for name, text in texts.items()}
    write_files(files, force=arguments.force)
    for path in files:
        say(str(path))
