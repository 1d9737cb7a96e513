"""Retries and joined tasks: where the SDK and the extension must count alike."""

import pytest

from tests.localcloud.durable.quirk_app import app_functions
from tests.localcloud.durable.runs import output, run


@pytest.fixture
async def history_kinds(engine):
    """Return a function that lists the kinds of events of an instance."""

    async def kinds(instance):
        return [event["EventType"] for event in await engine.history(instance.instance_id)]

    return kinds


async def test_a_retry_waits_after_each_failure_and_ends_with_a_dummy_timer(engine, history_kinds):
    """RetryInterceptor.cs:73; without the last timer the SDK would wait for ever."""
    instance = await run(engine, "retries_in_vain")
    seconds, text = output(instance)
    assert seconds == 10
    assert text == "Activity function 'act' failed:  RuntimeError: again"
    assert (await history_kinds(instance)).count(11) == 3
    assert len(app_functions.calls) == 3


async def test_a_retry_that_succeeds_goes_on_with_the_next_step(engine):
    """The numbers after it must still agree."""
    assert output(await run(engine, "retries_once")) == 5
    assert app_functions.values()[-1] == "after"


async def test_a_child_is_retried_under_a_new_id(engine):
    """Each attempt is an instance of its own."""
    instance = await run(engine, "child_retried")
    assert output(instance) == "Orchestrator function 'raises' failed: the plan is wrong"
    names = [each.name for each in (await engine.query()).instances]
    assert names.count("raises") == 2


async def test_when_all_waits_for_every_child_although_the_sdk_goes_on(engine):
    """The step after the error is scheduled only when the slow sibling has ended, as in Azure."""
    assert output(await run(engine, "all_with_an_early_error")) == 90
    assert app_functions.values()[-1] == "cleanup"


async def test_ten_activities_at_once_are_summed(engine):
    """Fan out and in."""
    assert output(await run(engine, "fan_out")) == 45
    assert sorted(app_functions.values()) == list(range(10))


async def test_a_retried_call_in_task_any_loses_count(engine):
    """py#603: the SDK does not count the retry's timer, so the next step has the wrong number."""
    instance = await run(engine, "retry_against_a_timer")
    assert instance.status == "Failed"
    assert "Non-Deterministic workflow detected" in instance.output
    assert "after" not in app_functions.values()
