"""One running build VM seen from outside: start it, put files in, run commands, end it.

Whatever happens to this process, the build VM ends with it: its supervisor watches the channel, and
the kernel ends all others with the supervisor.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from localcloud.build_vm.inside import namespaces, wire
from localcloud.build_vm.isolation import Isolation
from localcloud.build_vm.line_reader import LineReader

_PATIENCE_SECONDS = 5.0
ROOT = Path(__file__).parents[2]

OnLine = Callable[[str, str], None]
"""Called with `stdout` or `stderr` and one line of it."""


class SandboxBroken(Exception):  # noqa: N818 - it names the event
    """The build VM did not start or has gone; the text says why."""


class UploadFailed(Exception):  # noqa: N818 - it names the event
    """A file could not be placed in the build VM; the text is as scp would have it."""


@dataclass(frozen=True)
class Order:
    """What a build VM is to be like.

    Args:
        host_name: its name.
        ca_bundle: PEM file of all certificates that it shall trust.
        blob_port: port of 127.0.0.1 inside that stands for the storage account.
    """

    host_name: str
    ca_bundle: Path
    blob_port: int


class Sandbox:
    """A started build VM; `start` makes one, `close` ends it and all its processes."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        channel: socket.socket,
        listeners: list[socket.socket],
    ) -> None:
        self.metadata_listener, self.blob_listener = listeners
        self._process = process
        self._channel = channel
        self._number = 0

    @classmethod
    async def start(cls, isolation: Isolation, order: Order) -> Sandbox:
        """Start a build VM and wait until it takes commands.

        Raises:
            SandboxBroken: it cannot be started this way on this machine.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        process = await _launch(isolation, theirs)
        try:
            with order.ca_bundle.open("rb") as ca_bundle:
                message = {
                    "outside": namespaces.identify(),
                    "host_name": order.host_name,
                    "blob_port": order.blob_port,
                }
                wire.send(ours, message, [ca_bundle.fileno()])
            answer, files = await _receive(ours)
        except BaseException as error:
            ours.close()
            reason = await _end(process)
            if isinstance(error, EOFError | ConnectionError):
                raise SandboxBroken(f"{isolation.name}: {reason or 'it ended'}") from error
            raise
        if "error" in answer:
            ours.close()
            await _end(process)
            raise SandboxBroken(f"{isolation.name}: {answer['error']}")
        return cls(process, ours, [socket.socket(fileno=file) for file in files])

    async def put(self, content: Path | bytes, destination: str, mode: int = 0o644) -> None:
        """Write a file as the build user, as an upload over SSH would.

        Raises:
            UploadFailed: the build user cannot write there.
        """
        with _opened(content) as source:
            request = {"do": "write", "destination": destination, "mode": mode}
            code = await self._ask(request, [source.fileno()])
        if code != 0:
            raise UploadFailed(f"scp: {destination}: {os.strerror(code)}")

    async def execute(self, command: str, on_line: OnLine) -> int:
        """Run a shell command as the build user and return its exit code.

        Lines are reported as they come. What a background process writes after the command has
        ended is not waited for.
        """
        loop = asyncio.get_running_loop()
        with (
            LineReader(loop, "stdout", on_line) as output,
            LineReader(loop, "stderr", on_line) as errors,
        ):
            request = {"do": "execute", "command": command}
            return await self._ask(request, [output.write_end, errors.write_end])

    async def close(self) -> None:
        """Kill every process of the build VM; its files go with them."""
        self._channel.close()
        self.metadata_listener.close()
        self.blob_listener.close()
        await asyncio.shield(_end(self._process))

    async def _ask(self, request: wire.Message, files: list[int]) -> int:
        self._number += 1
        try:
            wire.send(self._channel, {**request, "number": self._number}, files)
            answer, _ = await _receive(self._channel)
        except (EOFError, ConnectionError) as error:
            raise SandboxBroken("the build VM has gone") from error
        return int(answer["exit_code"])


def _opened(content: Path | bytes) -> BinaryIO:
    if isinstance(content, Path):
        return content.open("rb")
    file = os.fdopen(os.memfd_create("upload"), "w+b")
    file.write(content)
    file.seek(0)
    return file


async def _launch(isolation: Isolation, theirs: socket.socket) -> asyncio.subprocess.Process:
    program = (sys.executable, "-E", "-S", "-m", "localcloud.build_vm.inside", str(theirs.fileno()))
    with theirs:
        return await asyncio.create_subprocess_exec(
            *isolation.command,
            *program,
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )


async def _end(process: asyncio.subprocess.Process) -> str:
    """Wait until the launcher has ended, and kill it if need be; return what it said last.

    The channel is closed already, so process 1 inside ends by itself. The launcher ends when the
    kernel has ended all others.
    """
    try:
        _, errors = await asyncio.wait_for(process.communicate(), _PATIENCE_SECONDS)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        _, errors = await process.communicate()
    lines = errors.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


async def _receive(channel: socket.socket) -> tuple[wire.Message, list[int]]:
    loop = asyncio.get_running_loop()
    readable: asyncio.Future[None] = loop.create_future()
    loop.add_reader(channel, readable.set_result, None)
    try:
        await readable
    finally:
        loop.remove_reader(channel)
    return wire.receive(channel)
