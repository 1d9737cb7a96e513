"""A template that somebody else made is run, and left as it was."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from azure_clients.image_builder import get_template, put_template
from localcloud.cloud import LocalCloud
from tests.app_process import app_process
from tests.end_to_end.builds import call, ended, side_effects, wait_until

pytestmark = pytest.mark.local_cloud
GOLDEN = json.loads((Path(__file__).parents[1] / "golden/managed-image.json").read_text())


IN_SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
TEMPLATES = "providers/Microsoft.VirtualMachineImages/imageTemplates"


def made(environment: dict[str, str]) -> str:
    """Make a template that Kiln did not make, and wait until it can run."""
    name = f"theirs-{uuid.uuid4().hex[:8]}"
    body = GOLDEN | {"tags": {"owner": "somebody"}}
    body["properties"] = body["properties"] | {
        "customize": [{"type": "Shell", "name": "greet", "inline": ["echo hello"]}]
    }
    with app_process(environment):
        put_template(name, body, "not-a-build")
        wait_until(lambda: get_template(name)["properties"]["provisioningState"] == "Succeeded")
    return name


@pytest.fixture
def template_name(local_cloud: LocalCloud) -> str:
    """A template in Kiln's resource group."""
    return made(local_cloud.app_environment())


def test_an_existing_template_is_run_twice_and_stays(local_cloud: LocalCloud, template_name: str):
    """The second build must not take the first one's run for its own."""
    for _ in range(2):
        started = call(local_cloud, "POST", "/api/builds", {"template": template_name})
        assert started.status == 202, started.text
        build = ended(local_cloud, started.json["id"])
        assert build["state"] == "Succeeded", build
        assert build["templateKept"] is True
        assert build["recipe"] is None
    effects = side_effects(local_cloud, template_name)
    assert (effects["put_template"], effects["run"], effects["delete"]) == (1, 2, 0)


def test_an_existing_template_may_be_given_by_id_and_deleted(
    local_cloud: LocalCloud, template_name: str
):
    """Some people make a template for one run only."""
    template_id = f"{IN_SUBSCRIPTION}/resourcegroups/KILN-LOCAL/{TEMPLATES}/{template_name}"
    body = {"template": template_id, "deleteTemplate": True}
    build = ended(local_cloud, call(local_cloud, "POST", "/api/builds", body).json["id"])
    assert build["state"] == "Succeeded", build
    assert side_effects(local_cloud, template_name)["delete"] == 1


def test_a_template_of_another_resource_group_is_run_by_its_id(local_cloud: LocalCloud):
    """Its owner gives Kiln's identity the right; nobody has to make it again for Kiln."""
    environment = local_cloud.app_environment()
    name = made(environment | {"BUILD_RESOURCE_GROUP": "team-images"})
    template_id = f"{IN_SUBSCRIPTION}/resourceGroups/team-images/{TEMPLATES}/{name}"
    body = {"template": template_id, "deleteTemplate": True}
    build = ended(local_cloud, call(local_cloud, "POST", "/api/builds", body).json["id"])
    assert build["state"] == "Succeeded", build
    assert (build["templateName"], build["templateId"].lower()) == (name, template_id.lower())
    assert build["templateKept"] is False
    effects = side_effects(local_cloud, name)
    assert (effects["put_template"], effects["run"], effects["delete"]) == (1, 1, 1)


def test_builds_at_the_same_time_never_take_the_same_run(
    local_cloud: LocalCloud, template_name: str
):
    """Both would report the same image, and one caller would not have got what was asked for."""
    body = {"template": template_name}
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: call(local_cloud, "POST", "/api/builds", body), range(3)))
    builds = [ended(local_cloud, answer.json["id"]) for answer in answers]
    succeeded = [build for build in builds if build["state"] == "Succeeded"]
    assert len(succeeded) == side_effects(local_cloud, template_name)["run"]
    others = [build["error"] for build in builds if build["state"] != "Succeeded"]
    assert {error["code"] for error in others} <= {"Conflict"}


def test_a_vhd_that_would_go_with_its_template_is_not_built(local_cloud: LocalCloud):
    """Without `uri` it lies in the staging group; the report would name a blob that is gone."""
    name = f"theirs-{uuid.uuid4().hex[:8]}"
    target = {"type": "VHD", "runOutputName": "disk"}
    body = GOLDEN | {"properties": GOLDEN["properties"] | {"distribute": [target]}}
    with app_process(local_cloud.app_environment()):
        put_template(name, body, "not-a-build")
    wanted = {"template": name, "deleteTemplate": True}
    answer = call(local_cloud, "POST", "/api/builds", wanted)
    assert answer.status == 400, answer.text
    assert "VHD disk lies with the template and goes with it" in answer.json["error"]["message"]
    assert side_effects(local_cloud, name)["run"] == 0


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"template": "nosuch"}, 404, "template 'nosuch' does not exist in resource group kiln-"),
        ({"template": "a b"}, 400, "or the resource id of one: /subscriptions/<guid>/"),
        ({"template": ".."}, 400, "or the resource id of one"),
        ({"template": 7}, 400, "or the resource id of one"),
        ({"template": f"{IN_SUBSCRIPTION}/resourceGroups/a/{TEMPLATES}/b/c"}, 400, "the name of"),
        ({"template": f"{IN_SUBSCRIPTION}/resourceGroups/a/{TEMPLATES}/.."}, 400, "the name of"),
        (
            {"template": f"{IN_SUBSCRIPTION}/resourceGroups/team/{TEMPLATES}/nosuch"},
            404,
            f"template {IN_SUBSCRIPTION}/resourceGroups/team/{TEMPLATES}/nosuch does not exist",
        ),
        ({"template": "x", "recipe": "webapp"}, 400, "'recipe' does not go with 'template'"),
        ({"template": "x", "deleteTemplate": "yes"}, 400, "must be true or false"),
        ({"recipe": "webapp", "deleteTemplate": True}, 400, "goes with 'template'"),
        (
            {
                "template": "/subscriptions/00000000-0000-0000-0000-000000000002"
                f"/resourceGroups/other/{TEMPLATES}/x"
            },
            400,
            "lies in subscription 00000000-0000-0000-0000-000000000002; Kiln runs those of its own",
        ),
    ],
)
def test_a_template_that_cannot_be_run_is_refused(
    local_cloud: LocalCloud, body: object, status: int, says: str
):
    """Before anything is claimed."""
    answer = call(local_cloud, "POST", "/api/builds", body)
    assert answer.status == status, answer.text
    assert says in answer.json["error"]["message"]
