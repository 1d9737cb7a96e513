"""Door for uploads: a new zip in the intake container starts the build of its recipe.

`<recipe>/<release>/<file>.zip`; Event Grid delivers at least once, for up to a day. The function's
name is part of the Event Grid webhook's URL: renaming it breaks deployed subscriptions.
"""

from __future__ import annotations

import asyncio
import logging

import azure.durable_functions as df
import azure.functions as func

from azure_clients.artifacts import artifact_url, find_upload
from imaging.archives import archive_kind
from imaging.build_request import BuildRequest
from imaging.errors import NotFoundError
from imaging.names import build_id_of_upload, recipe_of_upload
from triggers.starting import start_once
from triggers.uploaded_blob import UploadedBlob

_log = logging.getLogger(__name__)

bp = df.Blueprint()


@bp.blob_trigger(
    arg_name="blob",
    path="%ARTIFACTS_CONTAINER%/{name}",
    connection="ARTIFACTS",
    source=func.BlobSource.EVENT_GRID,
)
@bp.durable_client_input(client_name="client")
async def artifact_uploaded(blob: UploadedBlob, client: df.DurableOrchestrationClient) -> None:
    """Claim and start the build of one upload; what is not an archive is left alone."""
    if archive_kind(blob.blob_name) is None:
        _log.info("upload_ignored blob=%r reason=not_an_archive", blob.blob_name)
        return
    try:
        request = await asyncio.to_thread(_request_of, blob.blob_name)
    except NotFoundError:
        way_out = "it was deleted before its build could begin; upload it again"
        _log.warning("upload_gone blob=%r reason=%r", blob.blob_name, way_out)
        return
    await start_once(client, request)


def _request_of(blob_name: str) -> BuildRequest:
    upload = find_upload(blob_name)
    return BuildRequest(
        build_id=build_id_of_upload(artifact_url(blob_name), upload.artifact.etag),
        recipe_name=recipe_of_upload(blob_name),
        artifact=upload.artifact,
        parameters=upload.parameters,
    )
