"""A zip goes in, an image comes out, on the running local cloud."""

from __future__ import annotations

import json
import os
import re
import uuid
from pathlib import Path

import pytest

from localcloud.cloud import LocalCloud
from tests.end_to_end.builds import (
    FILES,
    build_of,
    claimed_blobs,
    make_zip,
    side_effects,
    upload,
    wait_until,
)

pytestmark = pytest.mark.local_cloud


def test_an_uploaded_zip_becomes_an_image(local_cloud: LocalCloud, tmp_path: Path):
    """This is the product."""
    blob_name = upload(local_cloud, make_zip(tmp_path / "build.zip"))
    build = build_of(local_cloud, blob_name)
    assert build["state"] == "Succeeded", build
    assert "/galleries/kilnlocal/images/webapp/versions/" in build["outputs"]["imageUri"]
    assert build["outputs"]["pirVersion"] != "latest"
    assert build["log"][-1] == "delete template:  Succeeded"


def test_a_build_leaves_nothing_behind_and_calls_little(local_cloud: LocalCloud, tmp_path: Path):
    """One template, one run; template and staged blobs are gone afterwards."""
    blob_name = upload(local_cloud, make_zip(tmp_path / "build.zip"))
    build = build_of(local_cloud, blob_name)
    effects = side_effects(local_cloud, build["templateName"])
    assert (effects["put_template"], effects["run"], effects["delete"]) == (1, 1, 1)
    staged = local_cloud.storage.names(local_cloud.container("STAGING_CONTAINER"))
    assert [name for name in staged if build["id"] in name] == []
    claim = local_cloud.claims()[build["id"]]
    assert claim["report"]["outputs"] == build["outputs"]


def test_a_large_zip_is_fetched_by_the_build_vm_itself(local_cloud: LocalCloud, tmp_path: Path):
    """AIB's File customizer ends at 20 MB; the VM's own identity has no such limit."""
    files = {**FILES, "static/large.bin": os.urandom(25_000_000)}
    build = build_of(local_cloud, upload(local_cloud, make_zip(tmp_path / "large.zip", files)))
    assert build["state"] == "Succeeded", build["error"]
    (access,) = (note for note in build["notes"] if note.startswith("artifact access: "))
    assert re.fullmatch(r"artifact access: identity \([\d,]+ bytes, not below 20 MB\)", access)


def test_a_customizer_that_fails_is_explained(local_cloud: LocalCloud, tmp_path: Path):
    """The engineer on call needs the step, the log's place and the template to look at."""
    recipe = json.loads((Path("examples/recipes/webapp.json")).read_text())
    recipe["properties"]["customize"] = [
        {"type": "Shell", "name": "breaks", "inline": ["echo about to fail", "exit 7"]}
    ]
    name = f"broken-{uuid.uuid4().hex[:6]}"
    local_cloud.put_recipe(name, recipe)
    build = build_of(local_cloud, upload(local_cloud, make_zip(tmp_path / "a.zip"), name))
    assert build["state"] == "Failed"
    assert build["error"]["code"] == "RunFailed"
    assert build["logLocation"].endswith("customization.log")
    assert build["templateKept"] is True
    assert side_effects(local_cloud, build["templateName"])["delete"] == 0


def test_an_overwritten_upload_is_a_second_build(local_cloud: LocalCloud, tmp_path: Path):
    """New content deserves a new image."""
    blob_name = upload(local_cloud, make_zip(tmp_path / "first.zip"))
    build_of(local_cloud, blob_name)
    local_cloud.upload(make_zip(tmp_path / "second.zip", {"app.py": "2"}), blob_name)
    wait_until(lambda: claimed_blobs(local_cloud).count(blob_name) == 2)


def test_what_is_no_archive_starts_nothing(local_cloud: LocalCloud, tmp_path: Path):
    """Pipelines put notes and checksums beside their zips."""
    note = tmp_path / "notes.txt"
    note.write_text("hello")
    ignored = upload(local_cloud, note, file_name="notes.txt")
    build_of(local_cloud, upload(local_cloud, make_zip(tmp_path / "later.zip")))
    assert ignored not in claimed_blobs(local_cloud)
