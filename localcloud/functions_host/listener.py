"""The host's two listening sockets; loopback only, taken before anything else is started."""

from __future__ import annotations

import os
import socket

from aiohttp import web

from localcloud.functions_host.faults import StartupError

ADDRESS = "127.0.0.1"


def listen(port: int, option: str) -> socket.socket:
    """Take a port of the loopback address.

    Args:
        port: the port, 0 for any free one.
        option: the command line's option that chooses it, for the message.

    Raises:
        StartupError: the port is in use, or may not be taken.
    """
    try:
        return socket.create_server((ADDRESS, port))
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise StartupError(
            f"port {port} of {ADDRESS} cannot be taken ({reason}); choose another one with "
            f"{option}, or end the process that has it"
        ) from error


def origin(listening: socket.socket) -> str:
    """Return the origin of URLs at a listening socket."""
    return f"http://{ADDRESS}:{listening.getsockname()[1]}"


class Site:
    """One web application at one socket.

    Args:
        application: what answers.
        listening: where.
        drain_seconds: how long requests under way may take once it stops.
    """

    def __init__(
        self, application: web.Application, listening: socket.socket, drain_seconds: float
    ) -> None:
        self._runner = web.AppRunner(
            application, access_log=None, shutdown_timeout=drain_seconds, handle_signals=False
        )
        self._listening = listening

    async def start(self) -> None:
        """Begin to answer."""
        await self._runner.setup()
        await web.SockSite(self._runner, self._listening).start()

    async def stop(self) -> None:
        """Answer what is under way, then no more."""
        await self._runner.cleanup()
