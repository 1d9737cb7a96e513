"""The HTTP management API: operations on instances, purging, routes."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from yarl import URL

from localcloud.durable.instance import Status
from localcloud.durable.management import Webhooks
from tests.localcloud.durable.conftest import PREFIX
from tests.localcloud.durable.runs import ended, reached, run


async def test_events_reach_the_instance(call, engine):
    """This is how pipelines cancel and approve."""
    await engine.start_new("one_event", "build")
    status, _, _ = await call("POST", "/instances/build/raiseEvent/go", json={"ok": True})
    assert status == 202
    assert (await ended(engine, "build")).output == '{"ok":true}'


async def test_events_that_are_not_json_are_refused(call, engine):
    """By their type, and by what they are."""
    await engine.start_new("one_event", "build")
    path = "/instances/build/raiseEvent/go"
    status, body, _ = await call("POST", path, data=b"1", headers={"Content-Type": "text/plain"})
    assert (status, body["Message"]) == (400, "Only application/json request content is supported")
    json_type = {"Content-Type": "application/json"}
    for data in (b"{", b'"\xff"', b"[" * 100_000):
        status, body, _ = await call("POST", path, data=data, headers=json_type)
        assert (status, body["Message"]) == (400, "Invalid JSON content")


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
async def test_an_event_for_nobody_is_404_whatever_it_holds(call, engine, content_type):
    """The instance is looked for first, so a caller is told the mistake that matters."""
    headers = {"Content-Type": content_type}
    path = "/instances/build/raiseEvent/go"
    assert (await call("POST", path, data=b"{", headers=headers))[:2] == (404, "")
    await run(engine, "no_yield", None, "build")
    assert (await call("POST", path, data=b"{", headers=headers))[:2] == (410, "")


OPERATIONS = ["raiseEvent/go", "terminate", "suspend", "resume"]


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_operations_answer_404_for_nobody_and_410_for_what_is_over(call, engine, operation):
    """The SDK tells its caller by these numbers."""
    assert (await call("POST", f"/instances/nobody/{operation}", json=1))[:2] == (404, "")
    await run(engine, "no_yield", None, "build")
    assert (await call("POST", f"/instances/build/{operation}", json=1))[:2] == (410, "")


async def test_suspend_resume_and_terminate_are_accepted(call, engine):
    """Each changes the instance a moment later; reasons are kept."""
    await engine.start_new("one_event", "build")
    assert (await call("POST", "/instances/build/suspend?reason=wait"))[0] == 202
    await reached(engine, "build", lambda each: each.status is Status.SUSPENDED)
    assert (await call("POST", "/instances/build/resume?reason=on"))[0] == 202
    await reached(engine, "build", lambda each: each.status is Status.RUNNING)
    assert (await call("POST", "/instances/build/resume"))[0] == 500
    assert (await call("POST", "/instances/build/TERMINATE?REASON=enough"))[0] == 202
    assert (await ended(engine, "build")).output == "enough"


async def test_rewind_is_not_simulated_and_says_so(call, engine):
    """501 for what Azure would do; what Azure would refuse is refused alike."""
    await run(engine, "raises", None, "failed")
    status, body, _ = await call("POST", "/instances/failed/rewind?reason=again")
    assert status == 501
    assert body["Message"] == "rewind is not supported by the local Durable engine."
    await run(engine, "no_yield", None, "done")
    assert (await call("POST", "/instances/done/rewind"))[0] == 410
    assert (await call("POST", "/instances/nobody/rewind"))[0] == 404


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_entities_are_not_simulated_and_say_so(call, method, caplog):
    """404 would mean to the SDK that the entity exists and has no state yet."""
    refused = "an entity is not supported by the local Durable engine."
    status, body, _ = await call(method, "/entities/counter/one")
    assert (status, body["Message"]) == (501, refused)
    assert refused in caplog.text


async def test_purge_deletes_one_ended_instance(call, engine):
    """A live one is refused with 412, as the extension does since 3.x."""
    await run(engine, "no_yield", None, "build")
    assert (await call("DELETE", "/instances/build"))[:2] == (200, {"instancesDeleted": 1})
    assert (await call("DELETE", "/instances/build"))[:2] == (404, "")
    await engine.start_new("one_event", "live")
    assert (await call("DELETE", "/instances/live"))[0] == 412


async def test_purge_by_filter_spares_live_and_younger_instances(call, engine, clock):
    """The janitor purges what ended long ago."""
    await run(engine, "no_yield", None, "old")
    await engine.start_new("one_event", "old-and-live")
    clock.advance(timedelta(days=8))
    await run(engine, "no_yield", None, "young")
    to = quote((clock.now() - timedelta(days=7)).isoformat())
    path = f"/instances?createdTimeFrom=2000-01-01T00:00:00Z&createdTimeTo={to}"
    assert (await call("DELETE", path))[:2] == (200, {"instancesDeleted": 1})
    assert (await call("DELETE", path))[0] == 404
    assert (await call("DELETE", "/instances"))[0] == 400
    left = [each.instance_id for each in (await engine.query()).instances]
    assert left == ["old-and-live", "young"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/orchestrators/echo"),
        ("PUT", "/instances/build"),
        ("POST", "/instances"),
        ("GET", "/instances/build/terminate"),
        ("POST", "/instances/build/terminate/now"),
        ("POST", "/instances/build/raiseEvent"),
        ("POST", "/instances/build/explode"),
    ],
)
async def test_anything_else_is_404_without_a_body(call, method, path):
    """The API is complete, and no more than that."""
    assert (await call(method, path))[:2] == (404, "")


async def test_routes_ignore_case_and_ids_may_hold_any_allowed_character(call, engine):
    """Ids come encoded."""
    await run(engine, "no_yield", None, "a:b c%d&ü")
    status, body, _ = await call("GET", f"/INSTANCES/{quote('a:b c%d&ü')}?SHOWINPUT=false")
    assert (status, body["instanceId"]) == (200, "a:b c%d&ü")


async def test_the_prefix_ignores_case_too(http, engine):
    """ASP.NET's routes do."""
    await run(engine, "no_yield", None, "build")
    async with http.get("/Runtime/WebHooks/DurableTask/instances/build") as answer:
        assert answer.status == 200


async def test_links_carry_the_key_when_the_host_gives_one(engine):
    """They are for the SDK and operators only."""
    links = Webhooks("http://localhost:7071/hooks", "hub", "s3cret").links("a b")
    assert links["terminatePostUri"] == (
        "http://localhost:7071/hooks/instances/a+b/terminate?reason={text}"
        "&taskHub=hub&connection=Storage&code=s3cret"
    )


async def test_a_link_leads_to_its_instance_whatever_the_id_holds(http, engine):
    """.NET writes a blank of an id as a plus sign, and reads it so."""
    await run(engine, "no_yield", None, "a b+c%20d")
    links = Webhooks(str(http.make_url(PREFIX))).links("a b+c%20d")
    async with http.session.get(URL(links["statusQueryGetUri"], encoded=True)) as answer:
        assert answer.status == 200


async def test_an_error_of_the_engine_is_answered_and_logged(call, engine, monkeypatch, caplog):
    """The SDK shows its caller one line; the cause must be somewhere."""

    async def break_down(_instance_id):
        raise OSError("disk full")

    monkeypatch.setattr(engine, "state", break_down)
    status, body, _ = await call("GET", "/instances/build")
    assert (status, body["ExceptionMessage"]) == (500, "disk full")
    assert "management_request_failed path=/runtime/webhooks" in caplog.text
