"""Resource Manager fails on purpose; what follows is counted in its journal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import CloudOptions, LocalCloud
from tests.end_to_end.builds import call, ended, side_effects, wait_until

pytestmark = pytest.mark.local_cloud
ROOT = Path(__file__).parents[2]
WEBAPP = json.loads((ROOT / "examples/recipes/webapp.json").read_text())
TARGET = WEBAPP["properties"]["distribute"][0]
SECOND = TARGET | {
    "runOutputName": "second",
    "galleryImageId": f"{TARGET['galleryImageId']}-second",
}
UNDISTURBED = {"put_template": 1, "run": 1, "delete": 1}
MINUTE = 60


@pytest.fixture(scope="module")
def fast_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A cloud whose hours take seconds, with a recipe of two targets that needs no artifact."""
    options = CloudOptions(execute_customizers=False)
    with LocalCloud(tmp_path_factory.mktemp("faults"), ROOT, 1000, options) as cloud:
        properties = WEBAPP["properties"] | {
            "customize": [{"type": "Shell", "name": "greet", "inline": ["echo hello"]}],
            "distribute": [TARGET, SECOND],
        }
        cloud.put_recipe("bare", {"location": "westeurope", "properties": properties})
        ended(cloud, start(cloud))  # imports what a first build imports: minutes on such a clock
        yield cloud


@pytest.fixture
def cloud(fast_cloud: LocalCloud) -> Iterator[LocalCloud]:
    """The fast cloud; planned faults end with the test."""
    yield fast_cloud
    fast_cloud.clear_faults()
    fast_cloud.set_identity({"mode": "ok"})


def start(cloud: LocalCloud) -> str:
    """Start a build of the bare recipe; return its id."""
    started = call(cloud, "POST", "/api/builds", {"recipe": "bare"})
    assert started.status == 202, started.text
    return str(started.json["id"])


def build_with(cloud: LocalCloud, match: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Run one build while a fault is planned."""
    cloud.plan_fault({"match": match, "answer": answer})
    return ended(cloud, start(cloud))


def changes(cloud: LocalCloud, build: dict[str, Any]) -> dict[str, int]:
    """Count the calls of a build that change something."""
    effects = side_effects(cloud, build["templateName"])
    return {name: effects[name] for name in UNDISTURBED}


def moments(cloud: LocalCloud, build: dict[str, Any], name: str) -> list[datetime]:
    """List when a build made a call."""
    return [
        datetime.fromisoformat(entry["time_utc"])
        for entry in cloud.journal()
        if (entry["template"], entry["call"]) == (build["templateName"], name)
    ]


def test_an_undisturbed_build_changes_three_things_and_follows_no_operation(cloud: LocalCloud):
    """What all the others are compared with."""
    build = ended(cloud, start(cloud))
    assert build["state"] == "Succeeded", build
    assert changes(cloud, build) == UNDISTURBED
    assert side_effects(cloud, build["templateName"])["operation"] == 0
    assert not [note for note in build["notes"] if "waited" in note]


def test_a_throttled_creation_is_tried_after_the_pause_that_azure_asks_for(cloud: LocalCloud):
    """Sooner would be counted against the whole subscription."""
    answer = {"status": 429, "headers": {"Retry-After": "7"}}
    build = build_with(cloud, {"call": "put_template", "times": 2}, answer)
    assert build["state"] == "Succeeded", build["error"]
    first, second, third = moments(cloud, build, "put_template")
    assert (second - first).total_seconds() >= 7
    assert (third - second).total_seconds() >= 7
    assert any("waited 2 times for Azure" in note for note in build["notes"])


@pytest.mark.parametrize("call_name", ["put_template", "get_template", "run_output", "delete"])
def test_an_outage_of_resource_manager_for_ten_minutes_is_waited_out(
    cloud: LocalCloud, call_name: str
):
    """Nobody shall start a build again at night because a gateway was restarted."""
    match = {"call": call_name, "for_seconds": 10 * MINUTE}
    build = build_with(cloud, match, {"status": 502})
    assert build["state"] == "Succeeded", build["error"]
    assert side_effects(cloud, build["templateName"])["run"] == 1


def test_a_cut_connection_is_no_reason_to_make_a_second_template(cloud: LocalCloud):
    """The first PUT was accepted; its answer was lost."""
    match = {"call": "put_template", "times": 1}
    build = build_with(cloud, match, {"accept_but_drop": True})
    assert build["state"] == "Succeeded", build["error"]
    tagged = [e for e in cloud.journal() if e["tags"].get("kiln-build-id") == build["id"]]
    assert {e["template"] for e in tagged} == {build["templateName"]}
    assert changes(cloud, build)["run"] == 1


def test_polls_that_are_throttled_are_told_and_lose_no_run(cloud: LocalCloud):
    """The build goes on, and its status says why nothing is seen."""
    match = {"call": "get_template", "nth": list(range(4, 999))}
    cloud.plan_fault({"match": match, "answer": {"status": 429}})
    build_id = start(cloud)
    wait_until(lambda: "throttled (HTTP 429)" in str((cloud.build(build_id) or {}).get("notice")))
    cloud.clear_faults()
    build = ended(cloud, build_id)
    assert build["state"] == "Succeeded", build["error"]
    assert changes(cloud, build) == UNDISTURBED


def test_polls_that_fail_for_25_minutes_lose_no_run(cloud: LocalCloud):
    """Image Builder has answered "Internal error" for so long, while the run went on to its end."""
    body = {"error": {"code": "InternalOperationError", "message": "Internal error occurred."}}
    match = {"call": "get_template", "nth": list(range(4, 99)), "for_seconds": 25 * MINUTE}
    build = build_with(cloud, match, {"status": 500, "body": body})
    assert build["state"] == "Succeeded", build["error"]
    assert changes(cloud, build) == UNDISTURBED


def test_a_run_that_started_behind_a_504_is_adopted(cloud: LocalCloud):
    """A second run would be a second image."""
    build = build_with(cloud, {"call": "run", "times": 1}, {"status": 504, "accept": True})
    assert build["state"] == "Succeeded", build["error"]
    assert changes(cloud, build) == UNDISTURBED


def test_a_run_that_did_not_start_behind_a_504_is_started_once_more(cloud: LocalCloud):
    """Waiting for a run that never began would take four hours."""
    build = build_with(cloud, {"call": "run", "times": 1}, {"status": 504})
    assert build["state"] == "Succeeded", build["error"]
    assert changes(cloud, build) == UNDISTURBED | {"run": 2}


def test_a_run_that_is_refused_while_none_can_be_seen_is_asked_for_again(cloud: LocalCloud):
    """Behind a lost answer, AIB may know of a run before its template shows it."""
    body = {"error": {"code": "Conflict", "message": "Another operation is in progress"}}
    build = build_with(cloud, {"call": "run", "times": 1}, {"status": 409, "body": body})
    assert build["state"] == "Succeeded", build["error"]
    assert changes(cloud, build) == UNDISTURBED | {"run": 2}


def test_a_template_that_cannot_be_made_ends_the_build_with_azures_words(cloud: LocalCloud):
    """The failed template holds nothing but its error, and blocks its name."""
    says = "Not authorized to access the resource: /x. Please check the user assigned identity"
    answer = {"provisioning": "Failed", "message": says, "error_code": "Unauthorized"}
    build = build_with(cloud, {"call": "put_template"}, answer)
    assert (build["state"], build["phase"]) == ("Failed", "CreatingTemplate")
    assert says in build["error"]["message"]
    assert changes(cloud, build) == {"put_template": 1, "run": 0, "delete": 1}
    assert build["templateKept"] is False


def test_a_template_that_azure_refuses_is_tried_once(cloud: LocalCloud):
    """What is wrong with it will be wrong in five seconds."""
    body = {"error": {"code": "ValidationFailed", "message": "Field 'x' has a bad value"}}
    build = build_with(cloud, {"call": "put_template"}, {"status": 400, "body": body})
    assert build["error"]["code"] == "TemplateFailed"
    assert "ValidationFailed: Field 'x' has a bad value" in build["error"]["message"]
    assert changes(cloud, build) == {"put_template": 1, "run": 0, "delete": 0}


def test_a_missing_right_is_told_at_once(cloud: LocalCloud):
    """Somebody has to assign a role; trying again does not."""
    body = {"error": {"code": "AuthorizationFailed", "message": "The client has no right to act"}}
    build = build_with(cloud, {"call": "put_template"}, {"status": 403, "body": body})
    assert build["error"]["code"] == "AccessDenied"
    assert "The client has no right to act" in build["error"]["message"]
    assert changes(cloud, build) == {"put_template": 1, "run": 0, "delete": 0}


def test_a_run_that_distributed_in_part_names_its_image(cloud: LocalCloud):
    """The build is no success, and nobody has to make that image again."""
    says = "Failed in distributing 1 images out of total 2: {[Error 0] [Distribute 1] quota}"
    cloud.plan_fault(
        {
            "match": {"call": "run_output", "path": "/runOutputs/second$"},
            "answer": {"status": 404, "body": {"error": {"code": "ResourceNotFound"}}},
        }
    )
    outcome = {"run_state": "PartiallySucceeded", "message": says}
    build = build_with(cloud, {"call": "run"}, outcome)
    assert (build["state"], build["error"]["code"]) == ("Failed", "RunPartiallySucceeded")
    assert says in build["error"]["message"]
    (image,) = build["images"]
    assert image["runOutputName"] == TARGET["runOutputName"]
    assert image["uri"] in build["error"]["message"]
    assert build["templateKept"] is True
    assert changes(cloud, build) == UNDISTURBED | {"delete": 0}


def test_an_image_that_is_replicated_after_its_run_has_failed_is_found(cloud: LocalCloud):
    """AIB's time was over; Compute's was not."""
    outcome = {
        "run_state": "Failed",
        "at_phase": "Distributing",
        "message": "Failed in distributing 1 images out of total 1: context deadline exceeded",
        "image_appears_after_seconds": 2 * MINUTE,
    }
    build = build_with(cloud, {"call": "run"}, outcome)
    assert (build["state"], build["error"]["code"]) == ("Failed", "RunFailed")
    assert [image["runOutputName"] for image in build["images"]] == [
        TARGET["runOutputName"],
        "second",
    ]
    assert changes(cloud, build) == UNDISTURBED | {"delete": 0}


def test_a_run_output_that_comes_a_minute_late_is_waited_for(cloud: LocalCloud):
    """The run has succeeded; only its record is slow."""
    match = {"call": "run_output", "for_seconds": MINUTE}
    build = build_with(cloud, match, {"status": 404})
    assert build["state"] == "Succeeded", build["error"]
    assert changes(cloud, build) == UNDISTURBED


def test_a_run_output_that_never_comes_is_told_as_such(cloud: LocalCloud):
    """After two minutes, and with the template kept to look at."""
    build = build_with(cloud, {"call": "run_output"}, {"status": 404})
    assert build["error"]["code"] == "RunOutputMissing"
    assert side_effects(cloud, build["templateName"])["run_output"] == 2 * 9, "two minutes' looks"
    assert changes(cloud, build) == UNDISTURBED | {"delete": 0}


def test_a_deletion_that_azure_refuses_is_asked_for_again(cloud: LocalCloud):
    """AIB refuses it while a run is still ending; some regions answer 405."""
    body = {
        "error": {
            "code": "OperationNotAllowed",
            "message": "Operation delete is not allowed in run state: running",
        }
    }
    match = {"call": "delete", "times": 2}
    build = build_with(cloud, match, {"status": 405, "body": body})
    assert build["state"] == "Succeeded", build["error"]
    assert changes(cloud, build) == UNDISTURBED | {"delete": 3}
    assert (build["templateKept"], build["warnings"]) == (False, [])


def test_a_template_that_cannot_be_deleted_is_a_warning(cloud: LocalCloud):
    """The image is there; what is left behind has a name and a reason."""
    answer = {"operation": "Failed", "message": "the staging group is locked"}
    build = build_with(cloud, {"call": "delete"}, answer)
    assert build["state"] == "Succeeded", build["error"]
    assert build["templateKept"] is True
    assert build["templateName"] in build["warnings"][-1]
    assert changes(cloud, build)["run"] == 1


@pytest.mark.parametrize("mode", ["500", "401", "slow"])
def test_an_identity_that_is_away_for_a_moment_fails_no_build(cloud: LocalCloud, mode: str):
    """Tokens are fetched anew, and what went wrong holds no secret."""
    build_id = start(cloud)
    cloud.set_identity({"mode": mode, "times": 3, "delay_seconds": 0.2})
    build = ended(cloud, build_id)
    assert build["state"] == "Succeeded", build["error"]
    assert changes(cloud, build) == UNDISTURBED
    assert cloud.endpoints.identity_header not in json.dumps(build)


def test_a_run_that_never_ends_is_given_up_with_its_template_named(cloud: LocalCloud):
    """AIB may be stuck; a build must not be."""
    recipe = {"location": "westeurope", "properties": WEBAPP["properties"]}
    recipe["properties"] = recipe["properties"] | {
        "customize": [{"type": "Shell", "name": "greet", "inline": ["echo hello"]}],
        "buildTimeoutInMinutes": 10,
    }
    cloud.put_recipe("brief", recipe)
    match = {"call": "get_template", "nth": list(range(4, 300))}
    cloud.plan_fault({"match": match, "answer": {"status": 500}})
    started = call(cloud, "POST", "/api/builds", {"recipe": "brief"})
    build = ended(cloud, started.json["id"])
    assert build["error"]["code"] == "TimedOut"
    assert build["templateName"] in build["error"]["message"]
    assert changes(cloud, build) == UNDISTURBED | {"delete": 0}
