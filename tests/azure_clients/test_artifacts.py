"""Uploads are read in ranges, pinned to the content that was seen."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from azure_clients.artifacts import find_upload, open_artifact
from azure_clients.blob_storage import blob
from azure_clients.staging import (
    copy_to_staging,
    delete_staged,
    read_staged,
    staged_path,
    staged_pieces,
    staged_url,
    write_staged,
)
from imaging.errors import ArtifactError, NotFoundError
from imaging.names import build_id_without_artifact
from localcloud.cloud import LocalCloud

pytestmark = pytest.mark.local_cloud
HOSTILE_NAME = "web app/18 1/'quoted' & ünïcode $(x) `y` #50%.zip"


def uploaded(azure: LocalCloud, tmp_path: Path, content: bytes, name: str = "webapp/1/a.zip"):
    """Upload bytes and look them up."""
    path = tmp_path / "file"
    path.write_bytes(content)
    azure.upload(path, name)
    return find_upload(name).artifact


def test_an_upload_is_known_by_name_etag_and_size(azure: LocalCloud, tmp_path: Path):
    """These three make the build id."""
    artifact = uploaded(azure, tmp_path, b"x" * 4711)
    assert artifact.size_bytes == 4711
    assert artifact.etag
    assert '"' not in artifact.etag


@pytest.mark.usefixtures("azure")
def test_an_upload_that_is_not_there_is_named():
    """The caller must see which blob in which container."""
    with pytest.raises(NotFoundError, match=r"'webapp/none.zip' .* imagebuilder-vststask"):
        find_upload("webapp/none.zip")


def test_no_name_leads_into_another_container(azure: LocalCloud):
    """The staged copies of other builds lie beside the uploads."""
    azure.storage.put("kiln-images", "private/a.zip", b"x")
    with pytest.raises(NotFoundError, match="imagebuilder-vststask"):
        find_upload("../kiln-images/private/a.zip")


@pytest.mark.usefixtures("azure")
def test_metadata_of_an_upload_sets_parameters():
    """A pipeline that only uploads has no other place for them."""
    metadata = {"Kiln_Release": "1.2.3", "author": "me"}
    client = blob("imagebuilder-vststask", "webapp/3/a.zip")
    client.upload_blob(b"x", metadata=metadata, overwrite=True)
    assert find_upload("webapp/3/a.zip").parameters == {"release": "1.2.3"}


@pytest.mark.parametrize("size", [0, 1, 5000])
def test_ranges_read_like_a_file(azure: LocalCloud, tmp_path: Path, size: int):
    """The archive checks seek and read as in any file."""
    content = os.urandom(size)
    with open_artifact(uploaded(azure, tmp_path, content), 1024) as file:
        assert file.read() == content
        file.seek(-min(size, 22), 2)
        assert file.read() == content[-min(size, 22) :] if size else not file.read()
        file.seek(size // 2)
        assert file.read(7) == content[size // 2 :][:7]


def test_a_zip_is_listed_without_downloading_it(azure: LocalCloud, tmp_path: Path):
    """A 5 GB zip must be checked as cheaply as a small one."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("index.html", "<html>")
        archive.writestr("big.bin", os.urandom(3_000_000))
    with open_artifact(uploaded(azure, tmp_path, path.read_bytes()), 65536) as file:
        assert zipfile.ZipFile(file).namelist() == ["index.html", "big.bin"]


def test_an_overwritten_upload_is_not_read_as_the_old_one(azure: LocalCloud, tmp_path: Path):
    """What was claimed is what must be built."""
    artifact = uploaded(azure, tmp_path, b"first")
    uploaded(azure, tmp_path, b"other")
    with open_artifact(artifact, 1024) as file, pytest.raises(ArtifactError, match="overwritten"):
        file.read()


@pytest.mark.parametrize("name", ["webapp/1/a.zip", HOSTILE_NAME])
def test_a_staged_copy_has_the_same_bytes(azure: LocalCloud, tmp_path: Path, name: str):
    """Server-side copy, whatever the upload is called."""
    content = os.urandom(300_000)
    artifact = uploaded(azure, tmp_path, content, name)
    build_id = build_id_without_artifact()
    copy_to_staging(artifact, build_id, "artifact.zip")
    copy_to_staging(artifact, build_id, "artifact.zip")
    assert b"".join(staged_pieces(build_id, "artifact.zip")) == content
    assert staged_url(build_id, "artifact.zip").endswith(f"/kiln-staging/{build_id}/artifact.zip")


def test_a_copy_is_pinned_to_the_content_that_was_claimed(azure: LocalCloud, tmp_path: Path):
    """Otherwise unchecked bytes would get into the image."""
    artifact = uploaded(azure, tmp_path, b"first")
    uploaded(azure, tmp_path, b"other")
    with pytest.raises(ArtifactError, match="overwritten"):
        copy_to_staging(artifact, build_id_without_artifact(), "artifact.zip")


def test_an_upload_that_was_deleted_cannot_be_staged(azure: LocalCloud, tmp_path: Path):
    """It is the user's mistake, and the way out is said."""
    artifact = uploaded(azure, tmp_path, b"first", "webapp/2/gone.zip")
    blob("imagebuilder-vststask", "webapp/2/gone.zip").delete_blob()
    with pytest.raises(ArtifactError, match="deleted before it could be staged; upload it again"):
        copy_to_staging(artifact, build_id_without_artifact(), "artifact.zip")


@pytest.mark.usefixtures("azure")
def test_a_small_staged_blob_is_written_once():
    """The recipe that a build read stays its recipe."""
    build_id = build_id_without_artifact()
    assert write_staged(build_id, "recipe.json", b"first")
    assert not write_staged(build_id, "recipe.json", b"edited")
    assert read_staged(build_id, "recipe.json") == b"first"


@pytest.mark.usefixtures("azure")
def test_everything_of_a_build_and_nothing_else_is_deleted():
    """A second deletion finds nothing and is fine."""
    mine, other = build_id_without_artifact(), build_id_without_artifact()
    for build_id in (mine, other):
        write_staged(build_id, "recipe.json", b"{}")
    assert delete_staged(mine) == [staged_path(mine, "recipe.json")]
    assert delete_staged(mine) == []
    assert read_staged(other, "recipe.json") == b"{}"
