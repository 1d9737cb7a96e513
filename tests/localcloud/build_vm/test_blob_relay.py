"""The relay between a build VM and storage, where one of the two goes away."""

import asyncio
import gc
import socket
import struct

import pytest

from localcloud.build_vm.blob_relay import relaying

RESET_AT_CLOSE = struct.pack("ii", 1, 0)


@pytest.fixture
async def complaints():
    """What the loop says of exceptions that nobody waited for."""
    said = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context))
    return said


@pytest.fixture
async def storage():
    """A far end; its port, and its connections as they come."""
    connections = asyncio.Queue()
    server = await asyncio.start_server(
        lambda reader, writer: connections.put_nowait((reader, writer)), "127.0.0.1", 0
    )
    yield server.sockets[0].getsockname()[1], connections
    server.close()


def reset(client):
    """Go away as a killed process does that has not read everything."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
    client.close()


async def turn(times):
    """Let the loop look at its sockets as often."""
    for _ in range(times):
        await asyncio.sleep(0)


@pytest.mark.parametrize("turns", range(6))
async def test_both_ends_may_go_away_at_once(storage, complaints, turns):
    """Which of them is seen first is a matter of some turns of the loop; none is an error."""
    port, connections = storage
    listener = socket.create_server(("127.0.0.1", 0))
    async with relaying(listener, port):
        client = socket.create_connection(listener.getsockname())
        _, far = await connections.get()
        far.write(b"x")
        assert await asyncio.to_thread(client.recv, 1) == b"x"
        far.close()
        await turn(turns)
        reset(client)
        await turn(50)
    gc.collect()
    assert complaints == []


async def test_a_client_may_go_away_in_the_middle_of_a_download(storage, complaints):
    """A step that is killed leaves its download half read, and the next one works."""
    port, connections = storage
    listener = socket.create_server(("127.0.0.1", 0))
    async with relaying(listener, port):
        client = socket.create_connection(listener.getsockname())
        _, far = await connections.get()
        far.write(bytes(8 * 1024 * 1024))
        await asyncio.to_thread(client.recv, 1024)
        reset(client)
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(_drained(far), timeout=10)
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        _, far = await connections.get()
        far.write(b"all of it")
        far.close()
        assert await reader.read() == b"all of it"
        writer.close()
    gc.collect()
    assert complaints == []


async def _drained(writer):
    while True:
        writer.write(bytes(1024))
        await writer.drain()
        await asyncio.sleep(0.01)
