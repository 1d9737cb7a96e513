"""Stops the processes of a local cloud whose owner died without doing it: `kill -9`, a crash.

Run as a script, with the owner holding the other end of standard input. Each line is `+PID` for a
process that was started or `-PID` for one that has ended; the end of the input means that the owner
is gone.

A process tells its own `+PID` before it becomes the command it was started for. So there is no
moment in which the owner could die with a process that nobody knows of: until it has told, the
process itself holds the guard's input open.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path  # slow to import

_GRACE_SECONDS = 10.0
_KILLED_SECONDS = 2.0
_LOOK_SECONDS = 0.05
# Standard input is the guard's. A guard that was killed must not end the process by SIGPIPE.
_TELL_AND_EXEC = """trap '' PIPE; echo "+$$" 2>/dev/null >&0; trap - PIPE; exec "$@" </dev/null"""


class OrphanGuard:
    """The owner's end: a small process that outlives us by the time it takes to clean up."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def popen(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        output: IO[bytes],
        folder: Path | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a process whose group does not outlive us; its standard input is empty.

        It has a session of its own: Ctrl-C goes to us, who stop things in order.

        Args:
            command: what to run.
            environment: its whole environment.
            output: where its output and its errors go.
            folder: its working folder.
        """
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - this very file
                [sys.executable, "-I", "-S", __file__],
                stdin=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
        return subprocess.Popen(  # noqa: S603 - our own command lines only
            ["/bin/sh", "-c", _TELL_AND_EXEC, "sh", *command],
            stdin=self._process.stdin,
            start_new_session=True,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=folder,
        )

    def forget(self, pid: int) -> None:
        """Leave `pid` alone from now on: it has ended, and its number may be given anew."""
        if self._process and self._process.stdin:
            with contextlib.suppress(BrokenPipeError):  # killed; we still stop things ourselves
                self._process.stdin.write(f"-{pid}\n".encode())

    def close(self) -> None:
        """Let it go; whatever still runs of what it watches is stopped."""
        if self._process and self._process.stdin:
            self._process.stdin.close()
            self._process.wait()
        self._process = None


def stop_groups(pids: Iterable[int], grace_seconds: float = _GRACE_SECONDS) -> None:
    """Send SIGTERM to the process groups, wait, and kill those that are left."""
    left = [pid for pid in pids if _signal_group(pid, signal.SIGTERM)]
    left = _still_there(left, grace_seconds)
    for pid in left:
        _signal_group(pid, signal.SIGKILL)
    _still_there(left, _KILLED_SECONDS)  # a killed process ends soon, but not at once


def _still_there(pids: list[int], seconds: float) -> list[int]:
    """Wait until the process groups have ended, and return those that have not."""
    deadline = time.monotonic() + seconds
    while pids and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
        pids = [pid for pid in pids if _signal_group(pid, 0) and not _is_zombie(pid)]
    return pids


def _signal_group(pid: int, number: int) -> bool:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
        return True
    return False


def _is_zombie(pid: int) -> bool:
    """Tell whether it has ended unseen: the first process of a container may not collect it."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as status:  # noqa: PTH123 - pathlib is slow to import
            return status.read().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False


def _watch_until_the_owner_is_gone() -> None:
    watched: dict[int, None] = {}
    for line in sys.stdin:
        if line.startswith("+"):
            watched[int(line[1:])] = None
        else:
            watched.pop(int(line[1:]), None)
    stop_groups(reversed(watched))


if __name__ == "__main__":
    _watch_until_the_owner_is_gone()
