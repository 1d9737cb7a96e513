"""Each step on Azurite and the simulator, twice: what if it ran already, what if it ran half?"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from activities.check_run import check_run
from activities.check_template import check_template
from activities.cleanup import cleanup
from activities.create_template import create_template
from activities.fetch_run_output import fetch_run_output
from activities.read_recipe import read_recipe
from activities.read_template import read_template
from activities.run_build import run_build
from activities.stage_artifact import stage_artifact
from activities.write_report import write_report
from azure_clients.artifacts import find_upload
from azure_clients.claims import create_claim, read_claim
from azure_clients.image_builder import get_template
from imaging.build_request import BuildRequest
from imaging.names import build_id_without_artifact
from localcloud.cloud import LocalCloud
from tests.end_to_end.builds import make_zip, side_effects, wait_until

pytestmark = [pytest.mark.local_cloud, pytest.mark.usefixtures("azure")]
WEBAPP = json.loads((Path(__file__).parents[2] / "examples/recipes/webapp.json").read_text())


def step(function: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return the plain function of an activity, as the worker calls it."""
    plain: Callable[[dict[str, Any]], dict[str, Any]] = function.build().get_user_function()
    return plain


@pytest.fixture
def request_of_build(azure: LocalCloud, tmp_path: Path) -> BuildRequest:
    """A claimed build of an uploaded zip."""
    azure.put_recipe("webapp", WEBAPP)
    blob_name = f"webapp/{uuid.uuid4().hex}/a.zip"
    azure.upload(make_zip(tmp_path / "a.zip"), blob_name)
    request = BuildRequest(build_id_without_artifact(), "webapp", find_upload(blob_name).artifact)
    create_claim(request)
    return request


@pytest.fixture
def template_name(request_of_build: BuildRequest) -> str:
    """A template of the build, which AIB has made."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    step(read_recipe)(
        {"build_id": request_of_build.build_id, "recipe_name": "webapp", "parameters": {}}
    )
    created = step(create_template)(template_step(request_of_build, name))
    assert "result" in created, created
    wait_until(lambda: step(check_template)({"template_name": name})["result"]["is_final"])
    return name


def template_step(request: BuildRequest, name: str) -> dict[str, Any]:
    """Stage the artifact and say what `create_template` needs."""
    staged = step(stage_artifact)(
        {
            "build_id": request.build_id,
            "artifact": request.to_wire()["artifact"],
            "os_type": "Linux",
        }
    )
    return {
        "build_id": request.build_id,
        "recipe_name": "webapp",
        "parameters": {},
        "template_name": name,
        "staged": staged["result"],
    }


def test_a_recipe_is_read_once_for_a_build(azure: LocalCloud, request_of_build: BuildRequest):
    """An operator may edit it while the build is under way."""
    asked = {"build_id": request_of_build.build_id, "recipe_name": "webapp", "parameters": {}}
    first = step(read_recipe)(asked)
    azure.put_recipe("webapp", WEBAPP | {"description": "edited"})
    assert step(read_recipe)(asked) == first
    assert first["result"]["os_type"] == "Linux"
    assert first["result"]["run_output_names"] == ["webapp"]


def test_a_build_without_a_claim_is_refused():
    """Nobody would ever find its report."""
    answer = step(read_recipe)(
        {"build_id": build_id_without_artifact(), "recipe_name": "webapp", "parameters": {}}
    )
    assert answer["error"]["code"] == "NotFound"


def test_a_build_that_has_its_report_is_answered_with_it(request_of_build: BuildRequest):
    """A second start of the plan must not build a second image."""
    report = {"state": "Succeeded", "outputs": {"imageUri": "/x"}}
    step(write_report)({"build_id": request_of_build.build_id, "report": report})
    asked = {"build_id": request_of_build.build_id, "recipe_name": "webapp", "parameters": {}}
    assert step(read_recipe)(asked)["result"] == {"report": report}
    claim = read_claim(request_of_build.build_id)
    assert claim is not None
    assert claim.report == report


def test_staging_twice_gives_the_same_answer(request_of_build: BuildRequest, tmp_path: Path):
    """The host may die after the copy and before the answer."""
    asked = {
        "build_id": request_of_build.build_id,
        "artifact": request_of_build.to_wire()["artifact"],
        "os_type": "Linux",
    }
    first = step(stage_artifact)(asked)["result"]
    assert step(stage_artifact)(asked)["result"] == first
    assert first["sha256"] == hashlib.sha256((tmp_path / "a.zip").read_bytes()).hexdigest()
    assert (first["kind"], first["entries"]) == ("zip", 3)


def test_a_template_of_this_build_is_adopted(
    azure: LocalCloud, request_of_build: BuildRequest, template_name: str
):
    """The answer to the first PUT may have been lost."""
    again = step(create_template)(template_step(request_of_build, template_name))
    assert "result" in again
    statuses = [
        e["status"]
        for e in azure.journal()
        if (e["call"], e["template"]) == ("put_template", template_name)
    ]
    assert statuses.count(201) == 1


def test_a_template_of_somebody_else_is_left_alone(
    azure: LocalCloud, request_of_build: BuildRequest, template_name: str, tmp_path: Path
):
    """Adopting or deleting it would destroy another team's work."""
    blob_name = f"webapp/{uuid.uuid4().hex}/b.zip"
    azure.upload(make_zip(tmp_path / "b.zip"), blob_name)
    other = BuildRequest(build_id_without_artifact(), "webapp", find_upload(blob_name).artifact)
    create_claim(other)
    step(read_recipe)({"build_id": other.build_id, "recipe_name": "webapp", "parameters": {}})
    answer = step(create_template)(template_step(other, template_name))
    assert answer["error"]["code"] == "Conflict"
    assert get_template(template_name)["tags"]["kiln-build-id"] == request_of_build.build_id


def test_a_run_is_started_once(azure: LocalCloud, template_name: str):
    """An unanswered POST may have worked; a second run would be a second image."""
    asked = {"template_name": template_name, "earlier_run_start": ""}
    assert step(run_build)(asked)["result"] == {"adopted": False}
    assert step(run_build)(asked)["result"] == {"adopted": True}
    assert side_effects(azure, template_name)["run"] == 1


def test_a_run_whose_answer_was_lost_is_adopted(azure: LocalCloud, template_name: str):
    """Azure's gateway times out now and then although the service did its work (504)."""
    azure.plan_fault(
        {
            "match": {"call": "run", "template": template_name, "times": 1},
            "answer": {"accept_but_drop": True},
        }
    )
    answer = step(run_build)({"template_name": template_name, "earlier_run_start": ""})
    assert "result" in answer
    assert side_effects(azure, template_name)["run"] == 1


def test_an_existing_template_is_read_and_run_again(
    azure: LocalCloud, request_of_build: BuildRequest, template_name: str
):
    """A run that ended before this build began is not this build's."""
    first = {"template_name": template_name, "earlier_run_start": ""}
    step(run_build)(first)
    wait_until(lambda: step(check_run)(first)["result"]["is_final"])
    asked = {"build_id": request_of_build.build_id, "template_name": template_name}
    found = step(read_template)(asked)["result"]
    assert found["run_output_names"] == ["webapp"]

    again = {"template_name": template_name, "earlier_run_start": found["earlier_run_start"]}
    assert step(check_run)(again)["result"]["is_final"] is False
    assert step(run_build)(again)["result"] == {"adopted": False}
    assert step(run_build)(again)["result"] == {"adopted": True}
    assert side_effects(azure, template_name)["run"] == 2


def test_a_template_that_runs_for_somebody_else_is_refused(
    request_of_build: BuildRequest, template_name: str
):
    """Its end would be taken for ours."""
    step(run_build)({"template_name": template_name, "earlier_run_start": ""})
    asked = {"build_id": request_of_build.build_id, "template_name": template_name}
    answer = step(read_template)(asked)
    assert answer["error"]["code"] == "Conflict"
    assert "runs already" in answer["error"]["message"]


def test_a_throttled_call_comes_back_as_a_pause(azure: LocalCloud, template_name: str):
    """Sleeping inside an activity would cost money and die with the host."""
    azure.plan_fault(
        {
            "match": {"call": "run", "template": template_name, "times": 1},
            "answer": {"status": 429, "headers": {"Retry-After": "7"}},
        }
    )
    answer = step(run_build)({"template_name": template_name, "earlier_run_start": ""})
    assert (answer["wait_seconds"], answer["is_throttled"]) == (7, True)
    assert side_effects(azure, template_name)["run"] == 1


def test_a_look_during_an_outage_is_an_unknown_state(azure: LocalCloud, template_name: str):
    """The run goes on whether Kiln can see it or not."""
    azure.plan_fault(
        {
            "match": {"call": "get_template", "template": template_name, "times": 1},
            "answer": {"status": 500},
        }
    )
    answer = step(check_template)({"template_name": template_name})
    assert answer["result"]["state"] == "Unknown"


def test_a_run_output_that_is_late_is_named_as_missing(template_name: str):
    """AIB may need a moment after a run has succeeded."""
    asked = {"template_name": template_name, "run_output_names": ["webapp"]}
    assert step(fetch_run_output)(asked)["result"] == {"images": [], "missing": ["webapp"]}


@pytest.mark.parametrize(
    ("properties", "uri"),
    [
        ({"artifactId": "/images/a", "provisioningState": "Succeeded"}, "/images/a"),
        ({"artifactUri": "https://x.blob.core.windows.net/vhds/a.vhd?sv=1&sig=abc"}, None),
        ({"artifactId": "/images/a", "provisioningState": "Failed"}, ""),
        ({"artifactId": "", "artifactUri": ""}, ""),
    ],
)
def test_a_run_output_names_an_image_that_is_made(
    azure: LocalCloud, properties: dict[str, Any], uri: str | None
):
    """Older templates get the URI of a VHD with a signature, which nobody may store."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    answer = {"status": 200, "body": {"name": "webapp", "properties": properties}}
    azure.plan_fault({"match": {"call": "run_output", "template": name}, "answer": answer})
    asked = {"template_name": name, "run_output_names": ["webapp"]}
    images = step(fetch_run_output)(asked)["result"]["images"]
    expected = "https://x.blob.core.windows.net/vhds/a.vhd" if uri is None else uri
    assert [image["uri"] for image in images] == ([expected] if expected else [])


def test_cleaning_up_twice_is_fine(request_of_build: BuildRequest, template_name: str):
    """What is gone is gone."""
    asked = {
        "build_id": request_of_build.build_id,
        "template_name": template_name,
        "staged_blobs": True,
    }
    first = step(cleanup)(asked)["result"]
    assert first["template_gone"] is False
    assert len(first["deleted_blobs"]) == 2
    wait_until(lambda: "error" in step(check_template)({"template_name": template_name}))
    again = step(cleanup)(asked)["result"]
    assert again == {"template_gone": True, "deleted_blobs": []}
