"""Finds the processes of a local cloud whose state file is gone: its folder was deleted too early.

They are told by their command lines, so where there is no /proc (macOS) none is found.
"""

from __future__ import annotations

import os
from pathlib import Path

_PROGRAMS = (b"localcloud.control_plane", b"localcloud.functions_host", b"azurite.js")


def lost_processes(directory: Path) -> list[int]:
    """Return the processes that were started for the cloud in `directory`.

    Args:
        directory: as an absolute path.
    """
    named = os.fsencode(directory)
    folders = {named, named + b"/azurite", named + b"/host"}
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:  # it has just ended
            continue
        if folders.intersection(words) and any(word.endswith(_PROGRAMS) for word in words):
            found.append(int(path.parent.name))
    return found
