"""Process 1 of the build VM: makes the scratch root, runs commands, dies with the process outside.

It is one thread with one selector. When the channel to the outside closes, it ends, and the kernel
ends everything else in the namespace with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
from dataclasses import dataclass, field
from pathlib import Path

from localcloud.build_vm.inside import (
    accounts,
    children,
    etc_files,
    kernel,
    namespaces,
    network,
    root_tree,
    wire,
)
from localcloud.build_vm.inside.sudo import SOCKET_PATH

_TRUSTED = f"/etc/{etc_files.BUNDLE_PATHS[0]}"
_SUDO_FILES = 4
_PATIENCE_SECONDS = 5.0

BUILD_ENVIRONMENT = {
    "HOME": str(root_tree.HOME),
    "USER": etc_files.BUILD_USER,
    "LOGNAME": etc_files.BUILD_USER,
    "SHELL": "/bin/bash",
    "LANG": "C.UTF-8",
    "PATH": "/run/build-vm/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "SSL_CERT_FILE": _TRUSTED,
    "CURL_CA_BUNDLE": _TRUSTED,
    "REQUESTS_CA_BUNDLE": _TRUSTED,
}
"""Environment of the build user's commands: an SSH login's, and whom to trust."""


@dataclass
class Supervisor:
    """Serves the channel to the outside and the socket of sudo.

    Args:
        channel: the way to the process outside.
        one_account: whether root and the build user are one account for the kernel.
    """

    channel: socket.socket
    one_account: bool
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    _requests: dict[int, int] = field(default_factory=dict)  # child -> number of the request
    _sudo_callers: dict[int, socket.socket] = field(default_factory=dict)  # child -> its sudo

    def serve(self) -> None:
        """Answer until the outside is gone."""
        sudo = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        sudo.bind(SOCKET_PATH)
        Path(SOCKET_PATH).chmod(0o666)
        sudo.listen(64)
        wake, ring = socket.socketpair()
        ring.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(ring.fileno(), warn_on_full_buffer=False)
        self._selector.register(self.channel, selectors.EVENT_READ, self._on_outside)
        self._selector.register(sudo, selectors.EVENT_READ, lambda: self._on_sudo(sudo))
        self._selector.register(wake, selectors.EVENT_READ, lambda: self._on_ended(wake))
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                for key, _ in self._selector.select():
                    key.data()

    def _on_outside(self) -> None:
        message, files = wire.receive(self.channel)
        if message["do"] == "write":
            self._write(message, files[0])
        else:
            self._execute(message, files)
        for file in files:
            os.close(file)

    def _write(self, message: wire.Message, source: int) -> None:
        destination, mode = Path(message["destination"]), int(message["mode"])
        work = children.write_as_build_user(source, destination, mode, one_account=self.one_account)
        child = children.start(work, [])
        self._requests[child] = message["number"]

    def _execute(self, message: wire.Message, files: list[int]) -> None:
        command = ["/bin/sh", "-c", message["command"]]
        work = children.run_as_build_user(
            command, dict(BUILD_ENVIRONMENT), one_account=self.one_account
        )
        with Path("/dev/null").open("rb") as nothing:
            child = children.start(work, [nothing.fileno(), *files])
        self._requests[child] = message["number"]

    def _on_sudo(self, listener: socket.socket) -> None:
        caller, _ = listener.accept()
        caller.settimeout(_PATIENCE_SECONDS)
        try:
            _, files = wire.receive(caller)
        except (EOFError, OSError, ValueError):
            caller.close()
            return
        try:
            self._run_as_root(caller, files)
        except (OSError, ValueError, KeyError):
            caller.close()
        finally:
            for file in files:
                os.close(file)

    def _run_as_root(self, caller: socket.socket, files: list[int]) -> None:
        if len(files) != _SUDO_FILES:
            raise ValueError("sudo sent too few files")
        with os.fdopen(os.dup(files[0]), "rb") as content:
            content.seek(0)
            request = json.load(content)
        work = children.run_as_root(request, one_account=self.one_account)
        child = children.start(work, files[1:])
        self._sudo_callers[child] = caller
        self._selector.register(
            caller, selectors.EVENT_READ, lambda: self._on_sudo_gone(child, caller)
        )

    def _on_sudo_gone(self, child: int, caller: socket.socket) -> None:
        """Kill the command of a sudo that was killed itself."""
        if child not in self._sudo_callers:
            return  # it ended in the same turn
        self._selector.unregister(caller)
        caller.close()
        self._sudo_callers.pop(child, None)
        children.kill(child)

    def _on_ended(self, wake: socket.socket) -> None:
        wake.recv(4096)
        for child, code in children.reap():
            if (number := self._requests.pop(child, None)) is not None:
                wire.send(self.channel, {"number": number, "exit_code": code})
            elif (caller := self._sudo_callers.pop(child, None)) is not None:
                self._selector.unregister(caller)
                with caller, contextlib.suppress(OSError):
                    caller.send(str(code).encode())


def run(channel: socket.socket) -> None:
    """Make the scratch root as the first message asks, say that it is ready, and serve."""
    try:
        supervisor, listeners = _prepare(channel)
    except (OSError, EOFError) as error:
        with contextlib.suppress(OSError):
            wire.send(channel, {"error": str(error)})
        return
    ready = {"ready": True, "one_account": supervisor.one_account}
    wire.send(channel, ready, [listener.fileno() for listener in listeners])
    for listener in listeners:
        listener.close()
    supervisor.serve()


def _prepare(channel: socket.socket) -> tuple[Supervisor, list[socket.socket]]:
    message, files = wire.receive(channel)
    namespaces.check_own(message["outside"])
    with os.fdopen(files[0], "rb") as trusted:
        ca_bundle = trusted.read()
    one_account = accounts.one_account_only()
    os.umask(0o022)
    kernel.stop_handing_on_rights()
    socket.sethostname(message["host_name"])
    root_tree.enter_scratch_root(root_tree.Plan(one_account, message["host_name"], ca_bundle))
    network.raise_loopback()
    return Supervisor(channel, one_account), network.listen(int(message["blob_port"]))
