"""Processes of the local cloud: ready when they answer, explained when they fail, then gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.child_process import ChildProcess
from localcloud.errors import StartError
from localcloud.orphan_guard import OrphanGuard, stop_groups
from tests.localcloud.running_processes import processes_of

_WAITS = "import time; print('up', flush=True); time.sleep(60)"
_STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True)\n"
_STUBBORN += "time.sleep(60)"


@pytest.fixture
def guard() -> Iterator[OrphanGuard]:
    """A guard of processes, let go at the end."""
    guard = OrphanGuard()
    yield guard
    guard.close()


def python(code: str, folder: Path, guard: OrphanGuard) -> ChildProcess:
    """Return a Python process that counts as ready once it has printed `up`."""
    log = folder / "child.log"
    return ChildProcess(
        name="The child",
        command=[sys.executable, "-c", code],
        environment=dict(os.environ),
        log_path=log,
        answers=lambda: log.exists() and "up" in log.read_text(),
        guard=guard,
    )


@pytest.fixture
def waiting(tmp_path: Path, guard: OrphanGuard) -> Iterator[ChildProcess]:
    """A process that serves until it is stopped."""
    child = python(_WAITS, tmp_path, guard)
    child.start()
    yield child
    child.kill()


def is_alive(pid: int) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_process_runs_once_it_answers(waiting: ChildProcess) -> None:
    """Callers go on at once, so an answer of start must mean that it serves."""
    assert waiting.is_running
    assert waiting.pid


def test_a_process_is_gone_after_stop(waiting: ChildProcess) -> None:
    """What is left behind holds ports and memory."""
    pid = waiting.pid
    waiting.stop()
    assert pid
    assert not is_alive(pid)
    assert waiting.exit_code == -signal.SIGTERM


def test_a_process_that_ignores_sigterm_is_killed(tmp_path: Path, guard: OrphanGuard) -> None:
    """A hung part must not keep the others from stopping."""
    child = python(_STUBBORN, tmp_path, guard)
    child.start()
    child.stop(timeout_seconds=0.2)
    assert child.exit_code == -signal.SIGKILL


def test_a_process_can_be_started_again_after_a_kill(tmp_path: Path, guard: OrphanGuard) -> None:
    """Crash tests kill the host and go on with a new one."""
    child = python(_WAITS, tmp_path, guard)
    child.start()
    first = child.pid
    child.kill()
    child.start()
    assert child.pid != first
    child.stop()


def test_a_failing_start_shows_the_last_lines_of_the_log(
    tmp_path: Path, guard: OrphanGuard
) -> None:
    """Nobody should have to look for a log file to read one sentence."""
    child = python("raise SystemExit('port 1 is taken')", tmp_path, guard)
    with pytest.raises(StartError, match=r"ended with code 1.*\n.*port 1 is taken"):
        child.start()


def test_a_start_that_never_answers_is_given_up_and_stopped(
    tmp_path: Path, guard: OrphanGuard
) -> None:
    """A silent process must not hang the command that started it."""
    child = python("import time; time.sleep(60)", tmp_path, guard)
    child.launch()
    with pytest.raises(StartError, match="did not answer within"):
        child.wait_until_ready(timeout_seconds=0.2)
    assert not child.is_running


def test_a_second_start_is_refused(waiting: ChildProcess) -> None:
    """Two of one part would fight for its files."""
    with pytest.raises(StartError, match="runs already"):
        waiting.launch()


def test_a_process_that_ends_by_itself_is_awaited(tmp_path: Path, guard: OrphanGuard) -> None:
    """Kill points end the host from the inside; tests wait for that."""
    child = python("print('up')", tmp_path, guard)
    child.launch()
    assert child.wait(timeout_seconds=10) == 0


def test_waiting_for_a_process_that_goes_on_times_out(waiting: ChildProcess) -> None:
    """A kill point that is never reached must fail the test, not hang it."""
    with pytest.raises(TimeoutError, match="still runs"):
        waiting.wait(timeout_seconds=0.05)


def test_processes_do_not_outlive_a_killed_owner(tmp_path: Path) -> None:
    """`kill -9` of a test run must not leave servers behind."""
    owner = f"""
import os, sys
from pathlib import Path
from localcloud.child_process import ChildProcess
from localcloud.orphan_guard import OrphanGuard
log = Path({str(tmp_path)!r}) / "child.log"
child = ChildProcess("child", [sys.executable, "-c", {_WAITS!r}], dict(os.environ), log,
                     lambda: log.exists() and "up" in log.read_text(), guard=OrphanGuard())
child.start()
print(child.pid, child.guard._process.pid, flush=True)
os.kill(os.getpid(), 9)
"""
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", owner], cwd=root, capture_output=True, text=True, check=False
    )
    child_pid, guard_pid = (int(word) for word in ended.stdout.split())
    assert ended.returncode == -signal.SIGKILL
    # Standard output has reached its end, so the guard, which inherited it, is done or nearly so.
    assert not is_alive(child_pid)
    while is_alive(guard_pid):
        time.sleep(0.01)


def test_a_process_is_known_to_the_guard_from_its_first_moment(tmp_path: Path) -> None:
    """An owner may be killed between any two lines, so also while the system starts a process."""
    owner = f"""
import os, subprocess, sys
from localcloud.orphan_guard import OrphanGuard
class KillsItsOwner(subprocess.Popen):
    def __init__(self, command, **options):
        super().__init__(command, **options)
        if command[0] == "/bin/sh":
            os.kill(os.getpid(), 9)
subprocess.Popen = KillsItsOwner
OrphanGuard().popen([sys.executable, "-c", {_WAITS!r}, {str(tmp_path)!r}], os.environ, sys.stdout)
"""
    root = Path(__file__).parents[2]
    # Its output ends when neither the guard nor the process is left.
    subprocess.run(
        [sys.executable, "-c", owner], cwd=root, capture_output=True, check=False, timeout=40
    )
    assert processes_of(tmp_path) == []


def test_a_guarded_process_gets_its_command_as_it_is(tmp_path: Path, guard: OrphanGuard) -> None:
    """What starts it must neither split nor expand words, nor keep it waiting for input."""
    words = ["two words", "$HOME", "*", "a'b", ""]
    code = "import sys; print(repr(sys.argv[1:]), repr(sys.stdin.read()), 'up', flush=True)"
    child = python(code, tmp_path, guard)
    child.launch(words)
    assert child.wait(timeout_seconds=10) == 0
    child.kill()
    assert child.log_path.read_text() == f"{words!r} '' up\n"


def test_a_guard_leaves_alone_what_it_was_told_to_forget(waiting: ChildProcess) -> None:
    """A cloud that stays up outlives the command that started it."""
    waiting.guard.forget(waiting.pid or 0)
    waiting.guard.close()
    assert waiting.is_running


def test_a_guard_stops_what_still_runs_when_it_is_let_go(waiting: ChildProcess) -> None:
    """The other way round: what nobody asked to keep is ended."""
    waiting.guard.close()
    assert waiting.wait(timeout_seconds=10) == -signal.SIGTERM


def test_a_guard_that_was_killed_stops_nobody_from_going_on(waiting: ChildProcess) -> None:
    """An error in the midst of stopping or starting would leave the other parts running."""
    guard = waiting.guard
    assert guard._process
    guard._process.kill()
    guard._process.wait()
    waiting.stop()
    assert not waiting.is_running
    waiting.log_path.unlink()
    waiting.start()
    assert waiting.is_running


def test_stopping_a_process_group_that_is_gone_is_fine() -> None:
    """`down` may meet processes that ended a moment before."""
    ended = subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)
    ended.wait()
    stop_groups([ended.pid], grace_seconds=0.1)
