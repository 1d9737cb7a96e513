"""`up`: start a local cloud, and watch over it or leave it running."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from localcloud.child_process import ChildProcess
from localcloud.client import CloudClient
from localcloud.cloud import CloudOptions, LocalCloud
from localcloud.commands.down import stop
from localcloud.commands.parsing import (
    DEFAULT_DIRECTORY,
    Subparsers,
    add_cloud_command,
    running_state,
    typed,
)
from localcloud.endpoints import DEFAULT_HOST_PORT
from localcloud.errors import StartError
from localcloud.processes import PROJECT_ROOT
from localcloud.start_lock import one_at_a_time
from localcloud.state import read_state

_DEFAULT_SPEED = 60.0
_LOOK_SECONDS = 0.5
_HIGHEST_PORT = 65_535
_HIGHEST_SPEED = 1000  # beyond it, seconds of real work look like hours


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = add_cloud_command(
        subparsers,
        "up",
        "start storage, Azure Resource Manager and the Functions host with the app\n\n"
        "Stays in the foreground until Ctrl-C; --detach leaves it running. Blobs, builds and\n"
        "recipes stay in --directory from one start to the next.",
        """
python -m localcloud up                        # until Ctrl-C
python -m localcloud up --detach --port 7072   # leave it running, on another port
python -m localcloud up --speed 1              # as slow as Azure: a build takes 20 minutes
python -m localcloud up --no-host              # for another host, with the settings of `env`
""",
    )
    parser.add_argument("--detach", action="store_true", help="leave it running and return")
    parser.add_argument(
        "--speed",
        type=speed,
        default=_DEFAULT_SPEED,
        metavar="N",
        help="how many times faster than real time its clock runs (default: 60)",
    )
    parser.add_argument(
        "--port",
        type=port,
        default=DEFAULT_HOST_PORT,
        metavar="P",
        help=f"port of the Functions host (default: {DEFAULT_HOST_PORT})",
    )
    parser.add_argument(
        "--app", type=Path, default=PROJECT_ROOT, metavar="A", help="folder of function_app.py"
    )
    parser.add_argument("--no-host", action="store_true", help="start no Functions host")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Start the cloud; return the exit code."""
    with one_at_a_time(args.directory.resolve()):
        cloud = _start_unless_up(args, console)
        if cloud is None:
            return 0
        if args.detach:
            is_usual = args.directory == DEFAULT_DIRECTORY
            stop_it = "make down" if is_usual else typed("down", args.directory)
            console.print(f"\nStop it with: {escape(stop_it)}", soft_wrap=True)
            return 0
    return _watch(cloud, console)


def show_addresses(cloud: CloudClient, console: Console) -> None:
    """Print where everything is."""
    endpoints, state = cloud.endpoints, cloud.state
    rows = {
        "Functions host": f"{endpoints.host_url}/api",
        "function key": endpoints.function_key,
        "storage": endpoints.blob_url,
        "Resource Manager": endpoints.arm_url,
        "clock": f"{state.speed:g} times as fast as real time",
        "logs": str(state.logs),
    }
    for name, value in rows.items():
        if value:
            console.print(f"  [dim]{name:17}[/]{escape(value)}", soft_wrap=True)


def warn_of_steps_not_executed(cloud: CloudClient, console: Console) -> None:
    """Say so where runs execute nothing: an image proves less then."""
    if not cloud.executes_customizers():
        console.print(
            "  [yellow]![/] build VM     Shell steps are logged, not executed: "
            "neither bubblewrap (bwrap) nor unshare works here",
            soft_wrap=True,
        )


def _start_unless_up(args: argparse.Namespace, console: Console) -> LocalCloud | None:
    running = running_state(args.directory)
    if running and (ended := sorted(set(running.pids) - set(running.running_pids()))):
        names = ", ".join(ended).replace("_", " ")
        console.print(f"Of the local cloud, this has ended: {names}. Starting all of it anew.")
        stop(running)
    elif running:
        console.print(f"The local cloud is up already, in {escape(str(args.directory))}.")
        show_addresses(CloudClient(running), console)
        return None
    options = CloudOptions(host_port=args.port, recipes=args.app / "examples/recipes")
    cloud = LocalCloud(args.directory, args.app, args.speed, options)
    with console.status("Starting the local cloud…"):
        if args.no_host:
            cloud.start_azure()
        else:
            cloud.start()
    if args.detach:
        cloud.let_go()  # before anything is printed: a reader may have left
    console.print("[green]✓[/] The local cloud is up.")
    show_addresses(cloud, console)
    warn_of_steps_not_executed(cloud, console)
    return cloud


def _watch(cloud: LocalCloud, console: Console) -> int:
    """Wait until Ctrl-C, then stop the cloud; complain if a part ends before."""
    try:
        console.print("\nCtrl-C stops it.")
        ended = _first_to_end(cloud)
        if not _was_stopped_by_down(cloud):
            raise StartError(
                f"{ended.name} ended by itself, with code {ended.exit_code}; see {ended.log_path}"
            )
        console.print("Stopped by `down`.")
    except KeyboardInterrupt:
        console.print("\nStopping…")
    finally:
        cloud.stop()
    return 0


def _first_to_end(cloud: LocalCloud) -> ChildProcess:
    parts = [cloud.azurite, cloud.control_plane, cloud.host]
    started = [part for part in parts if part.is_running]
    while True:
        for part in started:
            if not part.is_running:
                return part
        time.sleep(_LOOK_SECONDS)


def _was_stopped_by_down(cloud: LocalCloud) -> bool:
    state = read_state(cloud.state.directory)
    return state is None or not state.pids


def port(text: str) -> int:
    """Read a port from the command line."""
    value = int(text)
    if not 0 < value <= _HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is not a port; it must be 1 to {_HIGHEST_PORT}")
    return value


def speed(text: str) -> float:
    """Read a speed of the clock from the command line."""
    value = float(text)
    if not 0 < value <= _HIGHEST_SPEED:
        raise argparse.ArgumentTypeError(
            f"{text} is not greater than 0 and at most {_HIGHEST_SPEED}"
        )
    return value
