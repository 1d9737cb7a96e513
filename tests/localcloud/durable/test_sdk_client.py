"""The real SDK client against the management API, through the binding string."""

import json
from datetime import datetime

import azure.functions as func
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from azure.durable_functions import DurableOrchestrationClient, OrchestrationRuntimeStatus
from azure.durable_functions.models.utils import http_utils

from localcloud.durable.management import Webhooks, client_binding, routes
from tests.localcloud.durable.runs import ended, output, played, reached, run


@pytest.fixture
async def client(engine):
    """Return an SDK client; its module-wide session is closed with the event loop."""
    app = web.Application()
    app.add_routes(routes(engine, "/durabletask"))
    async with TestServer(app) as server:
        webhooks = Webhooks("http://localhost:7071/runtime/webhooks/durabletask", "hub", "s3cret")
        binding = client_binding(webhooks, str(server.make_url("/durabletask")))
        yield DurableOrchestrationClient(binding)
        await http_utils._close_session()


async def test_start_new_passes_input_id_and_version(client, engine):
    """The one call that every build begins with."""
    assert await client.start_new("who_am_i", "build", {"a": 1}, "2.0") == "build"
    assert output(await ended(engine, "build"))["version"] == "2.0"


async def test_start_new_makes_an_id_if_it_is_given_none(client, engine):
    """As Azure does."""
    instance_id = await client.start_new("echo", None, [1, 2])
    assert output(await ended(engine, instance_id)) == [1, 2]


async def test_start_new_tells_what_was_wrong(client):
    """A 400 becomes an exception with the extension's own words."""
    with pytest.raises(Exception, match="'nope' doesn't exist"):
        await client.start_new("nope")


async def test_start_new_on_a_live_id_raises(client):
    """Kiln takes this for a duplicate."""
    await client.start_new("one_event", "build")
    with pytest.raises(Exception, match="An Orchestration instance with the status"):
        await client.start_new("one_event", "build")


async def test_get_status_reads_all_fields(client, engine):
    """Kiln's own status page is made of it."""
    await run(engine, "echo", {"a": 1}, "build")
    status = await client.get_status("build", show_history=True, show_history_output=True)
    assert status.runtime_status is OrchestrationRuntimeStatus.Completed
    assert status.output == {"a": 1}
    assert isinstance(status.created_time, datetime)
    assert [each["EventType"] for each in status.historyEvents][-1] == "ExecutionCompleted"
    assert status.history is None, "py#345: the SDK reads a field that no service sends"


async def test_get_status_of_nobody_is_falsy(client):
    """The singleton pattern asks this way."""
    assert not await client.get_status("nobody")


async def test_get_status_by_filters(client, engine, clock):
    """The janitor's question."""
    await run(engine, "no_yield", None, "done")
    await client.start_new("one_event", "open")
    await reached(engine, "open", lambda each: each.status == "Running")
    everything = await client.get_status_all()
    assert [each.instance_id for each in everything] == ["done", "open"]
    found = await client.get_status_by(
        created_time_from=clock.now(), runtime_status=[OrchestrationRuntimeStatus.Running]
    )
    assert [each.instance_id for each in found] == ["open"]


async def test_events_are_double_encoded(client, engine):
    """py#295, seen through the real client."""
    await client.start_new("one_event", "build")
    await client.raise_event("build", "go", {"who": "me"})
    assert output(await ended(engine, "build")) == '{"who": "me"}'


async def test_terminate_suspend_resume_and_purge(client, engine):
    """All that operators do."""
    await client.start_new("one_event", "build")
    await client.suspend("build", "wait a little")
    await reached(engine, "build", lambda each: each.status == "Suspended")
    await client.resume("build", "go on")
    await reached(engine, "build", lambda each: each.status == "Running")
    await client.terminate("build", "enough")
    assert (await ended(engine, "build")).output == "enough"
    assert (await client.purge_instance_history("build")).instances_deleted == 1
    assert (await client.purge_instance_history("build")).instances_deleted == 0


async def test_purge_by_filter(client, engine, clock):
    """And how many there were."""
    await run(engine, "no_yield", None, "one")
    await run(engine, "no_yield", None, "two")
    purged = await client.purge_instance_history_by(
        created_time_from=clock.now(), runtime_status=[OrchestrationRuntimeStatus.Completed]
    )
    assert purged.instances_deleted == 2


async def test_rewind_raises(client, engine):
    """Not simulated, and the SDK hands the message on."""
    await run(engine, "raises", None, "build")
    with pytest.raises(Exception, match="rewind is not supported"):
        await client.rewind("build", "again")


async def test_restart_returns_the_whole_answer(client, engine):
    """A fault of the SDK, which promises the id; the engine must not hide it."""
    await run(engine, "echo", 1, "build")
    answer = await client.restart("build")
    assert output(await ended(engine, answer["id"])) == 1


async def test_wait_for_completion_answers_with_the_output(client, engine):
    """It polls, 200 and the output at the end."""
    await client.start_new("echo", "build", {"a": 1})
    request = func.HttpRequest("GET", "http://localhost:7071/api/x", body=b"")
    response = await client.wait_for_completion_or_create_check_status_response(
        request, "build", 5000, 10
    )
    assert (response.status_code, json.loads(response.get_body())) == (200, {"a": 1})


async def test_check_status_links_have_the_origin_of_the_request_and_the_key(client):
    """Which is why Kiln never passes them on."""
    request = func.HttpRequest("GET", "https://kiln.example/api/x", body=b"")
    response = client.create_check_status_response(request, "build")
    links = json.loads(response.get_body())
    assert links["statusQueryGetUri"] == (
        "https://kiln.example/runtime/webhooks/durabletask/instances/build"
        "?taskHub=hub&connection=Storage&code=s3cret"
    )


async def test_an_event_to_a_timer_loop_ends_it(client, engine, clock):
    """The way a pipeline cancels a build."""
    with clock.busy():
        await client.start_new("poll", "build", {"polls": 0, "wanted": 50})
        await played(engine, "build", 10)
        await client.raise_event("build", "cancel")
        assert output(await ended(engine, "build")) == "cancelled"
