"""`env`: the app's settings for this local cloud, for another host or a test of one's own."""

from __future__ import annotations

import argparse
import json
import sys

from rich.console import Console

from localcloud.commands.parsing import Subparsers, add_cloud_command, attach


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = add_cloud_command(
        subparsers,
        "env",
        "print the app's settings with the addresses of this cloud\n\n"
        "The json form is a local.settings.json for the Functions Core Tools' own `func start`.\n"
        "Core Tools were not at hand when this was written: that way is untried. Start the cloud\n"
        "with --no-host for it, so that only one host works on the same storage. The output\n"
        "holds the secret of the local identity endpoint.",
        """
python -m localcloud env --format json > local.settings.json
set -a; . <(python -m localcloud env); set +a      # for a shell
""",
    )
    parser.add_argument("--format", choices=("dotenv", "json"), default="dotenv", help="output")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, _: Console) -> int:
    """Print the settings; return the exit code."""
    settings = attach(args.directory).app_environment()
    if args.format == "json":
        text = json.dumps({"IsEncrypted": False, "Values": settings}, indent=2)
    else:
        text = "\n".join(f"{name}={_quoted(value)}" for name, value in settings.items())
    sys.stdout.write(f"{text}\n")
    return 0


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "'\\''") + "'"
