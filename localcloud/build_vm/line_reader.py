"""A pipe whose lines are reported while they are written."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from types import TracebackType

_CHUNK_BYTES = 65536
_LONGEST_LINE_BYTES = 65536


class LineReader:
    """A pipe; the write end is given to a process, the lines go to `on_line` until the end.

    At the end of the block everything that was written before is read; a process that still holds
    the write end is not waited for.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, name: str, on_line: Callable[[str, str], None]
    ) -> None:
        self._loop = loop
        self._name = name
        self._on_line = on_line
        self._rest = b""
        self._read_end, self.write_end = os.pipe()
        os.set_blocking(self._read_end, False)

    def __enter__(self) -> LineReader:
        self._loop.add_reader(self._read_end, self._read)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self.write_end)
        self._loop.remove_reader(self._read_end)
        while self._read():
            pass
        if self._rest:
            self._report(self._rest)
        os.close(self._read_end)

    def _read(self) -> bool:
        """Report what is there; return whether there may be more."""
        try:
            content = os.read(self._read_end, _CHUNK_BYTES)
        except BlockingIOError:
            return False
        if not content:
            self._loop.remove_reader(self._read_end)
            return False
        *lines, self._rest = (self._rest + content).split(b"\n")
        for line in lines:
            self._report(line)
        if len(self._rest) > _LONGEST_LINE_BYTES:
            self._report(self._rest)
            self._rest = b""
        return True

    def _report(self, line: bytes) -> None:
        self._on_line(self._name, line.decode(errors="replace").rstrip("\r"))
