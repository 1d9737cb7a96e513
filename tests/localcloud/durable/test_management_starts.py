"""The HTTP management API: starting an orchestration, waiting for it, starting it again."""

import asyncio
from datetime import timedelta

import pytest

from tests.localcloud.durable.runs import ended, reached, run


async def test_start_answers_202_with_links_and_without_a_rewind_link(call, engine):
    """CreateCheckStatusResponseMessage leaves it out."""
    status, links, headers = await call("POST", "/orchestrators/echo/build", json={"a": 1})
    assert status == 202
    assert headers["Retry-After"] == "10"
    assert headers["Location"] == links["statusQueryGetUri"]
    assert links["id"] == "build"
    assert sorted(links) == [
        "id",
        "purgeHistoryDeleteUri",
        "restartPostUri",
        "resumePostUri",
        "sendEventPostUri",
        "statusQueryGetUri",
        "suspendPostUri",
        "terminatePostUri",
    ]
    assert (await ended(engine, "build")).output == '{"a":1}'


async def test_the_status_link_of_a_start_can_be_followed(call, http):
    """Links that lead nowhere are worse than none."""
    _, links, _ = await call("POST", "/orchestrators/one_event")
    async with http.session.get(links["statusQueryGetUri"]) as response:
        assert response.status == 202


async def test_an_input_that_is_no_object_fails_in_get_input(call, engine):
    """The SDK takes only objects and strings; what Azure refuses must be refused on the desk."""
    await call("POST", "/orchestrators/echo/build", json=42)
    instance = await ended(engine, "build")
    assert "must be str, bytes or bytearray, not int" in instance.output


async def test_start_without_a_body_has_no_input(call, engine):
    """Bodies are JSON or empty."""
    await call("POST", "/orchestrators/one_event/build")
    assert (await engine.state("build")).input_json is None


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("/orchestrators/nope", None, "'nope' doesn't exist"),
        ("/orchestrators/echo/a%23b", None, "must not contain"),
        ("/orchestrators/echo", b"{", "Expecting property name"),
    ],
)
async def test_a_start_that_cannot_be_is_answered_400(call, path, body, told):
    """The SDK shows ExceptionMessage to its caller."""
    status, answer, _ = await call("POST", path, data=body)
    assert status == 400
    assert sorted(answer) == ["ExceptionMessage", "ExceptionType", "Message", "StackTrace"]
    assert told in answer["ExceptionMessage"]


async def test_a_start_on_a_live_id_is_answered_500(call):
    """The documented extension does; newer ones say 409."""
    await call("POST", "/orchestrators/one_event/build")
    status, answer, _ = await call("POST", "/orchestrators/one_event/build")
    assert status == 500
    assert answer["ExceptionMessage"].endswith("already exists.")


async def test_start_and_wait_answers_with_the_output(call):
    """For callers that can wait a little."""
    query = "?timeout=60&pollingInterval=1"
    status, body, _ = await call("POST", f"/orchestrators/echo{query}", json={"a": 1})
    assert (status, body) == (200, {"a": 1})


async def test_start_and_wait_answers_a_failure_with_its_status(call):
    """There is no output to answer with."""
    status, body, _ = await call("POST", "/orchestrators/raises?timeout=60&pollingInterval=1")
    assert (status, body["runtimeStatus"]) == (200, "Failed")


async def test_start_and_wait_answers_202_when_the_time_is_over(call, clock):
    """The time of the local cloud's clock, so that tests need not wait either."""
    began = clock.now()
    query = "?timeout=60&pollingInterval=1"
    status, _, _ = await call("POST", f"/orchestrators/nap{query}", json="3600")
    assert status == 202
    assert clock.now() >= began + timedelta(seconds=60)


async def test_a_polling_interval_above_the_timeout_is_refused(call):
    """As the extension does."""
    status, body, _ = await call("POST", "/orchestrators/echo?timeout=1&pollingInterval=2")
    assert status == 400
    assert "should be bigger than retry timeout" in body["ExceptionMessage"]


async def test_restart_starts_a_new_instance_with_the_old_input(call, engine):
    """Under a new id unless told otherwise."""
    await run(engine, "echo", 7, "build")
    status, links, _ = await call("POST", "/instances/build/restart")
    assert status == 202
    assert (await ended(engine, links["id"])).output == "7"
    query = "?restartWithNewInstanceId=false"
    _, links, _ = await call("POST", f"/instances/build/restart{query}")
    assert links["id"] == "build"
    assert (await call("POST", "/instances/nobody/restart"))[0] == 400


async def test_long_polls_do_not_hold_each_other_up(call, engine):
    """Twenty callers wait for twenty instances at once."""
    query = "?timeout=600&pollingInterval=1"
    starts = [call("POST", f"/orchestrators/one_event/b{n}{query}") for n in range(20)]
    waits = [asyncio.create_task(start) for start in starts]
    for number in range(20):
        await reached(engine, f"b{number}", lambda _: True)
        await engine.raise_event(f"b{number}", "go", str(number))
    answers = await asyncio.gather(*waits)
    assert [body for _, body, _ in answers] == list(range(20))
