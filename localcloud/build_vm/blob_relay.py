"""Carries connections from the build VM's loopback to the storage account outside, byte by byte."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

_CHUNK_BYTES = 256 * 1024


@contextlib.asynccontextmanager
async def relaying(listener: socket.socket, port: int) -> AsyncIterator[None]:
    """Relay every connection of `listener` to 127.0.0.1:`port` while the block runs."""
    connections: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Keep the task of a new connection, so that it can be ended with the block."""
        task = asyncio.create_task(_relay(reader, writer, port))
        connections.add(task)
        task.add_done_callback(connections.discard)

    server = await asyncio.start_server(begin, sock=listener)
    try:
        yield
    finally:
        server.close()
        open_connections = list(connections)
        for task in open_connections:
            task.cancel()
        await asyncio.gather(*open_connections, return_exceptions=True)


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(_close, writer)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return  # the build VM sees its connection closed
        stack.push_async_callback(_close, far_writer)
        await asyncio.gather(_carry(reader, far_writer), _carry(far_reader, writer))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with _either_end_may_be_gone():
        while chunk := await reader.read(_CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with _either_end_may_be_gone():
        await writer.wait_closed()


def _either_end_may_be_gone() -> contextlib.suppress:
    """Pass over every error of a socket: a half of one that was reset cannot be shut (ENOTCONN)."""
    return contextlib.suppress(OSError)
