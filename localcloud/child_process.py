"""A process of the local cloud: logged, awaited until it answers, and stopped for sure."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from localcloud.errors import StartError
from localcloud.orphan_guard import OrphanGuard

_PROBE_INTERVAL_SECONDS = 0.03
_READY_SECONDS = 60.0
_STOP_SECONDS = 20.0
_TAIL_LINES = 15


@dataclass
class ChildProcess:
    """One process and how to know that it serves.

    Args:
        name: how messages call it.
        command: what to run.
        environment: its whole environment.
        log_path: where its output is appended.
        answers: tells whether it serves requests by now.
        guard: stops it if we die without doing so.
        folder: its working folder.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log_path: Path
    answers: Callable[[], bool]
    guard: OrphanGuard
    folder: Path | None = None
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _group_may_live: bool = field(default=False, init=False)

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self.is_running and self._process else None

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How the last start ended; None while it runs or before the first."""
        return self._process.poll() if self._process else None

    def start(self, extra_args: Sequence[str] = ()) -> None:
        """Start it and return once it answers.

        Raises:
            StartError: it ended or kept silent; the text has the last lines of its log.
        """
        self.launch(extra_args)
        self.wait_until_ready()

    def launch(self, extra_args: Sequence[str] = ()) -> None:
        """Start it and return at once."""
        if self.is_running:
            raise StartError(f"{self.name} runs already, as process {self.pid}")
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            self._process = self.guard.popen(
                [*self.command, *extra_args], self.environment, log, self.folder
            )
        self._group_may_live = True

    def wait_until_ready(self, timeout_seconds: float = _READY_SECONDS) -> None:
        """Return once it answers; stop it if it does not.

        Raises:
            StartError: as for `start`.
        """
        deadline = time.monotonic() + timeout_seconds
        while not self.answers():
            if not self.is_running:
                raise StartError(f"{self.name} ended with code {self.exit_code}. {self._tail()}")
            if time.monotonic() > deadline:
                self.stop()
                raise StartError(
                    f"{self.name} did not answer within {timeout_seconds:.0f} s. {self._tail()}"
                )
            time.sleep(_PROBE_INTERVAL_SECONDS)

    def wait(self, timeout_seconds: float) -> int:
        """Wait until it ends by itself; return its exit code, negative for a signal.

        Raises:
            TimeoutError: it still runs.
        """
        if self._process is None:
            raise StartError(f"{self.name} was not started")
        try:
            return self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired as error:
            raise TimeoutError(f"{self.name} still runs after {timeout_seconds} s") from error

    def ask_to_stop(self) -> None:
        """Send SIGTERM and return at once."""
        if self._process and self.is_running:
            self._process.terminate()

    def stop(self, timeout_seconds: float = _STOP_SECONDS) -> None:
        """Ask it to stop, wait, and kill what is left of its process group."""
        if self._process is None:
            return
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout_seconds)
        self.kill()

    def kill(self) -> None:
        """Kill it and what it started, as a power cut would."""
        if self._process is None or not self._group_may_live:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._group_may_live = False  # from now on, its number may be a stranger's
        self.guard.forget(self._process.pid)

    def _tail(self) -> str:
        lines = self.log_path.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
        shown = "\n".join(f"    {line}" for line in lines) or "    (nothing)"
        return f"The last lines of {self.log_path}:\n{shown}"
