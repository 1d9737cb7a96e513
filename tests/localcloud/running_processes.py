"""Which processes run: what is left behind holds ports and memory."""

from __future__ import annotations

from pathlib import Path

import psutil


def processes_of(directory: Path) -> list[str]:
    """Return the command lines that name a directory."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command_line = " ".join(process.info["cmdline"] or [])
        if str(directory) in command_line:
            found.append(command_line)
    return found
