"""A folder that stands for a Linux build VM: chosen tools, its own /tmp, /bin/sh -e as AIB."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

ALWAYS = (
    "sh",
    "mkdir",
    "mv",
    "rm",
    "chmod",
    "env",
    "sha256sum",
    "wc",
    "tr",
    "sed",
    "mktemp",
    "head",
)
SHIMS = {
    "sudo": 'echo "$1" >> "$SUDO_LOG"; AS_ROOT=1 exec "$@"',
    "sleep": "exit 0",
}


class BuildVm:
    """Runs the inline lines of a step in a folder, with only the named tools to be found."""

    def __init__(self, directory: Path, *tools: str) -> None:
        self.root = directory
        self.tmp = directory / "tmp"
        self.sudo_log = directory / "sudo.log"
        self._bin = directory / "bin"
        self.tmp.mkdir()
        self._bin.mkdir()
        for tool in [*ALWAYS, "sudo", "sleep", *tools]:
            self._install(tool)

    def run(
        self, step: dict[str, Any], replacements: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a step as Packer does: one script of all lines under /bin/sh -e."""
        script = "\n".join(["#!/bin/sh -e", *step["inline"], ""])
        script = re.sub("'/(?=(?:tmp|opt|etc)['/])", f"'{self.root}/", script)
        for old, new in (replacements or {}).items():
            script = script.replace(old, new)
        path = self.tmp / "script.sh"
        path.write_text(script, encoding="utf-8")
        environment = {
            "PATH": str(self._bin),
            "SUDO_LOG": str(self.sudo_log),
            "HOME": str(self.tmp),
        }
        return subprocess.run(
            ["/bin/sh", "-e", str(path)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def shim(self, tool: str, text: str) -> None:
        """Put a script of our own in the place of a tool."""
        path = self._bin / tool
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)

    def _install(self, tool: str) -> None:
        if tool in SHIMS:
            self.shim(tool, SHIMS[tool])
            return
        found = sys.executable if tool == "python3" else shutil.which(tool)
        if not found:
            pytest.skip(f"this machine has no {tool}")
        self._link(tool, found)

    def _link(self, tool: str, target: str) -> None:
        (self._bin / tool).symlink_to(os.path.realpath(target))


def make_zip(files: dict[str, bytes], mode: int = 0o644) -> bytes:
    """Make a zip in memory."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, content)
    return memory.getvalue()


def make_tar_gz(files: dict[str, bytes], mode: int = 0o644) -> bytes:
    """Make a tar.gz in memory, with an owner that no build VM has."""
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.uid, entry.gid = len(content), mode, 12345, 12345
            archive.addfile(entry, io.BytesIO(content))
    return memory.getvalue()
