"""Checks the upload, copies it where only Kiln writes, and takes its fingerprint."""

from __future__ import annotations

from typing import Any, TypedDict

import azure.durable_functions as df

from activities.durable_step import durable_step
from azure_clients.artifacts import open_artifact
from azure_clients.staging import copy_to_staging, staged_path, staged_pieces
from imaging.archives import (
    ArchiveKind,
    ArchiveLimits,
    OsType,
    archive_kind,
    archive_sha256,
    check_archive,
)
from imaging.build_request import Artifact
from settings import settings

# Of a zip only the directory at its end is read; a tar.gz has none and is read whole.
_READ_BYTES: dict[ArchiveKind, int] = {"zip": 256 * 1024, "tar.gz": 8 * 1024 * 1024}

bp = df.Blueprint()


class StageArtifact(TypedDict):
    """Which upload, for which build; `os_type` is None where the recipe does not tell."""

    build_id: str
    artifact: dict  # type: ignore[type-arg]  # the worker refuses a parametrised dict
    os_type: OsType | None


@bp.activity_trigger(input_name="step")
@durable_step
def stage_artifact(step: StageArtifact) -> dict[str, Any]:
    """Stage the artifact; safe to repeat, because the copy is pinned to the ETag of the claim.

    Raises:
        ArtifactError: it is not what Kiln can unpack safely, or it is gone or changed.
    """
    artifact = Artifact(**step["artifact"])
    kind = archive_kind(artifact.blob_name)
    limits = ArchiveLimits(file_bytes=settings().max_artifact_bytes)
    with open_artifact(artifact, _READ_BYTES[kind or "zip"]) as file:
        summary = check_archive(file, artifact.blob_name, limits, step["os_type"])
    file_name = f"artifact.{kind}"
    copy_to_staging(artifact, step["build_id"], file_name)
    pieces = staged_pieces(step["build_id"], file_name)
    return {
        "file_name": file_name,
        "path": staged_path(step["build_id"], file_name),
        "kind": kind,
        "size_bytes": artifact.size_bytes,
        "sha256": archive_sha256(pieces, artifact.blob_name, summary),
        "entries": summary.entries,
        "longest_path": summary.longest_path,
    }
