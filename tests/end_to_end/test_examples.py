"""Every example recipe goes through the local cloud to an image."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import LocalCloud
from tests.end_to_end.builds import call, ended, make_zip, upload

pytestmark = pytest.mark.local_cloud
RECIPES = {
    path.stem: json.loads(path.read_text())
    for path in sorted((Path(__file__).parents[2] / "examples/recipes").glob("*.json"))
}


def make_tar_gz(path: Path) -> Path:
    """Pack a file as the old task's Linux builds did."""
    with tarfile.open(path, "w:gz") as archive:
        archive.add(__file__, "setup.py")
    return path


@pytest.fixture(scope="module")
def builds(
    local_cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """Start all of them at once, and wait for their ends."""
    path = make_zip(tmp_path_factory.mktemp("examples") / "build.zip")
    packed = {"appliance-vhd": make_tar_gz(path.with_name("build.tar.gz"))}
    started = {}
    for name in RECIPES:
        blob_name = upload(local_cloud, packed.get(name, path), name, packed.get(name, path).name)
        body = {"recipe": name, "artifact": blob_name}
        answer = call(local_cloud, "POST", "/api/builds", body)
        assert answer.status == 202, answer.text
        started[name] = answer.json["id"]
    return {name: ended(local_cloud, build_id) for name, build_id in started.items()}


@pytest.mark.parametrize("name", RECIPES)
def test_an_example_becomes_an_image(builds: dict[str, dict[str, Any]], name: str):
    """People copy examples; one that does not work costs each of them an hour."""
    build = builds[name]
    assert build["state"] == "Succeeded", build["error"]
    targets = [t["runOutputName"] for t in RECIPES[name]["properties"]["distribute"]]
    assert [image["runOutputName"] for image in build["images"]] == targets
    assert build["outputs"]["imageUri"] == build["images"][0]["uri"]


def test_latest_is_reported_as_the_version_that_it_was(builds: dict[str, dict[str, Any]]):
    """A year later somebody asks what an image was made of."""
    for name, build in builds.items():
        if "latest" in json.dumps(RECIPES[name]["properties"]["source"]):
            assert build["source"]["exactVersion"], name
            assert "latest" not in build["source"]["exactVersion"], name


def test_a_vhd_lies_where_the_report_says(
    local_cloud: LocalCloud, builds: dict[str, dict[str, Any]]
):
    """Kiln's own storage keeps it when the template goes."""
    build = builds["appliance-vhd"]
    name = build["outputs"]["imageUri"].partition("/kiln-images/")[2]
    assert name == f"{build['id']}/{build['images'][0]['runOutputName']}.vhd"
    assert name in local_cloud.storage.names(local_cloud.container("IMAGES_CONTAINER"))


def test_there_are_examples_for_the_usual_wishes():
    """Linux and Windows, every source, every target."""
    text = json.dumps(RECIPES)
    assert len(RECIPES) >= 8
    for kind in (
        "PlatformImage", "ManagedImage", "SharedImageVersion", "SharedImage", "VHD",
        "Shell", "PowerShell", "WindowsUpdate", "WindowsRestart", "validate", "vnetConfig",
    ):  # fmt: skip
        assert f'"{kind}"' in text, kind
