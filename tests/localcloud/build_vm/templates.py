"""Short ways to write the templates and downloads of these tests."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.build_vm.machine import LocalBuildVm
from localcloud.image_builder.build_vm_protocol import BuildResult, DownloadedFile

TMP = "/tmp"  # noqa: S108 - the build VM's own
ROOT = Path(__file__).parents[3]


def shell(*lines: str, name: str | None = None) -> dict[str, Any]:
    """Return a Shell customizer of inline commands."""
    step: dict[str, Any] = {"type": "Shell", "inline": list(lines)}
    return step | ({"name": name} if name else {})


def template(
    *customize: dict[str, Any],
    validate: list[dict[str, Any]] | None = None,
    identities: list[str] | None = None,
) -> dict[str, Any]:
    """Return a template as the simulator stores it."""
    properties: dict[str, Any] = {"customize": list(customize)}
    if validate is not None:
        properties["validate"] = {"inVMValidations": validate}
    if identities is not None:
        properties["vmProfile"] = {"userAssignedIdentities": identities}
    return {"properties": properties}


def downloaded(index: int, path: Path, content: bytes) -> DownloadedFile:
    """Write a file and return it as fetched for the step with this index."""
    path.write_bytes(content)
    return DownloadedFile(index, path, hashlib.sha256(content).hexdigest())


def processes_with(word: str) -> list[int]:
    """Return the processes of this machine whose command line contains `word`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue  # it has just ended
            if word.encode() in words:
                found.append(int(entry.name))
    return found


def mounts() -> str:
    """Return the mounts that this process sees."""
    return Path("/proc/self/mountinfo").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Run:
    """What came of a run."""

    result: BuildResult
    log: str

    def said(self) -> list[str]:
        """Return what the commands printed."""
        mark = "PACKER OUT     azure-arm: "
        return [line.split(mark, 1)[1] for line in self.log.splitlines() if mark in line]


async def run(
    machine: LocalBuildVm,
    folder: Path,
    wanted: dict[str, Any],
    downloads: list[DownloadedFile] | None = None,
) -> Run:
    """Run a template and return the result and the log."""
    log = folder / "11111111-2222-3333-4444-555555555555" / "customization.log"
    result = await machine.run(wanted, downloads or [], log)
    return Run(result, log.read_text(encoding="utf-8"))
