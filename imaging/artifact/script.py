"""The customizers around an uploaded archive; each system has its own script for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from imaging.artifact.placement import ArchiveKind, Placement


@dataclass(frozen=True)
class ArtifactScript:
    """What a system runs; the texts use the names that `names` gives.

    Args:
        step: the customizer without its name and lines.
        archive: path of the archive as it arrives, without its ending.
        names: lines that name what the others need, for a placement and the archive's path.
        fetch: lines with which the build VM downloads the archive itself.
        removal: lines that delete folder and archive and nothing else.
        verify: compares the digest.
        folder: makes the folder to unpack into.
        unpack: unpacks, by kind of archive.
        ready: what is left to do, and to say, after that.
        keep: puts the archive beside the folder.
        drop: deletes the archive.
    """

    step: Mapping[str, Any]
    archive: str
    names: Callable[[Placement, str], list[str]]
    fetch: Callable[[Placement], list[str]]
    removal: Callable[[Placement], list[str]]
    verify: str
    folder: str
    unpack: Mapping[ArchiveKind, str]
    ready: str
    keep: str
    drop: str

    def artifact_steps(self, placement: Placement) -> list[dict[str, Any]]:
        """Make the customizers that put an archive into its place.

        Args:
            placement: where it goes and on which way.
        """
        archive = f"{self.archive}.{placement.artifact.archive_kind}"
        lines = self.names(placement, archive)
        if placement.access.fetched_by_vm:
            lines += self.fetch(placement)
            return [self._step("kiln_artifact_fetch", lines + self._script(placement))]
        return [
            {
                "type": "File",
                "name": "kiln_artifact_file",
                "sourceUri": placement.artifact.address,
                "sha256Checksum": placement.artifact.sha256,
                "destination": archive,
            },
            self._step("kiln_artifact_unpack", lines + self._script(placement)),
        ]

    def removal_step(self, placement: Placement) -> dict[str, Any]:
        """Make the last customizer, which deletes folder and archive.

        Args:
            placement: where they are.
        """
        return self._step("kiln_artifact_remove", self.removal(placement))

    def _script(self, placement: Placement) -> list[str]:
        parts = [self.verify]
        if placement.unpack:
            parts += [self.folder, self.unpack[placement.artifact.archive_kind], self.ready]
        parts.append(self.keep if placement.keep_archive else self.drop)
        return [line for part in parts for line in lines_of(part)]

    def _step(self, name: str, lines: list[str]) -> dict[str, Any]:
        return {"type": self.step["type"], "name": name, **self.step, "inline": lines}


def lines_of(text: str) -> list[str]:
    """Split a part of a script, without the line breaks around it."""
    return text.strip("\n").split("\n")
