"""The cloud on a desk, from the command line: finds the command and tells how it ended."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from localcloud import demo
from localcloud.__main__ import INTERRUPTED
from localcloud.commands import builds, down, env, faults, status, up, upload
from localcloud.errors import LocalCloudError

_COMMANDS = (up, down, status, upload, builds, faults, env, demo)
_READER_LEFT = 141  # 128 + SIGPIPE
_FILE_WIDTH = 160  # columns of what is written to a file or a pipe


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 misused, 3 not running."""
    args = _parser().parse_args(argv)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _FILE_WIDTH)
    return run_command(args, console, Console(stderr=True, highlight=False))


def run_command(args: argparse.Namespace, console: Console, complaints: Console) -> int:
    """Run the command that was found and return its exit code.

    Args:
        args: as parsed; `run` is the command.
        console: where the command prints.
        complaints: where it is told why it failed.
    """
    try:
        code: int = args.run(args, console)
        sys.stdout.flush()
    except BrokenPipeError:  # `… builds | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _READER_LEFT
    except LocalCloudError as error:
        complaints.print(f"[red]error:[/] {escape(str(error))}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.show_cursor()  # rich hides it a moment before it takes care to show it again
        complaints.print("\nstopped" if complaints.is_terminal else "stopped")  # after its ^C
        return INTERRUPTED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m localcloud",
        description="Kiln's local cloud: storage, a simulated Azure Resource Manager and a "
        "Functions host, on this machine and for this machine only.",
    )
    subparsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add_parser(subparsers)
    return parser
