"""Templates and runs through time: states by the clock, refusals in between."""

from datetime import timedelta

import pytest

from localcloud.clock import SkippingClock
from tests.localcloud.image_builder.cloud_on_a_desk import (
    GALLERY_IMAGE,
    TEMPLATES,
    open_desk,
    template_body,
)

SUB_STATES = ["Queued", "Building", "Customizing", "Optimizing", "Validating", "Distributing"]


@pytest.fixture
async def desk(tmp_path):
    """A simulator without a build VM."""
    async with open_desk(tmp_path) as desk:
        yield desk


async def test_a_template_is_creating_until_its_time_is_over(desk):
    """Clients poll for this state; it must not come early."""
    await desk.call("PUT", f"{TEMPLATES}/t1", template_body())
    await desk.let_tasks_run()
    states = []
    for seconds in (0, 33, 2):
        desk.wait(seconds=seconds)
        template = await desk.json("GET", f"{TEMPLATES}/t1")
        states.append(template["properties"]["provisioningState"])
    assert states == ["Creating", "Creating", "Succeeded"]


async def test_latest_is_resolved_when_the_template_is_created(desk):
    """The report names the exact source version."""
    await desk.call("PUT", f"{TEMPLATES}/t1", template_body())
    await desk.let_tasks_run()
    before = await desk.json("GET", f"{TEMPLATES}/t1")
    desk.wait(seconds=60)
    after = await desk.json("GET", f"{TEMPLATES}/t1")
    assert before["properties"]["source"]["exactVersion"] == "latest"
    assert after["properties"]["source"]["exactVersion"] == "24.04.202505020"


class HastyClock(SkippingClock):
    """A clock so fast that each look at it finds another time."""

    def now(self):
        """Return the time, seconds after the last one."""
        self.advance(timedelta(seconds=3))
        return super().now()


@pytest.mark.parametrize("ahead_seconds", range(0, 24, 3))
async def test_an_answer_shows_one_moment(tmp_path, ahead_seconds):
    """At 240 times the speed, a template once was there and its `latest` not yet resolved."""
    async with open_desk(tmp_path, clock=HastyClock()) as desk:
        await desk.call("PUT", f"{TEMPLATES}/t1", template_body())
        desk.wait(seconds=ahead_seconds)
        seen = set()
        while ("Succeeded", "24.04.202505020") not in seen:
            shown = (await desk.json("GET", f"{TEMPLATES}/t1"))["properties"]
            seen.add((shown["provisioningState"], shown["source"]["exactVersion"]))
    assert seen <= {("Creating", "latest"), ("Succeeded", "24.04.202505020")}


async def test_a_run_goes_through_its_sub_states_in_order(desk):
    """Progress is shown to people; each state has its time and none is skipped."""
    path = await desk.create(
        optimize={"vmBoot": {"state": "Enabled"}},
        validate={"inVMValidations": [{"type": "Shell", "inline": ["true"]}]},
    )
    await desk.call("POST", f"{path}/run")
    seen = []
    for _ in range(40):
        status = await desk.run_status(path)
        seen.append(status.get("runSubState", status["runState"]))
        desk.wait(seconds=30)
    assert list(dict.fromkeys(seen)) == [*SUB_STATES, "Succeeded"]


async def test_a_running_run_has_the_year_one_as_its_end(desk):
    """The real service says so, and a client must not take it for an end."""
    path = await desk.create()
    await desk.call("POST", f"{path}/run")
    status = await desk.run_status(path)
    assert status["endTime"] == "0001-01-01T00:00:00Z"
    assert status["message"] == ""


async def test_delete_run_and_update_are_refused_while_a_template_is_created(desk):
    """AIB refuses them; who deletes too early has to try again."""
    await desk.call("PUT", f"{TEMPLATES}/t1", template_body())
    for method, suffix in (("DELETE", ""), ("POST", "/run"), ("PATCH", "")):
        response = await desk.call(method, f"{TEMPLATES}/t1{suffix}", {})
        error = (await response.json())["error"]
        assert (response.status, error["code"]) == (409, "OperationNotAllowed")
        assert error["message"].endswith("is not allowed in provisioningState: 'creating'")


async def test_a_second_run_is_refused_while_one_goes_on(desk):
    """Two runs of one template must never be."""
    path = await desk.create()
    await desk.call("POST", f"{path}/run")
    response = await desk.call("POST", f"{path}/run")
    assert response.status == 409
    assert (await response.json())["error"]["message"] == (
        "Operation Microsoft.VirtualMachineImages/imageTemplates/run/action is not allowed in "
        "provisioning state: provisioned or run state: running."
    )


async def test_delete_is_refused_while_running_and_canceling_and_works_after(desk):
    """A clean-up after a cancel has to wait."""
    path = await desk.create()
    await desk.call("POST", f"{path}/run")
    refused = [(await desk.call("DELETE", path)).status]
    assert (await desk.call("POST", f"{path}/cancel")).status == 204
    refused.append((await desk.call("DELETE", path)).status)
    desk.wait(seconds=61)
    assert (await desk.run_status(path))["runState"] == "Canceled"
    assert refused == [409, 409]
    assert (await desk.call("DELETE", path)).status == 202


async def test_a_cancelled_run_leaves_no_image(desk):
    """Cancel must not distribute."""
    path = await desk.create()
    await desk.call("POST", f"{path}/run")
    await desk.call("POST", f"{path}/cancel")
    status = await desk.run_status(path)
    assert status["runState"] == "Canceling"
    assert status["message"] == "Canceling image build"
    assert "runSubState" not in status
    desk.wait(hours=1)
    assert (await desk.json("GET", f"{path}/runOutputs"))["value"] == []
    assert (await desk.json("GET", f"{GALLERY_IMAGE}/versions"))["value"] == []


async def test_a_second_cancel_is_refused_and_one_without_a_run_is_not(desk):
    """Cancel is sent twice by impatient people."""
    path = await desk.create()
    assert (await desk.call("POST", f"{path}/cancel")).status == 204
    await desk.call("POST", f"{path}/run")
    await desk.call("POST", f"{path}/cancel")
    response = await desk.call("POST", f"{path}/cancel")
    assert response.status == 409
    assert "run state: canceling" in (await response.json())["error"]["message"]


async def test_a_template_cannot_be_put_twice_until_it_is_deleted(desk):
    """A template is immutable; its name is free again when the DELETE is over."""
    path = await desk.create()
    again = await desk.call("PUT", path, template_body())
    await desk.call("DELETE", path)
    early = await desk.call("PUT", path, template_body())
    desk.wait(seconds=132)
    late = await desk.call("PUT", path, template_body())
    assert [again.status, early.status, late.status] == [409, 409, 201]
    assert (await again.json())["error"]["code"] == "Conflict"


async def test_an_operation_is_remembered_after_the_template_is_gone(desk):
    """The SDK looks at the operation once more after Succeeded."""
    path = await desk.create()
    response = await desk.call("DELETE", path)
    operation = response.headers["Location"].partition("?")[0]
    operation = operation[operation.index("/subscriptions") :]
    before = await desk.json("GET", operation)
    desk.wait(seconds=132)
    after = [await desk.json("GET", operation) for _ in range(2)]
    assert (await desk.call("GET", path)).status == 404
    assert [before["status"], *(look["status"] for look in after)] == [
        "InProgress",
        "Succeeded",
        "Succeeded",
    ]


async def test_deleting_what_is_not_there_is_no_error(desk):
    """Clean-up may come twice."""
    assert (await desk.call("DELETE", f"{TEMPLATES}/never")).status == 204


async def test_a_run_that_takes_too_long_fails_at_its_deadline(desk):
    """BuildTimeoutInMinutes is obeyed, replication counted."""
    path = await desk.create(buildTimeoutInMinutes=10)
    await desk.call("POST", f"{path}/run")
    desk.wait(minutes=11)
    status = await desk.run_status(path)
    assert status["runState"] == "Failed"
    assert "context deadline exceeded" in status["message"]


async def test_auto_run_starts_when_the_template_is_there(desk):
    """AutoRun makes one run without a POST."""
    path = await desk.create(autoRun={"state": "Enabled"})
    desk.wait(minutes=16)
    assert (await desk.run_status(path))["runState"] == "Succeeded"


async def test_patch_changes_what_may_be_changed_and_nothing_else(desk):
    """Identity, tags, targets and VM profile; a target must not vanish."""
    path = await desk.create()
    target = template_body()["properties"]["distribute"][0] | {"runOutputName": "other"}
    missing = await desk.call("PATCH", path, {"properties": {"distribute": [target]}})
    unknown = await desk.call("PATCH", path, {"properties": {"customize": []}})
    body = {"tags": {"stuck": "yes"}, "properties": {"vmProfile": {"vmSize": "Standard_D2s_v3"}}}
    accepted = await desk.call("PATCH", path, body)
    updating = (await desk.json("GET", path))["properties"]["provisioningState"]
    desk.wait(seconds=2)
    changed = await desk.json("GET", path)
    assert [missing.status, unknown.status, accepted.status] == [400, 400, 202]
    assert updating == "Updating"
    assert changed["tags"] == {"stuck": "yes"}
    assert changed["properties"]["vmProfile"]["vmSize"] == "Standard_D2s_v3"


@pytest.mark.parametrize("targets", [None, []])
async def test_an_update_cannot_take_all_targets_away(desk, targets):
    """Null is no way round the rule."""
    path = await desk.create()
    response = await desk.call("PATCH", path, {"properties": {"distribute": targets}})
    assert response.status == 400
    assert "Runoutput name image not found" in (await response.json())["error"]["message"]


async def test_what_is_read_only_is_not_taken_from_a_client(desk):
    """People put templates that they have got before; a run that never was must not show."""
    read_only = {"lastRunStatus": {"runState": "Running"}, "provisioningError": {"message": "no"}}
    path = await desk.create(**read_only, exactStagingResourceGroup="mine")
    shown = (await desk.json("GET", path))["properties"]
    assert read_only.keys().isdisjoint(shown)
    assert "/resourceGroups/IT_kiln-local_t1_" in shown["exactStagingResourceGroup"]


async def test_a_run_without_an_identity_fails(desk):
    """PATCH may take the identity away; the run says that one is needed."""
    path = await desk.create()
    await desk.call("PATCH", path, {"identity": {"type": "None"}})
    desk.wait(seconds=2)
    await desk.call("POST", f"{path}/run")
    desk.wait(minutes=2)
    assert "Managed identity is required" in (await desk.run_status(path))["message"]


async def test_a_gallery_that_does_not_exist_fails_the_template(desk):
    """AIB looks at the targets when the template is submitted."""
    target = template_body()["properties"]["distribute"][0]
    other = target["galleryImageId"].replace("/kilnlocal/", "/nowhere/")
    path = await desk.create(distribute=[target | {"galleryImageId": other}])
    error = (await desk.json("GET", path))["properties"]["provisioningError"]
    assert error["provisioningErrorCode"] == "BadSharedImageDistribute"


async def test_an_unknown_platform_image_fails_the_template(desk):
    """`latest` of an offer that is not there cannot be resolved."""
    source = template_body()["properties"]["source"] | {"offer": "nothing"}
    path = await desk.create(source=source)
    error = (await desk.json("GET", path))["properties"]["provisioningError"]
    assert error["provisioningErrorCode"] == "BadPIRSource"


async def test_a_template_without_an_identity_fails_to_be_created(desk):
    """Since 2020-02-14 AIB works with a managed identity only."""
    body = template_body() | {"identity": {"type": "None"}}
    await desk.call("PUT", f"{TEMPLATES}/t1", body)
    await desk.let_tasks_run()
    desk.wait(seconds=13)
    error = (await desk.json("GET", f"{TEMPLATES}/t1"))["properties"]["provisioningError"]
    assert "Managed identity is required" in error["message"]
