"""Uploaded files, read without downloading them: properties, and ranges pinned to an ETag."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from azure_clients.azure_errors import translated
from azure_clients.blob_storage import blob
from imaging.archives.refusal import shown
from imaging.build_request import Artifact
from imaging.errors import ArtifactError, ConflictError, NotFoundError, PermanentError
from settings import settings

if TYPE_CHECKING:
    from azure.storage.blob import BlobClient

_PARAMETER_PREFIX = "kiln_"


@dataclass(frozen=True)
class Upload:
    """An upload and what its uploader wants: metadata `kiln_<name>` sets a recipe's parameter."""

    artifact: Artifact
    parameters: dict[str, str]


def find_upload(blob_name: str) -> Upload:
    """Look an upload up.

    Raises:
        NotFoundError: there is no such blob in the intake container.
    """
    container = settings().artifacts_container
    try:
        with translated(f"reading the properties of {container}/{blob_name}"):
            found = blob(container, blob_name).get_blob_properties()
    except NotFoundError:
        raise NotFoundError(
            f"artifact {shown(blob_name)} does not exist in the container {container};"
            " upload it first"
        ) from None
    metadata = {name.lower(): value for name, value in (found.metadata or {}).items()}
    parameters = {
        name.removeprefix(_PARAMETER_PREFIX): value
        for name, value in metadata.items()
        if name.startswith(_PARAMETER_PREFIX)
    }
    return Upload(Artifact(blob_name, found.etag.strip('"'), found.size), parameters)


def artifact_url(blob_name: str) -> str:
    """Return the URL of an upload, without a query."""
    return blob(settings().artifacts_container, blob_name).url


def open_artifact(artifact: Artifact, buffer_bytes: int) -> BinaryIO:
    """Open an upload for random reading; each buffer is one ranged GET of exactly that content."""
    client = blob(settings().artifacts_container, artifact.blob_name)
    return io.BufferedReader(_RangedBlob(client, artifact), buffer_bytes)


def gone_or_changed(artifact: Artifact, refused: PermanentError) -> PermanentError:
    """Say what became of an upload between its event and this build.

    Services differ in how they refuse a source that is gone, so this looks for itself.
    """
    try:
        found = find_upload(artifact.blob_name).artifact
    except NotFoundError:
        return ArtifactError(
            f"artifact {shown(artifact.blob_name)} was deleted before it could be staged;"
            " upload it again"
        )
    if found.etag == artifact.etag:
        return refused
    return ArtifactError(
        f"artifact {shown(artifact.blob_name)} was overwritten after this build was claimed;"
        " the new content has its own build"
    )


class _RangedBlob(io.RawIOBase):
    """A seekable file over ranged GETs with `If-Match`."""

    def __init__(self, client: BlobClient, artifact: Artifact) -> None:
        self._client = client
        self._artifact = artifact
        self._position = 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move without any request."""
        start = {
            io.SEEK_SET: 0,
            io.SEEK_CUR: self._position,
            io.SEEK_END: self._artifact.size_bytes,
        }
        self._position = max(0, start[whence] + offset)
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # Buffer is 3.12's
        """Fill the buffer with one GET."""
        size = min(len(buffer), self._artifact.size_bytes - self._position)
        if size <= 0:
            return 0
        content = _read_range(self._client, self._artifact, self._position, size)
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)


def _read_range(client: BlobClient, artifact: Artifact, start: int, size: int) -> bytes:
    from azure.core import MatchConditions  # noqa: PLC0415 - not at indexing

    try:
        with translated(f"reading '{artifact.blob_name}'"):
            return client.download_blob(
                offset=start,
                length=size,
                etag=f'"{artifact.etag}"',
                match_condition=MatchConditions.IfNotModified,
            ).readall()
    except (ConflictError, NotFoundError) as error:
        raise gone_or_changed(artifact, error) from error
