"""`status`: what of the local cloud runs, and where."""

from __future__ import annotations

import argparse
import collections

from rich.console import Console
from rich.markup import escape

from localcloud.client import CloudClient
from localcloud.commands.parsing import Subparsers, add_cloud_command, running_state
from localcloud.commands.up import show_addresses, warn_of_steps_not_executed

NOT_RUNNING = 3  # as `systemctl status` and `pg_ctl status` have it


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    add_cloud_command(
        subparsers,
        "status",
        "show what runs, and where\n\n"
        "The exit code is 0 while everything runs, 3 while something does not.",
        """
python -m localcloud status
""",
    ).set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Show the cloud; return the exit code."""
    state = running_state(args.directory)
    if state is None:
        console.print(f"No local cloud runs in {escape(str(args.directory))}.", soft_wrap=True)
        return NOT_RUNNING
    running = state.running_pids()
    for name in state.pids:
        mark = "[green]●[/] runs" if name in running else "[red]○[/] ended"
        shown = f"process {state.pids[name]}"
        console.print(f"  {mark:20} {name.replace('_', ' '):15} [dim]{shown}[/]")
    client = CloudClient(state)
    show_addresses(client, console)
    if running.keys() != state.pids.keys():
        return NOT_RUNNING
    warn_of_steps_not_executed(client, console)
    ended = collections.Counter(
        (claim.get("report") or {}).get("state", "not ended") for claim in client.claims().values()
    )
    client.close()
    counted = ", ".join(f"{count} {name}" for name, count in sorted(ended.items()))
    console.print(f"  [dim]{'builds':17}[/]{counted or 'none yet'}")
    return 0
