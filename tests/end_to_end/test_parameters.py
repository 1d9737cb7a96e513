"""An upload or a caller sets what a recipe's author made a parameter, and nothing else."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from azure_clients.blob_storage import blob
from localcloud.cloud import LocalCloud
from tests.app_process import app_process
from tests.end_to_end.builds import build_of, call, ended, make_zip, upload

pytestmark = pytest.mark.local_cloud


def test_metadata_of_an_upload_sets_a_parameter(local_cloud: LocalCloud, tmp_path: Path):
    """A pipeline that only uploads has no other place for it."""
    path = make_zip(tmp_path / "build.zip")
    blob_name = f"staged-release/{uuid.uuid4().hex[:8]}/build.zip"
    with app_process(local_cloud.app_environment()):
        client = blob(local_cloud.container("ARTIFACTS_CONTAINER"), blob_name)
        client.upload_blob(path.read_bytes(), metadata={"kiln_stage": "production"})
    build = build_of(local_cloud, blob_name)
    assert build["state"] == "Succeeded", build["error"]
    assert "/images/app-production/versions/" in build["outputs"]["imageUri"]


def test_a_caller_sets_parameters_and_gets_a_build_of_its_own(
    local_cloud: LocalCloud, tmp_path: Path
):
    """The upload's own build has the defaults."""
    blob_name = upload(local_cloud, make_zip(tmp_path / "build.zip"), "staged-release")
    body = {"recipe": "staged-release", "artifact": blob_name}
    own = call(local_cloud, "POST", "/api/builds", body)
    asked = call(local_cloud, "POST", "/api/builds", body | {"parameters": {"stage": "production"}})
    assert own.json["id"] != asked.json["id"]
    uris = [ended(local_cloud, a.json["id"])["outputs"]["imageUri"] for a in (own, asked)]
    assert "/app-test/" in uris[0]
    assert "/app-production/" in uris[1]


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"stage": "staging"}, "stage"),
        ({"stage": "test; rm -rf /"}, "stage"),
        ({"vmSize": "Standard_D64s_v5"}, "vmSize"),
        ({"release": "1.2.3\n"}, "release"),
        ({"release": 5.5}, "parameter 'release' must be a text"),
    ],
)
def test_what_the_author_did_not_allow_is_refused(
    local_cloud: LocalCloud, parameters: dict, says: str
):
    """The recipe's author decides, nobody else."""
    body = {"recipe": "staged-release", "parameters": parameters}
    answer = call(local_cloud, "POST", "/api/builds", body)
    assert answer.status == 400, answer.text
    assert says in answer.text
