"""`python -m localcloud …` in a process that hears Ctrl-C and never outlives its test."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
# A test run in the background or under nohup ignores these signals, and its children inherit that.
_HEARING = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, "-m", "localcloud", *sys.argv[1:]])
"""


@contextlib.contextmanager
def command_process(*words: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Start a command of the local cloud and wait for its end, or kill it if the test fails.

    Args:
        words: what follows `python -m localcloud`.
        options: of `subprocess.Popen`; its output can be read if they do not say otherwise.
    """
    options = {"cwd": ROOT, "stdout": subprocess.PIPE, "text": True} | options
    with subprocess.Popen([sys.executable, "-c", _HEARING, *words], **options) as process:
        try:
            yield process
            process.wait()
        finally:
            process.kill()
