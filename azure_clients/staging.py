"""Staged copies: what was checked is what the image gets, whatever happens to the upload.

Everything of one build lies under `<build id>/` in the staging container, which only Kiln writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from azure_clients.artifacts import artifact_url, gone_or_changed
from azure_clients.azure_errors import translated
from azure_clients.blob_storage import blob, blob_service
from imaging.build_request import Artifact
from imaging.errors import ConflictError, NotFoundError
from settings import settings

if TYPE_CHECKING:
    from azure.storage.blob import BlobBlock, BlobClient

# Put Block From URL takes up to 4,000 MiB since service version 2019-12-12 (REST reference, "Put
# Block From URL"); smaller blocks keep one request well under its time limit.
_BLOCK_BYTES = 256 * 1024 * 1024
_COPY_SAS_MINUTES = 15
_CLOCK_SKEW = timedelta(minutes=5)


def staged_url(build_id: str, file_name: str) -> str:
    """Return the URL of a staged blob, without a query."""
    return blob(settings().staging_container, f"{build_id}/{file_name}").url


def staged_path(build_id: str, file_name: str) -> str:
    """Return container and name of a staged blob, for people."""
    return f"{settings().staging_container}/{build_id}/{file_name}"


def staged_sas(build_id: str, file_name: str, minutes: int) -> str:
    """Make a signature with which anybody can read one staged blob for a while.

    Whoever asks for it puts it into the template and keeps it nowhere else: no answer, no message,
    no log line may hold it.

    Args:
        build_id: whose blob.
        file_name: name of the blob below the build's folder.
        minutes: life of the signature; a user delegation key lives 7 days at most.
    """
    return _read_sas(settings().staging_container, f"{build_id}/{file_name}", minutes)


def copy_to_staging(artifact: Artifact, build_id: str, file_name: str) -> None:
    """Copy an upload inside the storage service, pinned to its ETag; safe to repeat.

    Raises:
        ArtifactError: the upload is gone or was overwritten.
        TransientError: the service failed.
    """
    target = blob(settings().staging_container, f"{build_id}/{file_name}")
    signature = _read_sas(settings().artifacts_container, artifact.blob_name, _COPY_SAS_MINUTES)
    source = f"{artifact_url(artifact.blob_name)}?{signature}"
    starts = range(0, artifact.size_bytes, _BLOCK_BYTES)
    for start in starts:
        _copy_block(artifact, target, source, start)
    with translated(f"committing {staged_path(build_id, file_name)}"):
        target.commit_block_list([_block(start) for start in starts])


def staged_pieces(build_id: str, file_name: str) -> Iterator[bytes]:
    """Read a staged blob of any size piece by piece."""
    with translated(f"reading {staged_path(build_id, file_name)}"):
        stream = blob(settings().staging_container, f"{build_id}/{file_name}").download_blob()
        yield from stream.chunks()


def write_staged(build_id: str, file_name: str, content: bytes) -> bool:
    """Write a small staged blob once; answer whether it was written now, or was there already."""
    try:
        with translated(f"writing {staged_path(build_id, file_name)}"):
            blob(settings().staging_container, f"{build_id}/{file_name}").upload_blob(content)
    except ConflictError:
        return False
    return True


def read_staged(build_id: str, file_name: str) -> bytes:
    """Read a small staged blob."""
    with translated(f"reading {staged_path(build_id, file_name)}"):
        return (
            blob(settings().staging_container, f"{build_id}/{file_name}").download_blob().readall()
        )


def delete_staged(build_id: str) -> list[str]:
    """Delete everything of a build; answer what was deleted, as `container/name`."""
    container = blob_service().get_container_client(settings().staging_container)
    deleted = []
    with translated(f"deleting the staged blobs of {build_id}"):
        names = [item.name for item in container.list_blobs(name_starts_with=f"{build_id}/")]
    for name in names:
        try:
            with translated(f"deleting {name}"):
                container.delete_blob(name)
        except NotFoundError:
            continue
        deleted.append(f"{settings().staging_container}/{name}")
    return deleted


def _block(start: int) -> BlobBlock:
    from azure.storage.blob import BlobBlock  # noqa: PLC0415 - not at indexing

    return BlobBlock(f"{start:016d}")


def _copy_block(artifact: Artifact, target: BlobClient, source: str, start: int) -> None:
    # Put Block From URL knows source conditions, the SDK's method has no argument for them.
    pinned = {"x-ms-source-if-match": f'"{artifact.etag}"'}
    try:
        with translated(f"copying '{artifact.blob_name}' to staging"):
            target.stage_block_from_url(
                _block(start).id,
                source,
                source_offset=start,
                source_length=min(_BLOCK_BYTES, artifact.size_bytes - start),
                headers=pinned,
            )
    except (ConflictError, NotFoundError) as error:
        raise gone_or_changed(artifact, error) from error


def _read_sas(container: str, blob_name: str, minutes: int) -> str:
    """Make a user-delegation SAS: one blob, read, https, a few minutes or hours."""
    from azure.storage.blob import (  # noqa: PLC0415 - not at indexing
        BlobSasPermissions,
        generate_blob_sas,
    )

    now = datetime.now(UTC)
    starts, ends = now - _CLOCK_SKEW, now + timedelta(minutes=minutes)
    service = blob_service()
    with translated("asking for a user delegation key"):
        key = service.get_user_delegation_key(starts, ends)
    return generate_blob_sas(
        account_name=str(service.account_name),
        container_name=container,
        blob_name=blob_name,
        user_delegation_key=key,
        permission=BlobSasPermissions(read=True),
        start=starts,
        expiry=ends,
        protocol="https",
    )
