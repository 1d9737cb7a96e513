"""The error bodies that people met in production: each can be met in the simulator."""

import json
import re

import pytest

from tests.localcloud.image_builder.cloud_on_a_desk import (
    TEMPLATES,
    MemoryFetcher,
    open_desk,
    template_body,
)
from tests.localcloud.image_builder.recordings import REAL

pytestmark = pytest.mark.skipif(
    not (REAL / "aib").exists(), reason="the error bodies are not on this machine"
)
# Messages that a run ends with, in whatever words the plan has: any text can be planned.
PLANNED_RUN_MESSAGES = (
    "aci-quota",
    "aci-rate",
    "build-image-version-404",
    "build-managed-image-403",
)
PLANNED_PROVISIONING = ("put-identity-unusable", "op-unauthorized")
BY_STATE = (
    "cancel-while-canceling",
    "delete-while-creating",
    "delete-while-running",
    "file-download",
    "jwt-timeout-1-5",
    "op-packer-build-failed",
    "patch-distribute-missing",
    "put-forbidden-linked",
    "put-mi-required",
    "put-unknown-field",
    "run-distribute-internal",
    "run-gateway-504",
)


@pytest.fixture
async def desk(tmp_path):
    """A simulator that can download nothing."""
    async with open_desk(tmp_path, fetcher=MemoryFetcher()) as desk:
        yield desk


@pytest.fixture(scope="module")
def errors():
    """The known errors by id."""
    return {error["id"]: error for error in json.loads((REAL / "aib/errors.json").read_text())}


def operation_of(response):
    """Return the path of the operation that an answer names."""
    url = response.headers["Azure-AsyncOperation"].partition("?")[0]
    return url[url.index("/subscriptions") :]


def test_every_known_error_has_its_test(errors):
    """A new error in the collection must not be forgotten here."""
    assert sorted(errors) == sorted([*PLANNED_RUN_MESSAGES, *PLANNED_PROVISIONING, *BY_STATE])


@pytest.mark.parametrize("name", PLANNED_RUN_MESSAGES)
async def test_a_run_may_end_with_any_known_message(desk, errors, name):
    """Quota, rate, permission and replication faults stand in lastRunStatus only."""
    message = errors[name]["message"]
    await desk.plan({"call": "run"}, run_state="Failed", message=message)
    path = await desk.create()
    await desk.call("POST", f"{path}/run")
    desk.wait(minutes=16)
    assert (await desk.run_status(path))["message"] == message


@pytest.mark.parametrize("name", PLANNED_PROVISIONING)
async def test_a_creation_may_fail_with_any_known_message(desk, errors, name):
    """The same text stands in the operation and in the template."""
    error = errors[name].get("body", {}).get("error", {})
    message = error.get("message", errors[name].get("message"))
    await desk.plan({"call": "put_template"}, provisioning="Failed", message=message)
    response = await desk.call("PUT", f"{TEMPLATES}/t1", template_body())
    desk.wait(seconds=13)
    operation = await desk.json("GET", operation_of(response))
    template = await desk.json("GET", f"{TEMPLATES}/t1")
    assert operation["error"] == {"code": "Unauthorized", "message": message}
    assert template["properties"]["provisioningError"]["message"] == message
    assert list(operation) == ["name", "status", "startTime", "endTime", "error"]


async def test_delete_while_creating(desk, errors):
    """Verbatim, of 2025."""
    await desk.call("PUT", f"{TEMPLATES}/t1", template_body())
    assert await desk.json("DELETE", f"{TEMPLATES}/t1") == errors["delete-while-creating"]["body"]


async def test_delete_while_running_and_cancel_while_canceling(desk, errors):
    """Verbatim, in the flat envelope of 2020."""
    path, api = await desk.create(api="2020-02-14"), "2020-02-14"
    await desk.call("POST", f"{path}/run", api=api)
    deleted = await desk.json("DELETE", path, api=api)
    await desk.call("POST", f"{path}/cancel", api=api)
    cancelled = await desk.json("POST", f"{path}/cancel", api=api)
    assert deleted == errors["delete-while-running"]["body"]
    assert cancelled == errors["cancel-while-canceling"]["body"]


async def test_the_status_of_a_refused_delete_can_be_405(tmp_path, errors):
    """409 is an assumption; one public thread names 405."""
    async with open_desk(tmp_path, not_allowed_status=405) as desk:
        await desk.call("PUT", f"{TEMPLATES}/t1", template_body())
        assert (await desk.call("DELETE", f"{TEMPLATES}/t1")).status == 405


async def test_a_file_that_cannot_be_downloaded(desk, errors):
    """The words of the troubleshooting page, with our file in it."""
    path = await desk.create(customize=[{"type": "Shell", "scriptUri": "https://x/my.sh"}])
    message = (await desk.json("GET", path))["properties"]["provisioningError"]["message"]
    known = errors["file-download"]["message"].rstrip(".")
    words = known.replace("xxxxx.0", "x.0").replace("<myFile>", "https://x/my.sh")
    assert message.startswith(words)


async def test_a_failed_build_points_to_its_log_by_arm_path(desk, errors):
    """The only recorded failure of a run, ids apart."""
    path = await desk.create()
    await desk.plan({"call": "run"}, run_state="Failed")
    response = await desk.call("POST", f"{path}/run")
    desk.wait(minutes=11)
    operation = await desk.json("GET", operation_of(response))
    known = errors["op-packer-build-failed"]["body"]
    assert list(operation) == list(known)
    assert operation["error"]["code"] == known["error"]["code"]
    assert _without_ids(operation["error"]["message"]) == _without_ids(known["error"]["message"])


async def test_a_failed_build_of_an_old_version_points_to_its_log_by_url(desk):
    """Both forms must be read by clients."""
    path = await desk.create(api="2022-02-14")
    await desk.plan({"call": "run"}, run_state="Failed")
    await desk.call("POST", f"{path}/run")
    desk.wait(minutes=11)
    message = (await desk.run_status(path))["message"]
    location = (
        r"Image Build log location: https://\S+/packerlogs/[0-9a-f-]{36}/customization.log\. "
    )
    assert re.search(location + r"OperationId: [0-9a-f-]{36}\. Use this operationId", message)


async def test_a_target_missing_in_an_update(desk, errors):
    """Message verbatim, code and status inferred."""
    path = await desk.create()
    target = template_body()["properties"]["distribute"][0] | {"runOutputName": "other"}
    body = await desk.json("PATCH", path, {"properties": {"distribute": [target]}})
    known = errors["patch-distribute-missing"]["body"]["error"]
    words = known["message"].replace("<runoutputname>", "image")
    assert body["error"] == {"code": known["code"], "message": words}


async def test_an_unknown_field(desk, errors):
    """Verbatim, of the release notes of May 2024."""
    body = template_body(optimize={"vmboot": {"state": "Enabled"}})
    answer = await desk.json("PUT", f"{TEMPLATES}/t1", body, api="2024-02-01")
    assert answer == errors["put-unknown-field"]["body"]


async def test_a_template_that_needs_an_identity(desk, errors):
    """It is the run that says so."""
    path = await desk.create(api="2023-07-01")
    await desk.call("PATCH", path, {"identity": {"type": "None"}})
    desk.wait(seconds=2)
    response = await desk.call("POST", f"{path}/run")
    desk.wait(minutes=2)
    operation = await desk.json("GET", operation_of(response))
    assert operation["error"]["message"] == errors["put-mi-required"]["message"]


@pytest.mark.parametrize("name", ["put-forbidden-linked", "run-gateway-504"])
async def test_a_gateway_answer_is_planned_whole(desk, errors, name):
    """ARM refuses or gives up before AIB has answered."""
    path, error = await desk.create(), errors[name]
    body = error.get("body") or {"error": {"code": "GatewayTimeout", "message": error["message"]}}
    headers = {"x-ms-failure-cause": "gateway"}
    await desk.plan({"template": ".*"}, status=error["http"], headers=headers, body=body)
    response = await desk.call("POST", f"{path}/run")
    assert (response.status, await response.json()) == (error["http"], body)
    assert response.headers["x-ms-failure-cause"] == "gateway"


async def test_an_internal_error_wrapped_by_arm(desk, errors):
    """The cause lies two `details` deep."""
    known = errors["run-distribute-internal"]["body"]["error"]
    path = await desk.create()
    await desk.plan({"call": "run"}, run_state="Failed", message=known["message"], error=known)
    response = await desk.call("POST", f"{path}/run")
    desk.wait(minutes=11)
    assert (await desk.json("GET", operation_of(response)))["error"] == known


async def test_a_timeout_of_five_minutes_is_explained_in_the_log(desk, errors):
    """The words stand in customization.log only."""
    path = await desk.create(buildTimeoutInMinutes=5)
    await desk.call("POST", f"{path}/run")
    desk.wait(minutes=6)
    await desk.call("GET", path)
    logs = list(desk.simulator.settings.scratch_directory.glob("runs/*/customization.log"))
    assert errors["jwt-timeout-1-5"]["message"] in logs[0].read_text()


def _without_ids(message):
    path = re.compile(r"at location /subscriptions/.+?/packerlogs/.+?/customization\.log")
    text = path.sub("at location <log>", message)
    return re.sub(r"operationId \S+ to", "operationId <id> to", text)
