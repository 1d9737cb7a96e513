"""`upload`: put a build zip into the intake container, as a pipeline does."""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from localcloud.client import CloudClient
from localcloud.commands.following import find_build, follow, show_end
from localcloud.commands.parsing import Subparsers, add_cloud_command, attach, typed
from localcloud.errors import LocalCloudError

_SUFFIXES = (".zip", ".tar.gz", ".tgz")


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = add_cloud_command(
        subparsers,
        "upload",
        "upload a build zip, which starts a build\n\n"
        "It becomes <recipe>/<release>/<recipe>_<milliseconds>.zip in the intake container.",
        """
python -m localcloud upload dist/webapp.zip --follow
python -m localcloud upload app.tar.gz --recipe webapp --release 18-1
python -m localcloud upload dist/app.zip --recipe-file my-recipe.json --follow
""",
    )
    parser.add_argument("file", type=Path, help="the zip or tar.gz")
    parser.add_argument("--recipe", help="name of the recipe (default: the file's name)")
    parser.add_argument(
        "--recipe-file",
        type=Path,
        metavar="JSON",
        help="a recipe of your own, stored first under its file's name or --recipe; it stays there",
    )
    parser.add_argument("--release", help="release, second part of the name (default: the time)")
    parser.add_argument("--follow", action="store_true", help="show the build until it has ended")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Upload the file; return the exit code."""
    if not args.file.is_file():
        raise LocalCloudError(f"there is no file {args.file}")
    client = attach(args.directory)
    if args.recipe_file:
        recipe = store_recipe(client, args.recipe, args.recipe_file)
        console.print(f"[green]✓[/] recipe    {escape(recipe)}", soft_wrap=True)
    else:
        recipe = choose_recipe(client, args.recipe, args.file)
    release = args.release or datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    blob_name = artifact_name(recipe, release, args.file)
    client.upload(args.file, blob_name)
    intake = client.container("ARTIFACTS_CONTAINER")
    console.print(f"[green]✓[/] uploaded  {escape(f'{intake}/{blob_name}')}", soft_wrap=True)
    with console.status("Waiting for the blob trigger…"):
        build_id = find_build(client, blob_name)
    console.print(f"[green]✓[/] build     {build_id}", soft_wrap=True)
    if not args.follow:
        watch_it = typed(f"builds {build_id} --follow", args.directory)
        console.print(f"\nWatch it with: {escape(watch_it)}", soft_wrap=True)
        return 0
    document = follow(client, build_id, console)
    show_end(document, console)
    return 0 if document["state"] == "Succeeded" else 1


def artifact_name(recipe: str, release: str, path: Path) -> str:
    """Return the blob name of an upload.

    Raises:
        LocalCloudError: the file is no zip or tar.gz.
    """
    suffix = next((s for s in _SUFFIXES if path.name.lower().endswith(s)), None)
    if suffix is None:
        raise LocalCloudError(f"{path.name} is no artifact; it must end in {', '.join(_SUFFIXES)}")
    return f"{recipe}/{release}/{recipe}_{time.time_ns() // 1_000_000}{suffix}"


def store_recipe(client: CloudClient, named: str | None, path: Path) -> str:
    """Store a recipe's file as it is, and return the recipe's name; a build checks what it says.

    Raises:
        LocalCloudError: the file is not there, or cannot be a recipe.
    """
    if path.suffix != ".json":
        raise LocalCloudError(f"{path} is no recipe; a recipe is a JSON file, <name>.json")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LocalCloudError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise LocalCloudError(f"{path} is no recipe; it must be JSON in UTF-8") from None
    recipe = named or path.stem
    client.put_recipe(recipe, text)
    return recipe


def choose_recipe(client: CloudClient, named: str | None, path: Path) -> str:
    """Return the recipe that was named, else the one that the file is named after.

    Raises:
        LocalCloudError: there is no such recipe; the text lists those that are there.
    """
    container = client.container("RECIPES_CONTAINER")
    recipes = [name.removesuffix(".json") for name in client.storage.names(container)]
    wanted = named or path.name.partition(".")[0]
    if wanted not in recipes:
        raise LocalCloudError(
            f"there is no recipe '{wanted}' in {container} "
            f"(there: {', '.join(recipes) or 'none'}); choose one with --recipe"
        )
    return wanted
