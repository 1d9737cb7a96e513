"""What an upload sets, and on which way its artifact comes, from the recipe to AIB's template."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from activities.create_template import create_template
from activities.read_recipe import read_recipe
from activities.stage_artifact import stage_artifact
from azure_clients.artifacts import find_upload
from azure_clients.claims import create_claim
from azure_clients.image_builder import get_template
from imaging.build_request import BuildRequest
from imaging.names import build_id_without_artifact
from localcloud.cloud import LocalCloud
from tests.activities.test_steps import step
from tests.app_process import app_process
from tests.end_to_end.builds import make_zip

pytestmark = [pytest.mark.local_cloud, pytest.mark.usefixtures("azure")]
EXAMPLES = Path(__file__).parents[2] / "examples/recipes"
RELEASE: dict[str, Any] = json.loads((EXAMPLES / "staged-release.json").read_text())


@pytest.fixture
def request_of_build(azure: LocalCloud, tmp_path: Path) -> BuildRequest:
    """A claimed build with parameters."""
    blob_name = f"app/{uuid.uuid4().hex}/a.zip"
    azure.upload(make_zip(tmp_path / "a.zip"), blob_name)
    artifact = find_upload(blob_name).artifact
    given = {"release": "18.1", "stage": "production"}
    request = BuildRequest(build_id_without_artifact(), f"r{uuid.uuid4().hex}", artifact, given)
    create_claim(request)
    return request


def made(azure: LocalCloud, request: BuildRequest, recipe: dict[str, Any] | str) -> dict[str, Any]:
    """Take the three steps up to the template; answer the last one's answer."""
    azure.put_recipe(request.recipe_name, recipe)
    asked = {
        "build_id": request.build_id,
        "recipe_name": request.recipe_name,
        "parameters": request.parameters,
    }
    read = step(read_recipe)(asked)
    if "error" in read:
        return read
    artifact = request.to_wire()["artifact"]
    staged = step(stage_artifact)(
        {"build_id": request.build_id, "artifact": artifact, "os_type": "Linux"}
    )["result"]
    name = f"t_{request.build_id[:12]}"
    created = step(create_template)({**asked, "template_name": name, "staged": staged})
    return created | {"read": read["result"], "name": name}


def test_what_an_upload_sets_reaches_the_template(
    azure: LocalCloud, request_of_build: BuildRequest
):
    """The recipe is read twice, and both times with the values of the build."""
    answer = made(azure, request_of_build, RELEASE)
    template = get_template(answer["name"])
    target = template["properties"]["distribute"][0]
    assert template["tags"]["stage"] == "production"
    assert target["artifactTags"] == {"release": "18.1"}
    assert target["targetRegions"][0]["replicaCount"] == 1
    assert answer["result"]["artifact_access"].startswith("service (")


def test_a_value_that_does_not_fit_ends_the_build_before_any_cost(
    azure: LocalCloud, request_of_build: BuildRequest
):
    """An upload has no answer: the report must say it."""
    declared = RELEASE["parameters"] | {"release": {"pattern": "v.*"}}
    recipe = RELEASE | {"parameters": declared}
    error = made(azure, request_of_build, recipe)["error"]
    assert error["code"] == "RecipeInvalid"
    assert 'parameters.release: is "18.1"; it must match v.*' in error["message"]


def test_a_template_file_is_repaired_in_both_steps(
    azure: LocalCloud, request_of_build: BuildRequest
):
    """What is reported and what AIB gets come from the same reading."""
    answer = made(azure, request_of_build, "// old\n" + json.dumps(RELEASE | {"apiVersion": "x"}))
    assert [w.partition(":")[0] for w in answer["read"]["warnings"]] == ["repaired", "repaired"]
    assert get_template(answer["name"])["tags"]["stage"] == "production"


def test_a_signature_is_in_the_template_and_nowhere_else(
    azure: LocalCloud, request_of_build: BuildRequest
):
    """Durable keeps every answer of a step for good."""
    recipe = RELEASE | {"artifact": {"access": "sas"}}
    answer = made(azure, request_of_build, recipe)
    assert answer["result"]["artifact_access"].startswith("sas (as the recipe says; ")
    assert "sig=" not in json.dumps(answer)
    assert any("artifact.access" in warning for warning in answer["read"]["warnings"])
    source = get_template(answer["name"])["properties"]["customize"][0]["sourceUri"]
    fields = parse_qs(urlsplit(source).query)
    assert (fields["sp"], fields["sr"], fields["spr"]) == (["r"], ["b"], ["https"])


def test_an_archive_that_cannot_get_into_the_vm_ends_the_build_before_its_copy(
    azure: LocalCloud, request_of_build: BuildRequest
):
    """A copy of gigabytes would only be deleted again."""
    without = azure.app_environment() | {"BUILD_VM_IDENTITY_ID": ""}
    with app_process(without):
        error = made(azure, request_of_build, RELEASE | {"artifact": {"access": "identity"}})
    assert error["error"]["code"] == "SettingsInvalid"
    assert "or in the setting BUILD_VM_IDENTITY_ID, or write" in error["error"]["message"]
