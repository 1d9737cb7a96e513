"""Child processes of the supervisor: started here, told apart by number, reaped without waiting."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from localcloud.build_vm.inside import accounts

_NOT_FOUND = 127
_CANNOT_START = 126


def start(work: Callable[[], int], files: Sequence[int]) -> int:
    """Fork a child that has `files` as its input, output and error output; return its number.

    Args:
        work: what the child does; executes a program or returns an exit code.
        files: open files for descriptors 0, 1 and 2.
    """
    number = os.fork()
    if number:
        return number
    code = _CANNOT_START
    try:
        os.setsid()
        _take(files)
        code = work()
    except BaseException as error:  # noqa: BLE001 - nothing may leave a forked child
        sys.stderr.write(f"build VM: {error}\n")
        sys.stderr.flush()
    finally:
        os._exit(code)


def run_as_build_user(
    command: list[str], environment: dict[str, str], *, one_account: bool
) -> Callable[[], int]:
    """Return the work of executing `command` as the build user in its home."""

    def work() -> int:
        accounts.become_build_user(one_account=one_account)
        os.chdir(environment["HOME"])
        return _execute(command, environment)

    return work


def run_as_root(request: dict[str, object], *, one_account: bool) -> Callable[[], int]:
    """Return the work of executing what sudo was asked for."""
    command = [str(word) for word in _list(request["command"])]
    environment = {str(k): str(v) for k, v in _dict(request["environment"]).items()}
    user, folder = str(request["user"]), str(request["folder"])

    def work() -> int:
        try:
            accounts.become_root(user, one_account=one_account)
        except KeyError:
            sys.stderr.write(f"sudo: unknown user: {user}\n")
            return 1
        with contextlib.suppress(FileNotFoundError):
            os.chdir(folder)
        if shutil.which(command[0], path=environment["PATH"]) is None:
            sys.stderr.write(f"sudo: {command[0]}: command not found\n")
            return 1
        return _execute(command, environment)

    return work


def write_as_build_user(
    source: int, destination: Path, mode: int, *, one_account: bool
) -> Callable[[], int]:
    """Return the work of writing the open file `source` to `destination`; its code is an errno."""

    def work() -> int:
        accounts.become_build_user(one_account=one_account)
        try:
            with os.fdopen(source, "rb") as content, destination.open("wb") as target:
                shutil.copyfileobj(content, target)
            destination.chmod(mode)
        except OSError as error:
            return error.errno or errno.EIO
        return 0

    return work


def reap() -> list[tuple[int, int]]:
    """Return (number, exit code) of every child that has ended; 128 + signal as a shell has it."""
    ended: list[tuple[int, int]] = []
    while True:
        try:
            number, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if number == 0:
            return ended
        code = os.waitstatus_to_exitcode(status)
        ended.append((number, code if code >= 0 else 128 - code))


def kill(number: int) -> None:
    """Kill a child and what it started in its session's first group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(number, signal.SIGKILL)


def _take(files: Sequence[int]) -> None:
    # First out of the way, in case one of them is 0, 1 or 2 itself.
    moved = [os.dup(file) for file in files]
    for target, file in enumerate(moved):
        os.dup2(file, target, inheritable=True)
    # Python ignores SIGPIPE; a shell's `yes | head` must not.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _execute(command: list[str], environment: dict[str, str]) -> int:
    try:
        os.execvpe(command[0], command, environment)  # noqa: S606 - what this room is for
    except FileNotFoundError:
        sys.stderr.write(f"{command[0]}: command not found\n")
        return _NOT_FOUND


def _list(value: object) -> list[object]:
    assert isinstance(value, list)  # noqa: S101 - written by sudo.py
    return value


def _dict(value: object) -> dict[object, object]:
    assert isinstance(value, dict)  # noqa: S101 - written by sudo.py
    return value
