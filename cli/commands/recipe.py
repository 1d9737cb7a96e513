"""`kiln recipe`: check, render, repair, schema."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

from cli.terminal import (
    OK,
    REFUSED,
    complain,
    open_file,
    read_bytes,
    read_text,
    say,
    values_of,
    write_files,
)
from imaging.archives import archive_kind, archive_sha256, check_archive
from imaging.artifact.access import artifact_access
from imaging.errors import ArtifactError, PermanentError, RecipeError
from imaging.recipe import Recipe
from imaging.recipe.schema import editor_schema
from imaging.recipe.writing import recipe_text
from imaging.recipe_file import read_recipe_file
from imaging.template import StagedArtifact, TemplateContext, render_template
from imaging.template_files import repair_template

_STAGED = "https://kilnlocal.blob.core.windows.net/kiln-staging/0"
# A recipe that is only printed has no file yet, and no name that could be wrong.
_NO_NAME_YET = "recipe"
_READ_BYTES = 1024 * 1024
# A build mints its signature when the template is made; nothing opens with this one.
_NO_SIGNATURE = "sig=minted-for-each-build"
_INSTEAD_OF_AZURE = (
    "on the command line, --artifact stands for the upload and other options for the settings:"
    " see kiln recipe render --help"
)


def check(arguments: argparse.Namespace) -> int:
    """Check recipes and name every fault with its place; Azure is asked by a build only."""
    worst = OK
    for path in arguments.files:
        try:
            recipe = read_recipe_file(path.stem, read_bytes(path))
        except RecipeError as error:
            complain([f"{path}: repaired: {repair}" for repair in error.repairs])
            complain([f"{path}: {fault}" for fault in error.faults])
            worst = REFUSED
            continue
        say(f"{path}: {_in_one_line(recipe)}")
        complain([f"{path}: {_kind_of(warning)}{warning}" for warning in recipe.warnings])
    return worst


def render(arguments: argparse.Namespace) -> int:
    """Print the template that a build would send to AIB."""
    try:
        recipe = read_recipe_file(
            arguments.file.stem, read_bytes(arguments.file), values_of(arguments.parameter) or None
        )
        complain([f"{arguments.file}: {_kind_of(warning)}{warning}" for warning in recipe.warnings])
        artifact = _staged(arguments.artifact, recipe) if arguments.artifact else None
        if artifact:
            access = artifact_access(recipe, artifact.size_bytes, arguments.build_vm_identity)
            complain([f"{arguments.file}: artifact access: {access}"])
            if access.way == "sas":
                artifact = replace(artifact, sas_query=_NO_SIGNATURE)
        context = TemplateContext(
            build_id="0",
            location=arguments.location,
            aib_identity_id=arguments.identity,
            build_vm_identity_id=arguments.build_vm_identity,
            images_url=arguments.images_url.rstrip("/"),
        )
        say(json.dumps(render_template(recipe, artifact, context), indent=2))
    except (RecipeError, ArtifactError) as error:
        complain([error])
        return REFUSED
    except PermanentError as error:
        complain([error, _INSTEAD_OF_AZURE])
        return REFUSED
    return OK


def repair(arguments: argparse.Namespace) -> int:
    """Turn a template file into a recipe and list the changes."""
    text = read_text(arguments.file)
    name = arguments.out.stem if arguments.out else _NO_NAME_YET
    try:
        found = repair_template(text, recipe_name=name, values=values_of(arguments.set))
    except RecipeError as error:
        complain([f"{arguments.file}: repaired: {repair}" for repair in error.repairs])
        complain([f"{arguments.file}: {fault}" for fault in error.faults])
        return REFUSED
    complain([f"{arguments.file}: {repair}" for repair in found.repairs])
    recipe = recipe_text(found.document)
    if arguments.out:
        write_files({arguments.out: recipe}, force=arguments.force)
    else:
        say(recipe.rstrip())
    return OK


def schema(_: argparse.Namespace) -> int:
    """Print the JSON schema of recipes, for editors."""
    say(json.dumps(editor_schema(), indent=2, ensure_ascii=False))
    return OK


def _in_one_line(recipe: Recipe) -> str:
    outputs = ", ".join(recipe.run_output_names)
    system = recipe.os_type or "system unknown"
    left_out = {
        "identity (AIB_IDENTITY_ID)": recipe.identity,
        "location (BUILD_LOCATION)": recipe.location,
    }
    by_settings = ", ".join(words for words, written in left_out.items() if not written)
    settings = f"; from Kiln's settings: {by_settings}" if by_settings else ""
    return (
        "fine as far as it can be told without Azure"
        f" ({system}, {recipe.timeout_minutes} minutes, outputs: {outputs}{settings})"
    )


def _kind_of(warning: str) -> str:
    return "" if warning.startswith("repaired: ") else "advice: "


def _staged(path: Path, recipe: Recipe) -> StagedArtifact:
    """Check an artifact as Kiln would, and describe its staged copy."""
    with open_file(path) as file:
        summary = check_archive(file, path.name, os_type=recipe.os_type)
        file.seek(0)
        pieces = iter(lambda: file.read(_READ_BYTES), b"")
        sha256 = archive_sha256(pieces, path.name, summary)
    kind = archive_kind(path.name) or "zip"
    return StagedArtifact(
        blob_url=f"{_STAGED}/artifact.{kind}",
        archive_kind=kind,
        size_bytes=path.stat().st_size,
        sha256=sha256,
        longest_path=summary.longest_path,
    )
