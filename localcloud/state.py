"""What a local cloud remembers in its directory: ports, keys, clock and processes."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from localcloud.clock import ScaledClock
from localcloud.endpoints import (
    ACCOUNT_NAME,
    STAGING_ACCOUNT_NAME,
    Endpoints,
    Ports,
    choose_ports,
    is_port_free,
)
from localcloud.errors import StateError

_FILE_NAME = "state.json"
_KEY_BYTES = 64  # the length of a storage account key


@dataclass(frozen=True)
class CloudState:
    """One local cloud, as written to `state.json` (mode 0600: it holds the local keys).

    Args:
        directory: where everything of this cloud lies.
        app: folder of the app that its Functions host runs.
        ports: where it listens.
        speed: how many times faster than real time its clock runs.
        clock_started_utc: real time of its start, ISO 8601.
        clock_shown_utc: what its clock showed then.
        account_keys: storage account to key.
        identity_header: secret of the identity endpoint.
        pids: the process of each part; empty while it is stopped.
        stopped_utc: real time at which everything had stopped; None while it runs, or if it died.
    """

    directory: Path
    app: Path
    ports: Ports
    speed: float
    clock_started_utc: str
    clock_shown_utc: str
    account_keys: dict[str, str]
    identity_header: str
    pids: dict[str, int] = field(default_factory=dict)
    stopped_utc: str | None = None

    @property
    def logs(self) -> Path:
        """The folder of the processes' logs."""
        return self.directory / "logs"

    @property
    def certificate_folder(self) -> Path:
        """The folder of the certificate."""
        return self.directory / "certificate"

    @property
    def host_folder(self) -> Path:
        """What the Functions host keeps."""
        return self.directory / "host"

    def clock(self) -> ScaledClock:
        """Return its clock, which is the same one in all its processes."""
        moments = (self.clock_started_utc, self.clock_shown_utc)
        return ScaledClock(self.speed, *(datetime.fromisoformat(moment) for moment in moments))

    def stopped(self) -> CloudState:
        """Return the state once nothing of it runs any more: the clock stands still from now on."""
        return dataclasses.replace(self, pids={}, stopped_utc=datetime.now(UTC).isoformat())

    def endpoints(self) -> Endpoints:
        """Return where everything is, with the key of the host if that has run once."""
        storage = "https://127.0.0.1:{}/{}"
        return Endpoints(
            blob_url=storage.format(self.ports.blob, ACCOUNT_NAME),
            queue_url=storage.format(self.ports.queue, ACCOUNT_NAME),
            table_url=storage.format(self.ports.table, ACCOUNT_NAME),
            staging_blob_url=storage.format(self.ports.blob, STAGING_ACCOUNT_NAME),
            arm_url=f"https://127.0.0.1:{self.ports.arm}",
            identity_url=f"http://127.0.0.1:{self.ports.identity}/msi/token",
            identity_header=self.identity_header,
            host_url=f"http://127.0.0.1:{self.ports.host}",
            function_key=_function_key(self.host_folder / "keys.json"),
            ca_bundle=self.certificate_folder / "bundle.pem",
        )

    def write(self) -> None:
        """Save it, in one step."""
        self.directory.mkdir(parents=True, exist_ok=True)
        content = dataclasses.asdict(self) | {"directory": str(self.directory)}
        content["app"] = str(self.app)
        new = self.directory / f"{_FILE_NAME}.new"
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        new.write_text(json.dumps(content, indent=2))
        new.replace(self.directory / _FILE_NAME)

    def running_pids(self) -> dict[str, int]:
        """Return the processes that still run and really are this cloud's."""
        return {name: pid for name, pid in self.pids.items() if _is_ours(pid, self.directory)}


def read_state(directory: Path) -> CloudState | None:
    """Return the state of the cloud in `directory`; None where there never was one.

    Raises:
        StateError: the file is not one of ours.
    """
    path = directory / _FILE_NAME
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text())
        content["ports"] = Ports(**content["ports"])
        content["app"] = Path(content["app"])
        return CloudState(**(content | {"directory": directory}))
    except OSError as error:
        raise StateError(f"{path} cannot be read ({error.strerror}); whose cloud is it?") from error
    except (ValueError, TypeError, KeyError) as error:
        raise StateError(
            f"{path} is no state of a local cloud ({error}); delete it if it was one,"
            " else name another folder with --directory"
        ) from error


def new_state(directory: Path, app: Path, speed: float, host_port: int | None = None) -> CloudState:
    """Return the state of a cloud that starts now.

    What an earlier one in the same directory stored stays usable: keys are kept, ports too where
    they are free (stored URLs hold them), and the clock goes on where it stood, so that builds
    neither wait for hours that have been nor run out of time while nothing runs.
    """
    earlier = read_state(directory)
    now_utc = datetime.now(UTC)
    return CloudState(
        directory=directory,
        app=app,
        ports=_ports(earlier, host_port),
        speed=speed,
        clock_started_utc=now_utc.isoformat(),
        clock_shown_utc=_clock_shown(earlier, now_utc).isoformat(),
        account_keys=earlier.account_keys if earlier else _new_keys(),
        identity_header=earlier.identity_header if earlier else secrets.token_urlsafe(24),
    )


def _clock_shown(earlier: CloudState | None, now_utc: datetime) -> datetime:
    """Return where the clock goes on: where it stood; for one that died, as if it had run on."""
    if earlier is None:
        return now_utc
    stopped_utc = earlier.stopped_utc
    return earlier.clock().at(datetime.fromisoformat(stopped_utc) if stopped_utc else now_utc)


def _ports(earlier: CloudState | None, host_port: int | None) -> Ports:
    if earlier is None:
        return choose_ports(host_port)
    ports = dataclasses.replace(earlier.ports, host=host_port or earlier.ports.host)
    numbers = dataclasses.astuple(ports)
    are_different = len(set(numbers)) == len(numbers)
    if are_different and all(is_port_free(port) for port in numbers if port != host_port):
        return ports
    return choose_ports(host_port)


def _new_keys() -> dict[str, str]:
    names = (ACCOUNT_NAME, STAGING_ACCOUNT_NAME)
    return {name: base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode() for name in names}


def _function_key(keys: Path) -> str:
    if not keys.exists():
        return ""
    try:
        return str(json.loads(keys.read_text())["function"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StateError(f"{keys} is damaged ({error}); delete it to get new keys") from error


def _is_ours(pid: int, directory: Path) -> bool:
    """Tell whether `pid` is a process of this cloud; its number may have been given anew."""
    command_line = Path(f"/proc/{pid}/cmdline")
    if command_line.exists():
        return os.fsencode(directory) in command_line.read_bytes()
    if Path("/proc/self").exists():
        return False
    try:  # no /proc (macOS): the number has to do
        os.kill(pid, 0)
    except OSError:
        return False
    return True
