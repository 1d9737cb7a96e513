"""Messages between the process outside and the supervisor inside: JSON with open files beside it.

Each message is one packet of a SOCK_SEQPACKET socket pair, so nothing of it lies on a disk and the
death of one side is seen by the other at once.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Sequence
from typing import Any

Message = dict[str, Any]

_LARGEST_MESSAGE_BYTES = 65536
_MOST_FILES = 4


def send(channel: socket.socket, message: Message, files: Sequence[int] = ()) -> None:
    """Send one message; the receiver gets duplicates of `files`."""
    socket.send_fds(channel, [json.dumps(message).encode()], files)


def receive(channel: socket.socket) -> tuple[Message, list[int]]:
    """Return the next message and its open files.

    Raises:
        EOFError: the other side is gone.
    """
    content, files, _, _ = socket.recv_fds(channel, _LARGEST_MESSAGE_BYTES, _MOST_FILES)
    if not content:
        raise EOFError("the other side is gone")
    for file in files:
        os.set_inheritable(file, False)
    message: Message = json.loads(content)
    return message, list(files)
