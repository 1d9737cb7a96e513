"""What clients do to instances: replace, terminate, suspend, resume, restart, purge, query."""

import asyncio
from datetime import timedelta

import pytest

from localcloud.durable.instance import (
    InstanceEnded,
    InstanceIsLive,
    InstanceNotFound,
    Status,
)
from localcloud.durable.instance_query import InstanceQuery
from tests.localcloud.durable.quirk_app import app_functions
from tests.localcloud.durable.runs import ended, output, played, reached, run, sdk_input


async def test_an_id_that_has_not_ended_cannot_be_started_again(engine):
    """Two builds under one id would fight."""
    await engine.start_new("one_event", "build")
    with pytest.raises(InstanceIsLive, match=r"instance with the status .* already exists"):
        await engine.start_new("one_event", "build")


async def test_an_id_that_has_ended_is_silently_replaced(engine):
    """OverridableStates.cs: an instance id alone does not give one build per upload."""
    await run(engine, "echo", 1, "build")
    assert output(await run(engine, "echo", 2, "build")) == 2


async def test_terminate_ends_with_the_reason_and_runs_no_code(engine):
    """No clean-up code of the plan runs; the janitor has to."""
    await engine.start_new("one_event", "build")
    await reached(engine, "build", lambda each: each.status is Status.RUNNING)
    before = app_functions.entered.count("one_event")
    await engine.terminate("build", "5 builds too many")
    instance = await ended(engine, "build")
    assert (instance.status, instance.output) == ("Terminated", "5 builds too many")
    assert app_functions.entered.count("one_event") <= before + 1


async def test_a_suspended_instance_keeps_what_happens_until_it_is_resumed(engine):
    """Nothing is lost, nothing goes on."""
    await engine.start_new("one_event", "build")
    await engine.suspend("build", "wait")
    await reached(engine, "build", lambda each: each.status is Status.SUSPENDED)
    await engine.raise_event("build", "go", "7")
    await played(engine, "build", 15)
    assert (await engine.state("build")).status is Status.SUSPENDED
    await engine.resume("build", "on")
    assert output(await ended(engine, "build")) == 7


async def test_work_that_was_asked_for_at_the_moment_of_suspension_runs_after_the_resumption(
    engine, clock
):
    """The call is parked, not forgotten and not doubled."""
    with clock.busy():
        await engine.start_new("chain", "build")
        await engine.suspend("build", None)
        await reached(engine, "build", lambda each: each.status is Status.SUSPENDED)
        calls_then = len(app_functions.calls)
        await engine.resume("build", None)
        assert output(await ended(engine, "build")) == 10
    assert calls_then <= 1
    assert app_functions.values() == [0, 1, 2, 3, 4]


async def test_a_suspended_instance_can_be_terminated(engine):
    """Or nobody would ever get rid of it."""
    await engine.start_new("one_event", "build")
    await engine.suspend("build", None)
    await reached(engine, "build", lambda each: each.status is Status.SUSPENDED)
    await engine.terminate("build", "enough")
    assert (await ended(engine, "build")).status is Status.TERMINATED


async def test_only_a_suspended_instance_can_be_resumed(engine):
    """The extension answers 500 to it."""
    await engine.start_new("one_event", "build")
    await reached(engine, "build", lambda each: each.status is Status.RUNNING)
    with pytest.raises(RuntimeError, match=r"Cannot resume .* build .* in the Running state"):
        await engine.resume("build", None)


@pytest.mark.parametrize("operation", ["terminate", "suspend", "resume"])
async def test_operations_on_what_is_missing_or_over_are_refused(engine, operation):
    """404 and 410 of the management API come from here."""
    with pytest.raises(InstanceNotFound):
        await getattr(engine, operation)("nobody", None)
    await run(engine, "no_yield", None, "build")
    with pytest.raises(InstanceEnded, match="it is Completed"):
        await getattr(engine, operation)("build", None)


async def test_waiting_for_nobody_is_refused(engine):
    """It would be for ever."""
    with pytest.raises(InstanceNotFound):
        await engine.wait("nobody")


async def test_restart_starts_again_with_the_same_input(engine):
    """Under a new id, or under its own."""
    await run(engine, "echo", {"a": 1}, "build")
    new_id = await engine.restart("build")
    assert new_id != "build"
    assert output(await ended(engine, new_id)) == {"a": 1}
    assert await engine.restart("build", with_new_id=False) == "build"
    assert output(await ended(engine, "build")) == {"a": 1}


async def test_purge_deletes_everything_of_an_instance(engine):
    """Durable's history is not for ever."""
    await run(engine, "chain", None, "build")
    assert await engine.purge("build", "nobody") == 1
    assert await engine.state("build") is None
    assert await engine.history("build") == []


async def test_the_answer_of_an_activity_whose_instance_was_purged_is_dropped(engine, gate):
    """It must not reach an instance that was started under the same id since."""
    await engine.start_new("echo", "build", sdk_input({"waits": True}))
    await reached(engine, "build", lambda _: len(app_functions.calls) == 1)
    await engine.purge("build")
    await engine.start_new("one_event", "build")
    gate.set()
    await engine.stop()
    assert app_functions.values() == [{"waits": True}]


async def test_queries_filter_by_time_status_and_prefix(engine, clock):
    """The janitor and operators look for instances this way."""
    await run(engine, "no_yield", None, "a1")
    clock.advance(timedelta(hours=1))
    await run(engine, "raises", None, "a2")
    await run(engine, "no_yield", None, "b1")

    async def ids(**conditions):
        page = await engine.query(InstanceQuery(**conditions))
        return [each.instance_id for each in page.instances]

    early = clock.now() - timedelta(minutes=30)
    assert await ids() == ["a1", "a2", "b1"]
    assert await ids(created_to_utc=early) == ["a1"]
    assert await ids(created_from_utc=early, statuses=frozenset({Status.COMPLETED})) == ["b1"]
    assert await ids(id_prefix="a") == ["a1", "a2"]
    assert await ids(id_prefix="A") == []


async def test_pages_follow_each_other_without_gaps(engine):
    """Also when instances come in between, for the token says where the page ended."""
    for number in range(5):
        await engine.start_new("no_yield", f"i{number}")
    first = await engine.query(InstanceQuery(limit=2))
    await engine.start_new("no_yield", "i9")
    second = await engine.query(InstanceQuery(limit=2, continuation=first.continuation))
    third = await engine.query(InstanceQuery(limit=2, continuation=second.continuation))
    pages = [[each.instance_id for each in page.instances] for page in (first, second, third)]
    assert pages == [["i0", "i1"], ["i2", "i3"], ["i4", "i9"]]
    assert third.continuation is None


async def test_many_waiters_of_one_instance_all_hear_of_its_end(engine):
    """Long polls of several clients."""
    await engine.start_new("one_event", "build")
    waits = [asyncio.create_task(ended(engine, "build")) for _ in range(5)]
    await reached(engine, "build", lambda each: each.status is Status.RUNNING)
    await engine.raise_event("build", "go", "1")
    assert {instance.output for instance in await asyncio.gather(*waits)} == {"1"}
