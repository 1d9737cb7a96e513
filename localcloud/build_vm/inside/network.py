"""The build VM's network: a loopback interface that also has the metadata service's address.

Nothing else is reachable. The listening sockets made here are handed to the process outside, which
answers on them.
"""

from __future__ import annotations

import fcntl
import socket
import struct

METADATA_ADDRESS = ("169.254.169.254", 80)
_LOOPBACK = "127.0.0.1"

# linux/sockios.h, linux/if.h
_GET_FLAGS = 0x8913
_SET_FLAGS = 0x8914
_SET_ADDRESS = 0x8916
_SET_NETMASK = 0x891C
_UP = 0x1


def raise_loopback() -> None:
    """Bring `lo` up and give it 169.254.169.254 besides 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH22x", b"lo", 0)
        (flags,) = struct.unpack_from("H", fcntl.ioctl(control, _GET_FLAGS, request), 16)
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sH22x", b"lo", flags | _UP))
        _set(control, _SET_ADDRESS, METADATA_ADDRESS[0])
        _set(control, _SET_NETMASK, "255.255.255.255")


def listen(blob_port: int) -> list[socket.socket]:
    """Return listening sockets of the metadata service and of the storage account."""
    return [socket.create_server(METADATA_ADDRESS), socket.create_server((_LOOPBACK, blob_port))]


def _set(control: socket.socket, request: int, address: str) -> None:
    # An alias of its own, so that 127.0.0.1 stays.
    packed = struct.pack("16sHH4s16x", b"lo:0", socket.AF_INET, 0, socket.inet_aton(address))
    fcntl.ioctl(control, request, packed)
