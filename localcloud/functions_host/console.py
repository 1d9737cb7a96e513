"""What the host writes to its standard output: invocations, and what the functions log.

One line a record, in the manner of the Functions Core Tools. A function's own records show level
and text only, because only these reach Application Insights from a Python worker.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from logging.handlers import MemoryHandler
from typing import TextIO

from localcloud.durable.functions import InvocationFailed


@dataclass(frozen=True)
class Invocation:
    """One run of one function."""

    function_name: str
    invocation_id: str


current_invocation: ContextVar[Invocation | None] = ContextVar("current_invocation", default=None)

_HOST = "localcloud.functions_host"
_HELD_BACK_RECORDS = 1000
# They say every HTTP request; Azure shows them, but a person at a desk reads the app's lines.
_TALKATIVE = ("azure", "msal", "urllib3", "asyncio")
# Control characters of user text could forge lines or move the cursor; tabs and line ends stay.
_CONTROL = {n: f"\\x{n:02x}" for n in (*range(32), 127) if chr(n) not in "\t\n"}


class Console:
    """Reports invocations through the logging module."""

    def __init__(self) -> None:
        self._log = logging.getLogger(_HOST)

    def executing(self, invocation: Invocation, reason: str, *, quiet: bool = False) -> None:
        """Report that an invocation begins."""
        self._log.log(
            logging.DEBUG if quiet else logging.INFO,
            "Executing 'Functions.%s' (Reason='%s', Id=%s)",
            invocation.function_name,
            reason,
            invocation.invocation_id,
        )

    def succeeded(self, invocation: Invocation, seconds: float, *, quiet: bool = False) -> None:
        """Report that an invocation ended well."""
        self._log.log(
            logging.DEBUG if quiet else logging.INFO,
            "Executed 'Functions.%s' (Succeeded, Id=%s, Duration=%.0fms)",
            invocation.function_name,
            invocation.invocation_id,
            seconds * 1000,
        )

    def failed(self, invocation: Invocation, seconds: float, failure: InvocationFailed) -> None:
        """Report that an invocation raised, with its error and stack."""
        self._log.error(
            "Executed 'Functions.%s' (Failed, Id=%s, Duration=%.0fms): %s\n%s",
            invocation.function_name,
            invocation.invocation_id,
            seconds * 1000,
            failure.message,
            failure.stack.rstrip(),
        )


class LineFormatter(logging.Formatter):
    """Formats a record as `[time] LEVEL category: text`, with control characters made visible."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S.%f")[:-3]
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        line = f"[{moment}] {record.levelname.lower()}: {_category(record)}{text}"
        return line.translate(_CONTROL).replace("\n", "\n  ")


def set_up_logging(stream: TextIO | None = None) -> Callable[[], None]:
    """Send the records of host and functions to the stream, standard output by default.

    Returns:
        What lets them through; until it is called they are held back, so that the line that says
        that the host is ready comes first.
    """
    lines = logging.StreamHandler(stream or sys.stdout)
    lines.setFormatter(LineFormatter())
    gate = MemoryHandler(_HELD_BACK_RECORDS, flushLevel=logging.CRITICAL + 1, target=lines)
    logging.basicConfig(handlers=[gate], level=logging.INFO, force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)

    def let_through() -> None:
        gate.flushLevel = logging.NOTSET
        gate.flush()

    return let_through


def _category(record: logging.LogRecord) -> str:
    invocation = current_invocation.get()
    if record.name.startswith("localcloud.") or invocation is None:
        return ""
    return f"Function.{invocation.function_name}.User: "
