"""What the simulator asks of its surroundings: a build VM, downloads, a place for logs.

All three are put in from outside (`localcloud/control_plane.py`), so that the simulator itself
touches neither the network nor the disk beyond its scratch directory.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class DownloadedFile:
    """A source of a customizer or validator, fetched when the template was submitted.

    Args:
        customizer_index: position in `customize`; in `customize + inVMValidations` for the latter.
        content_path: where the bytes lie.
        sha256: digest of the bytes, lower-case hex.
    """

    customizer_index: int
    content_path: Path
    sha256: str


@dataclass(frozen=True)
class BuildResult:
    """How the customizers of a run ended.

    Args:
        succeeded: whether all of them did.
        failed_step: name (else `type[index]`) of the step that failed.
        exit_code: exit code of the failed step's command.
        message: one sentence about the failure; empty after success.
        failed_in_validation: whether a validation failed and not a customizer.
        vm_broke: whether no step failed, but there was no build VM, it broke, or its time was over.
    """

    succeeded: bool
    failed_step: str | None = None
    exit_code: int | None = None
    message: str = ""
    failed_in_validation: bool = False
    vm_broke: bool = False


class BuildVm(Protocol):
    """Executes the customizers and validations of a template.

    The template is the resource as the service stores it. A run that is cancelled or times out
    cancels the task that awaits `run`. When several runs go on, `run` is awaited several times.
    """

    async def run(
        self, template: dict[str, Any], downloads: list[DownloadedFile], log: Path
    ) -> BuildResult:
        """Execute `customize` and `validate`, appending to the customization.log at `log`."""


class FetchFailed(Exception):  # noqa: N818 - an outcome of the download, named as one
    """A source could not be downloaded, or a VHD not be written; the text says why."""


class NotInLocalCloud(FetchFailed):
    """The address is one of the internet, which nobody asks from here."""


class Fetcher(Protocol):
    """Reads and writes what a template refers to, with the rights of the template's identity."""

    async def fetch(self, url: str, identity_client_id: str, target: Path) -> str:
        """Write the content of `url` to `target` and return its SHA-256 in lower-case hex.

        Raises:
            FetchFailed: the source cannot be had.
        """

    async def put(self, url: str, identity_client_id: str, content: Path) -> None:
        """Write a file to `url`, replacing an older one.

        Raises:
            FetchFailed: it cannot be written there.
        """


class LogStore(Protocol):
    """Where AIB leaves customization.log: the storage account of the staging group."""

    @property
    def account_name(self) -> str:
        """Name of the storage account, as it stands in the failure message's ARM path."""

    @property
    def blob_endpoint(self) -> str:
        """URL of the account's blob service without a slash at the end."""

    async def upload(self, container: str, blob_name: str, content: Path) -> None:
        """Store the file as `<container>/<blob_name>`, replacing an older one."""

    async def delete(self, container: str, prefix: str) -> None:
        """Delete every blob whose name starts with `prefix` (the template was deleted)."""
