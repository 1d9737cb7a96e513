"""The commands of `kiln` and their options."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cli.commands import recipe
from cli.commands.import_task import import_task

_IMAGES_URL = "https://kilnlocal.blob.core.windows.net/kiln-images"
_SET = "value for a placeholder, parameter, variable or missing input; may be repeated"


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="kiln",
        description="Recipes of VM images: check them, and bring what you have.",
        epilog="Exit codes: 0 done, 1 refused with reasons, 2 called wrongly.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    about = commands.add_parser("recipe", help="check, render, repair recipes; their schema")
    _add_recipe_commands(about.add_subparsers(title="commands", required=True, metavar="COMMAND"))
    move = _command(commands, "import-task", import_task, "make recipes of old pipeline steps")
    move.add_argument("file", type=Path, help="Azure Pipelines file or GitHub workflow")
    move.add_argument(
        "--out", type=Path, metavar="DIR", help="folder to write to, else the terminal"
    )
    _add_set_and_force(move)
    return parser


def _add_recipe_commands(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for it
    check = _command(commands, "check", recipe.check, "name every fault, without asking Azure")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE", help="recipe, <name>.json")
    render = _command(commands, "render", recipe.render, "print the template that AIB would get")
    render.add_argument("file", type=Path, help="recipe, <name>.json")
    render.add_argument("--artifact", type=Path, metavar="ZIP", help="archive to check and place")
    render.add_argument("--location", help="as the setting BUILD_LOCATION")
    render.add_argument("--identity", metavar="ID", help="as the setting AIB_IDENTITY_ID")
    render.add_argument("--build-vm-identity", metavar="ID", help="as BUILD_VM_IDENTITY_ID")
    render.add_argument(
        "--images-url",
        default=_IMAGES_URL,
        metavar="URL",
        help="the container IMAGES_CONTAINER, for a VHD without uri; else %(default)s",
    )
    render.add_argument(
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="value for a parameter of the recipe, as an upload would set it; may be repeated",
    )
    repair = _command(commands, "repair", recipe.repair, "make a recipe of a template file")
    repair.add_argument("file", type=Path, help="AIB template: resource, ARM deployment, export")
    repair.add_argument("--out", type=Path, metavar="FILE", help="file to write, else the terminal")
    _add_set_and_force(repair)
    _command(commands, "schema", recipe.schema, "print the JSON schema of recipes")


def _command(
    commands: Any,  # noqa: ANN401 - argparse has no public type for it
    name: str,
    run: Callable[[argparse.Namespace], int],
    says: str,
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=says, description=run.__doc__)
    parser.set_defaults(run=run)
    return parser


def _add_set_and_force(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help=_SET)
    parser.add_argument("--force", action="store_true", help="write over files that are there")
