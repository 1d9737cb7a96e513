"""The command line of the local Functions host."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from localcloud.functions_host.kill_point import KillAt


@dataclass(frozen=True)
class HostOptions:
    """How one host is to run."""

    app: Path
    data: Path
    port: int = 7071
    rpc_port: int = 17071
    speed: float = 1.0
    clock_start: datetime | None = None
    clock_shows: datetime | None = None
    poll_seconds: float = 0.5
    kill_at: KillAt | None = None
    strict_replay: bool = True


def read_options(arguments: list[str]) -> HostOptions:
    """Read the command line; print usage and exit if it is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m localcloud.functions_host",
        description="Runs an Azure Functions app on this machine, as far as Kiln needs it. "
        "The environment holds the app's settings.",
    )
    parser.add_argument("--app", type=Path, required=True, help="folder of function_app.py")
    parser.add_argument("--data", type=Path, required=True, help="folder of keys, state, receipts")
    parser.add_argument("--port", type=int, default=7071, help="0 takes a free one")
    parser.add_argument("--rpc-port", type=int, default=17071, help="the Durable client's listener")
    parser.add_argument("--speed", type=float, default=1.0, help="how fast the clock runs")
    parser.add_argument("--clock-start", type=_moment, help="when the clock began, ISO 8601")
    parser.add_argument(
        "--clock-shows", type=_moment, help="what it showed then; the same if missing"
    )
    parser.add_argument("--poll-seconds", type=float, default=0.5, help="pause between listings")
    parser.add_argument("--kill-at", type=_kill_at, metavar="WHEN:ACTIVITY[:N]", help="crash test")
    parser.add_argument("--no-strict-replay", dest="strict_replay", action="store_false")
    found = vars(parser.parse_args(arguments))
    return HostOptions(**{**found, "app": found["app"].resolve(), "data": found["data"].resolve()})


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _kill_at(text: str) -> KillAt:
    try:
        return KillAt.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
