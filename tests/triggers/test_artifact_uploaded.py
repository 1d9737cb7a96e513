"""The door for uploads, called with the name that the host hands over."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from tests.triggers.durable_client import RememberingClient
from triggers.artifact_uploaded import artifact_uploaded
from triggers.uploaded_blob import UploadedBlob

pytestmark = [pytest.mark.local_cloud, pytest.mark.usefixtures("azure")]


async def upload_noticed(blob_name: str) -> RememberingClient:
    """Call the door as the worker does; return the client that it was given."""
    content = {
        "Connection": "ARTIFACTS",
        "ContainerName": "imagebuilder-vststask",
        "BlobName": blob_name,
    }
    client = RememberingClient()
    door = artifact_uploaded.build().get_user_function().client_function
    await door(blob=UploadedBlob(data=SimpleNamespace(content=json.dumps(content))), client=client)
    return client


async def test_an_upload_that_is_gone_is_told_and_not_tried_again(
    caplog: pytest.LogCaptureFixture,
):
    """It was deleted before its event came: there is no content left that a build could be of."""
    client = await upload_noticed("webapp/1/gone.zip")
    assert client.started == []
    assert "upload_gone blob='webapp/1/gone.zip'" in caplog.text
    assert "upload it again" in caplog.text


async def test_what_is_no_archive_is_left_alone(caplog: pytest.LogCaptureFixture):
    """Somebody's readme beside the zips is no build that fails."""
    with caplog.at_level("INFO", logger="triggers"):
        client = await upload_noticed("webapp/1/readme.txt")
    assert client.started == []
    assert "reason=not_an_archive" in caplog.text
