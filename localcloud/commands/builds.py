"""`builds`: list the builds, or show one."""

from __future__ import annotations

import argparse

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from localcloud.client import CloudClient
from localcloud.commands.build_view import duration
from localcloud.commands.following import follow, show_end
from localcloud.commands.parsing import Subparsers, add_cloud_command, attach
from localcloud.errors import LocalCloudError

_WHOLE = ("build", "state", "took")  # columns that stay whole in a narrow terminal
_COLORS = {"Succeeded": "green", "Failed": "red"}


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = add_cloud_command(
        subparsers,
        "builds",
        "list the builds, or show one with everything that is known of it",
        """
python -m localcloud builds
python -m localcloud builds 3f2a9c…            # everything about one, as JSON
python -m localcloud builds 3f2a9c… --follow   # watch it
""",
    )
    parser.add_argument("id", nargs="?", help="build id, or its first characters")
    parser.add_argument("--follow", action="store_true", help="show it until it has ended")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Show builds; return the exit code."""
    client = attach(args.directory)
    if args.id is None:
        _show_all(client, console)
        return 0
    build_id = _full_id(client, args.id)
    if not args.follow:
        console.print_json(data=client.build(build_id))
        return 0
    document = follow(client, build_id, console)
    show_end(document, console)
    return 0 if document["state"] == "Succeeded" else 1


def _show_all(client: CloudClient, console: Console) -> None:
    claims = sorted(client.claims().items(), key=lambda item: str(item[1]["claimed_utc"]))
    if not claims:
        console.print("No builds yet; start one: python -m localcloud upload FILE")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("build", "recipe", "state", "took", "artifact"):
        table.add_column(title, overflow="fold", no_wrap=title in _WHOLE)
    for build_id, claim in claims:
        report = claim.get("report") or {}
        state = report.get("state") or (client.build(build_id) or {}).get("state", "unknown")
        color = _COLORS.get(state, "cyan")
        took = duration(report["elapsedSeconds"]) if report else ""
        artifact = (claim["request"]["artifact"] or {}).get("blob_name", "")
        recipe = escape(claim["request"]["recipe_name"])
        table.add_row(build_id[:12], recipe, f"[{color}]{state}[/]", took, escape(artifact))
    console.print(table)


def _full_id(client: CloudClient, beginning: str) -> str:
    found = [build_id for build_id in client.claims() if build_id.startswith(beginning)]
    if len(found) != 1:
        problem = f"{len(found)} builds begin" if found else "no build begins"
        raise LocalCloudError(
            f"{problem} with '{beginning}'; `python -m localcloud builds` lists them"
        )
    return found[0]
