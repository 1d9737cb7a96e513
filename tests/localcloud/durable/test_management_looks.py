"""The HTTP management API: status, history and lists of instances."""

import pytest

from localcloud.durable.instance import Status
from tests.localcloud.durable.runs import played, reached, run, sdk_input


async def test_what_is_no_number_is_shown_as_text(call, engine):
    """Python writes NaN, which no other JSON reader takes; .NET shows it in quotes."""
    await run(engine, "echo", [float("nan"), float("-inf")], "build")
    _, body, _ = await call("GET", "/instances/build")
    assert body["output"] == ["NaN", "-Infinity"]


async def test_the_status_of_a_running_instance_is_202_with_location_and_retry_after(call, engine):
    """Clients poll by it."""
    await engine.start_new("one_event", "build", sdk_input({"a": 1}))
    await reached(engine, "build", lambda each: each.status is Status.RUNNING)
    status, body, headers = await call("GET", "/instances/build")
    assert status == 202
    assert headers["Retry-After"] == "5"
    assert headers["Location"].endswith("/instances/build")
    assert body == {
        "name": "one_event",
        "instanceId": "build",
        "runtimeStatus": "Running",
        "input": '{"a": 1}',
        "customStatus": None,
        "output": None,
        "createdTime": "2026-01-01T00:00:00Z",
        "lastUpdatedTime": "2026-01-01T00:00:00Z",
    }


async def test_a_failure_is_500_only_if_the_caller_asks_for_it(call, engine):
    """And its output, which is no JSON, is shown as it is."""
    await run(engine, "raises", None, "build")
    status, body, _ = await call("GET", "/instances/build?showInput=false")
    assert (status, body["output"]) == (
        200,
        "Orchestrator function 'raises' failed: the plan is wrong",
    )
    path = "/instances/build?RETURNInternalServerErrorOnFailure=True"
    assert (await call("GET", path))[0] == 500


async def test_history_merges_schedulings_into_their_completions(call, engine):
    """DurableClient.cs:938: what an operator wants to read, without the engine's own fields."""
    await run(engine, "parent", None, "build")
    _, body, _ = await call("GET", "/instances/build?showHistory=true&showHistoryOutput=true")
    started, child, completed = body["historyEvents"]
    assert (started["EventType"], started["FunctionName"]) == ("ExecutionStarted", "parent")
    assert child["EventType"] == "SubOrchestrationInstanceCompleted"
    assert child["FunctionName"] == "who_am_i"
    assert child["ScheduledTime"] == "2026-01-01T00:00:00.0000000Z"
    assert child["Result"]["id"] == "build:child"
    assert completed["OrchestrationStatus"] == "Completed"
    assert not {"EventId", "IsPlayed", "TaskScheduledId"} & set(child)


async def test_history_hides_inputs_and_outputs_unless_asked_for(call, engine):
    """They may be large."""
    await run(engine, "chain", None, "build")
    _, body, _ = await call("GET", "/instances/build?showHistory=true&showInput=false")
    assert [each["EventType"] for each in body["historyEvents"]] == [
        "ExecutionStarted",
        *["TaskCompleted"] * 5,
        "ExecutionCompleted",
    ]
    assert not any({"Input", "Result"} & set(each) for each in body["historyEvents"])


async def test_history_shows_work_that_is_still_under_way(call, engine, clock):
    """A scheduling without completion is an event of its own."""
    with clock.busy():
        await engine.start_new("nap", "build", sdk_input(60))
        await played(engine, "build", 10)
        _, body, _ = await call("GET", "/instances/build?showHistory=true")
    assert body["historyEvents"][-1]["EventType"] == "TimerCreated"
    assert body["historyEvents"][-1]["FireAt"] == "2026-01-01T00:01:00.0000000Z"


async def test_lists_are_filtered_and_paged(call, engine):
    """The token goes both ways in a header."""
    for number in range(3):
        await run(engine, "no_yield", None, f"a{number}")
    await run(engine, "raises", None, "a3")
    query = (
        "?instanceIdPrefix=a&runtimeStatus=Completed,Terminated&top=2&createdTimeFrom=2026-01-01"
    )
    status, first, headers = await call("GET", f"/instances{query}")
    token = {"x-ms-continuation-token": headers["x-ms-continuation-token"]}
    _, second, headers = await call("GET", f"/instances/{query}", headers=token)
    assert status == 200
    assert [each["instanceId"] for each in first + second] == ["a0", "a1", "a2"]
    assert headers["x-ms-continuation-token"] == ""


@pytest.mark.parametrize("token", ["?", "bm8gYmxhbms", "/w=="])
async def test_a_made_up_continuation_token_is_refused(call, token):
    """Better than a wrong page."""
    status, body, _ = await call("GET", "/instances", headers={"x-ms-continuation-token": token})
    assert status == 400
    assert "is not one of this API" in body["ExceptionMessage"]
