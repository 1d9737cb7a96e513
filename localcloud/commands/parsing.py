"""What the commands have in common: their options, and how a parser is added."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TypeAlias

from localcloud.client import CloudClient
from localcloud.errors import StateError
from localcloud.processes import PROJECT_ROOT
from localcloud.state import CloudState, read_state

DEFAULT_DIRECTORY = PROJECT_ROOT / ".localcloud"

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - typed so


def add_command(
    subparsers: Subparsers, name: str, summary: str, examples: str
) -> argparse.ArgumentParser:
    """Add a command.

    Args:
        subparsers: where to add it.
        name: the command.
        summary: one sentence; more may follow after an empty line.
        examples: command lines to show, one a line.
    """
    shown = "\n".join(f"  {line}" for line in examples.strip().splitlines())
    return subparsers.add_parser(
        name,
        help=summary.splitlines()[0],
        description=summary,
        epilog=f"examples:\n{shown}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_cloud_command(
    subparsers: Subparsers, name: str, summary: str, examples: str
) -> argparse.ArgumentParser:
    """Add a command on the cloud of a directory; arguments as of `add_command`."""
    parser = add_command(subparsers, name, summary, examples)
    parser.add_argument(
        "--directory",
        type=Path,
        default=DEFAULT_DIRECTORY,
        metavar="D",
        help="where the local cloud keeps its files (default: .localcloud in the project)",
    )
    return parser


def running_state(directory: Path) -> CloudState | None:
    """Return the state of the cloud that runs in `directory`; None if none does."""
    state = read_state(directory.resolve())
    return state if state and state.running_pids() else None


def typed(command: str, directory: Path) -> str:
    """Return what to type for a command on the cloud in `directory`."""
    shown = f"python -m localcloud {command}"
    if directory == DEFAULT_DIRECTORY:
        return shown
    return f"{shown} --directory {shlex.quote(str(directory))}"


def attach(directory: Path) -> CloudClient:
    """Return a client of the cloud that runs in `directory`.

    Raises:
        StateError: none does.
    """
    state = running_state(directory)
    if state is None:
        raise StateError(
            f"no local cloud runs in {directory}; start one: {typed('up --detach', directory)}"
        )
    return CloudClient(state)
