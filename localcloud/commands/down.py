"""`down`: stop the local cloud that runs in a directory."""

from __future__ import annotations

import argparse
from dataclasses import replace

from rich.console import Console
from rich.markup import escape

from localcloud.commands.parsing import Subparsers, add_cloud_command
from localcloud.lost_processes import lost_processes
from localcloud.orphan_guard import stop_groups
from localcloud.start_lock import one_at_a_time
from localcloud.state import CloudState, read_state


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    add_cloud_command(
        subparsers,
        "down",
        "stop the local cloud; what it stored stays\n\nBuilds that run go on at the next `up`.",
        """
python -m localcloud down
python -m localcloud down --directory /tmp/other-cloud
""",
    ).set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Stop the cloud; return the exit code."""
    directory = args.directory.resolve()
    if read_state(directory):
        with one_at_a_time(directory):  # one that is starting is stopped once it is up
            state = read_state(directory)
            if state and state.running_pids():
                stop(state)
                console.print("[green]✓[/] The local cloud is stopped.")
                return 0
    if lost := lost_processes(directory):
        stop_groups(lost)
        console.print("[green]✓[/] The local cloud, whose files are gone, is stopped.")
        return 0
    console.print(f"No local cloud runs in {escape(str(args.directory))}.", soft_wrap=True)
    return 0


def stop(state: CloudState) -> None:
    """Stop what runs of a cloud."""
    running = state.running_pids()
    replace(state, pids={}).write()  # tells an `up` in the foreground that this is on purpose
    host = running.pop("host", None)
    if host:
        stop_groups([host])  # it drains while storage still answers
    stop_groups(running.values())
    state.stopped().write()
