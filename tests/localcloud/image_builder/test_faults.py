"""Fault plans: they hit exactly where they are told to, and nowhere else."""

import asyncio

import aiohttp
import pytest

from localcloud.compute import urls as compute_urls
from localcloud.image_builder import neighbours, urls
from tests.localcloud.image_builder.cloud_on_a_desk import (
    GALLERY_IMAGE,
    TEMPLATES,
    open_desk,
    template_body,
)

ROUTES = [*urls.ROUTES, *neighbours.ROUTES, *compute_urls.ROUTES]


@pytest.fixture
async def desk(tmp_path):
    """A simulator without a build VM."""
    async with open_desk(tmp_path) as desk:
        yield desk


async def test_a_plan_hits_the_nth_call_only(desk):
    """A test that plans the second call must not meet the fault in the first or third."""
    path = await desk.create()
    plan_id = await desk.plan({"call": "get_template", "nth": 2}, status=500)
    statuses = [(await desk.call("GET", path)).status for _ in range(3)]
    faults = (await (await desk.client.get("/_localcloud/faults")).json())["faults"]
    assert statuses == [200, 500, 200]
    assert [(f["id"], f["matches"], f["hits"]) for f in faults] == [(plan_id, 3, 1)]


async def test_a_plan_hits_so_many_times(desk):
    """`times` ends a fault."""
    path = await desk.create()
    await desk.plan({"call": "get_template", "times": 2}, status=503)
    assert [(await desk.call("GET", path)).status for _ in range(3)] == [503, 503, 200]


async def test_a_plan_hits_for_so_long(desk):
    """Throttling for ten minutes is a length of time and not a number of calls."""
    path = await desk.create()
    await desk.plan({"call": "get_template", "for_seconds": 600}, status=429)
    statuses = []
    for _ in range(4):
        statuses.append((await desk.call("GET", path)).status)
        desk.wait(minutes=4)
    assert statuses == [429, 429, 429, 200]


async def test_plans_of_two_templates_do_not_meet(desk):
    """Tests run side by side on one simulator."""
    one, two = await desk.create("one"), await desk.create("two")
    await desk.plan({"call": "get_template", "template": "on."}, status=500)
    assert (await desk.call("GET", two)).status == 200
    assert (await desk.call("GET", one)).status == 500


async def test_a_planned_answer_has_its_status_headers_and_body(desk):
    """Retry-After is sent only when a plan says so."""
    body = {"error": {"code": "TooManyRequests", "message": "slow down"}}
    await desk.plan(
        {"method": "PUT", "path": "t1$"}, status=429, headers={"Retry-After": "7"}, body=body
    )
    response = await desk.call("PUT", f"{TEMPLATES}/t1", template_body())
    assert (response.status, response.headers["Retry-After"]) == (429, "7")
    assert await response.json() == body
    assert (await desk.call("GET", f"{TEMPLATES}/t1")).status == 404


async def test_an_accepted_call_is_done_although_the_gateway_gave_up(desk):
    """POST run → 504 and the run has started: who posts again starts nothing."""
    path = await desk.create()
    await desk.plan({"call": "run", "nth": 1}, status=504, accept=True)
    assert (await desk.call("POST", f"{path}/run")).status == 504
    assert (await desk.run_status(path))["runState"] == "Running"


async def test_a_refused_call_is_not_done(desk):
    """POST run → 504 and nothing has started."""
    path = await desk.create()
    await desk.plan({"call": "run", "nth": 1}, status=504)
    assert (await desk.call("POST", f"{path}/run")).status == 504
    assert "lastRunStatus" not in (await desk.json("GET", path))["properties"]


@pytest.mark.parametrize(
    ("answer", "is_done"), [("drop_connection", False), ("accept_but_drop", True)]
)
async def test_a_connection_is_cut_before_or_after_the_work(desk, answer, is_done):
    """A killed client cannot know which of the two it was."""
    await desk.plan({"call": "put_template"}, **{answer: True})
    with pytest.raises(aiohttp.ClientError):
        await desk.call("PUT", f"{TEMPLATES}/t1", template_body())
    status = (await desk.call("GET", f"{TEMPLATES}/t1")).status
    assert status == (200 if is_done else 404)
    entry = (await desk.calls(call="put_template"))[0]
    assert entry["status"] is None


async def test_a_delayed_answer_waits_on_the_clouds_clock(desk):
    """An answer that takes a minute takes none in a test."""
    path = await desk.create()
    await desk.plan({"call": "get_template"}, delay_seconds=60)
    before = desk.clock.now()
    async with asyncio.timeout(5):
        response = await desk.call("GET", path)
    assert response.status == 200
    assert (desk.clock.now() - before).total_seconds() == 60


async def test_a_run_fails_as_planned(desk):
    """Every end of a run that production has shown can be played."""
    path = await desk.create()
    await desk.plan(
        {"call": "run"}, run_state="Failed", at_phase="Building", message="quota exceeded"
    )
    response = await desk.call("POST", f"{path}/run")
    desk.wait(minutes=6)
    status = await desk.run_status(path)
    operation = await desk.json("GET", _operation(response))
    assert (status["runState"], status["message"]) == ("Failed", "quota exceeded")
    assert operation["error"] == {"code": "PackerBuildFailed", "message": "quota exceeded"}


async def test_a_failed_run_without_a_text_points_to_its_log(desk):
    """The default failure is AIB's own message."""
    path = await desk.create()
    await desk.plan({"call": "run"}, run_state="Failed")
    await desk.call("POST", f"{path}/run")
    desk.wait(minutes=11)
    assert "/containers/packerlogs/" in (await desk.run_status(path))["message"]


async def test_a_run_may_fail_in_any_sub_state(desk):
    """Each is shown before the end, and none after it."""
    path = await desk.create(optimize={"vmBoot": {"state": "Enabled"}})
    await desk.plan({"call": "run"}, run_state="Failed", at_phase="Optimizing")
    await desk.call("POST", f"{path}/run")
    desk.wait(minutes=10, seconds=30)
    assert (await desk.run_status(path))["runSubState"] == "Optimizing"
    desk.wait(seconds=40)
    assert (await desk.run_status(path))["runState"] == "Failed"


async def test_an_image_appears_after_its_run_has_failed(desk):
    """Replication ran out of time and the version is there after all."""
    path = await desk.create()
    await desk.plan(
        {"call": "run"},
        run_state="Failed",
        at_phase="Distributing",
        image_appears_after_seconds=600,
    )
    await desk.call("POST", f"{path}/run")
    desk.wait(minutes=16)
    failed = await desk.run_status(path)
    early = (await desk.json("GET", f"{GALLERY_IMAGE}/versions"))["value"]
    desk.wait(minutes=10)
    late = (await desk.json("GET", f"{GALLERY_IMAGE}/versions"))["value"]
    assert failed["runState"] == "Failed"
    assert (early, [version["name"] for version in late]) == ([], ["1.0.0"])


async def test_a_run_succeeds_partially_as_planned(desk):
    """PartiallySucceeded is in the schema, and it is final."""
    path = await desk.create()
    await desk.plan({"call": "run"}, run_state="PartiallySucceeded", message="1 of 2 regions")
    await desk.call("POST", f"{path}/run")
    desk.wait(minutes=16)
    assert (await desk.run_status(path))["runState"] == "PartiallySucceeded"
    assert (await desk.json("GET", f"{path}/runOutputs/image"))["name"] == "image"


async def test_canceling_lasts_as_planned(desk):
    """AIB has stayed in Canceling for hours and days."""
    path = await desk.create()
    await desk.plan({"call": "cancel"}, canceling_seconds="never")
    await desk.call("POST", f"{path}/run")
    await desk.call("POST", f"{path}/cancel")
    desk.wait(days=3)
    assert (await desk.run_status(path))["runState"] == "Canceling"


async def test_a_delete_operation_fails_as_planned(desk):
    """A staging group that cannot be deleted leaves the template."""
    path = await desk.create()
    await desk.plan({"call": "delete", "times": 1}, operation="Failed", message="group is locked")
    response = await desk.call("DELETE", path)
    desk.wait(minutes=3)
    operation = await desk.json("GET", _operation(response))
    assert (operation["status"], operation["error"]["message"]) == ("Failed", "group is locked")
    assert (await desk.call("GET", path)).status == 200


async def test_a_template_fails_to_be_created_as_planned(desk):
    """A permission that AIB's identity lacks shows in operation and template alike."""
    text = "Not authorized to access the resource: /subscriptions/x/vnet."
    await desk.plan({"call": "put_template"}, provisioning="Failed", message=text)
    response = await desk.call("PUT", f"{TEMPLATES}/t1", template_body())
    desk.wait(seconds=13)
    operation = await desk.json("GET", _operation(response))
    properties = (await desk.json("GET", f"{TEMPLATES}/t1"))["properties"]
    assert operation["error"] == {"code": "Unauthorized", "message": text}
    assert properties["provisioningState"] == "Failed"
    assert properties["provisioningError"] == {"provisioningErrorCode": "Other", "message": text}


async def test_a_run_output_may_come_late(desk):
    """Right after Succeeded a run output may answer 404."""
    path = await desk.create()
    await desk.call("POST", f"{path}/run")
    desk.wait(minutes=16)
    await desk.plan({"call": "run_outputs", "times": 2}, status=404)
    output = f"{path}/runOutputs/image"
    assert [(await desk.call("GET", output)).status for _ in range(3)] == [404, 404, 200]


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"match": {}, "answer": {"status": 500}}, "one of call, method, path, template"),
        ({"match": {"call": "ran"}, "answer": {"status": 500}}, "'ran' is no call"),
        ({"match": {"call": "run"}, "answer": {}}, "the answer plans nothing"),
        ({"match": {"call": "run"}, "answer": {"statuss": 500}}, "answer.statuss"),
        ({"match": {"path": "("}, "answer": {"status": 500}}, "is no regular expression"),
        ({"match": {"call": "run", "nth": 0}, "answer": {"status": 500}}, "match.nth"),
        ({"match": {"call": "compute_x"}, "answer": {"status": 500}}, "'compute_x' is no call"),
        ({"match": {"call": "run"}, "answer": {"accept": True}}, "accept and body need a status"),
        ({"match": {"call": "run"}, "answer": {"body": {}}}, "accept and body need a status"),
        (
            {"match": {"call": "run"}, "answer": {"status": 500, "drop_connection": True}},
            "a dropped connection has no status",
        ),
        (
            {
                "match": {"call": "run"},
                "answer": {"drop_connection": True, "accept_but_drop": True},
            },
            "is dropped once",
        ),
        (
            {"match": {"call": "run"}, "answer": {"at_phase": "Queued"}},
            "at_phase needs run_state, provisioning or operation",
        ),
        (
            {"match": {"call": "run"}, "answer": {"status": 504, "run_state": "Failed"}},
            "run_state is of work that is not done",
        ),
        (
            {"match": {"call": "get_template"}, "answer": {"run_state": "Failed"}},
            "run_state needs match.call 'run'",
        ),
        (
            {"match": {"call": "run"}, "answer": {"operation": "Failed"}},
            "operation needs match.call 'delete' or 'patch'",
        ),
    ],
)
async def test_a_plan_that_makes_no_sense_is_refused_in_words(desk, plan, words):
    """A fault that can never hit would make a test that can never fail."""
    response = await desk.client.post("/_localcloud/faults", json=plan)
    assert response.status == 400
    assert words in (await response.json())["error"]["message"]
    assert (await (await desk.client.get("/_localcloud/faults")).json())["faults"] == []


@pytest.mark.parametrize("call", [*dict.fromkeys(route.name for route in ROUTES), "compute"])
async def test_every_simulated_call_can_fail(desk, call):
    """One that is listed and cannot be planned is found out when it is needed."""
    await desk.plan({"call": call}, status=503)


@pytest.mark.parametrize("text", [b"{", b"\xff", b"[" * 100_000], ids=["cut", "bytes", "deep"])
async def test_a_plan_that_is_no_json_is_refused(desk, text):
    """A slip in a shell command gets a clear answer."""
    response = await desk.client.post("/_localcloud/faults", data=text)
    assert (response.status, "no JSON" in await response.text()) == (400, True)


async def test_plans_are_removed_one_by_one_or_all(desk):
    """A test cleans up its own plans and not those of others."""
    one = await desk.plan({"call": "run"}, status=500)
    await desk.plan({"call": "cancel"}, status=500)
    first = await desk.client.delete(f"/_localcloud/faults/{one}")
    missing = await desk.client.delete("/_localcloud/faults", params={"id": one})
    left = (await (await desk.client.get("/_localcloud/faults")).json())["faults"]
    rest = await desk.client.delete("/_localcloud/faults")
    assert [first.status, missing.status, rest.status] == [204, 404, 204]
    assert [fault["match"]["call"] for fault in left] == ["cancel"]


def _operation(response):
    url = response.headers["Azure-AsyncOperation"].partition("?")[0]
    return url[url.index("/subscriptions") :]
