"""The signature for one staged blob: what it opens, what it does not, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobClient

from azure_clients.staging import read_staged, staged_sas, staged_url, write_staged
from imaging.names import build_id_without_artifact

pytestmark = [pytest.mark.local_cloud, pytest.mark.usefixtures("azure")]
MINUTES = 75


@pytest.fixture
def build_id() -> str:
    """A build with two staged blobs."""
    build_id = build_id_without_artifact()
    write_staged(build_id, "artifact.zip", b"archive")
    write_staged(build_id, "recipe.json", b"{}")
    return build_id


def test_a_signature_is_as_small_as_possible(build_id: str):
    """Everyone who may read the template can use it."""
    fields = parse_qs(staged_sas(build_id, "artifact.zip", MINUTES))
    assert (fields["sr"], fields["sp"], fields["spr"]) == (["b"], ["r"], ["https"])
    assert "skoid" in fields
    ends = datetime.fromisoformat(fields["se"][0])
    left = ends - datetime.now(UTC)
    assert timedelta(minutes=MINUTES - 5) < left <= timedelta(minutes=MINUTES)


def test_a_signature_opens_one_blob_for_reading(build_id: str):
    """Not the recipe beside it, and not for writing."""
    signature = staged_sas(build_id, "artifact.zip", MINUTES)
    with BlobClient.from_blob_url(f"{staged_url(build_id, 'artifact.zip')}?{signature}") as mine:
        assert mine.download_blob().readall() == b"archive"
        with pytest.raises(HttpResponseError):
            mine.upload_blob(b"swapped", overwrite=True)
    with (
        BlobClient.from_blob_url(f"{staged_url(build_id, 'recipe.json')}?{signature}") as other,
        pytest.raises(HttpResponseError),
    ):
        other.download_blob()
    assert read_staged(build_id, "artifact.zip") == b"archive"
