"""Strict replay: inputs that change from episode to episode are found."""

import pytest

from localcloud.durable.strict_replay import StrictReplay
from tests.localcloud.durable.runs import output, run


@pytest.mark.parametrize("name", ["random_input", "clock_input"])
async def test_random_and_clock_in_inputs_are_found(engine, name):
    """Azure does not see it, and a second run of an activity gets another name than the first."""
    instance = await run(engine, name)
    assert instance.status == "Failed"
    assert instance.output.startswith(
        f"Orchestrator function '{name}' failed: strict replay: action 0 was "
    )


async def test_without_strict_replay_a_random_input_goes_unnoticed(new_engine):
    """The engine then does what Azure does."""
    engine = await new_engine(strict_replay=False)
    assert output(await run(engine, "random_input")) == "not noticed"


@pytest.mark.parametrize(
    "name", ["any_loop", "cancelled_timer", "retries_once", "fan_out", "guids"]
)
async def test_loops_cancelled_timers_and_retries_pass(engine, name):
    """False alarms would soon be switched off."""
    assert (await run(engine, name)).status == "Completed"


async def test_nothing_is_remembered_of_generations_that_have_ended(engine):
    """A host may run for weeks."""
    await run(engine, "poll", {"polls": 0, "wanted": 25})
    assert engine._dispatcher._replay._strict._last_actions == {}


async def test_an_action_that_vanishes_is_named():
    """The list of actions only ever grows."""
    strict = StrictReplay()
    step = {"actionType": 0, "functionName": "act", "input": "1"}
    assert strict.difference("one", [step, step]) is None
    assert "action 1, {" in strict.difference("one", [step])


async def test_generations_are_compared_with_themselves_only():
    """A new generation begins anew."""
    strict = StrictReplay()
    assert strict.difference("one", [{"actionType": 0, "input": "1"}]) is None
    assert strict.difference("two", [{"actionType": 0, "input": "2"}]) is None
    strict.forget("one")
    assert strict.difference("one", [{"actionType": 0, "input": "3"}]) is None


async def test_a_cancelled_timer_inside_a_compound_action_is_no_change():
    """The SDK marks it where it is, in the middle of a task_any."""
    strict = StrictReplay()
    timer = {"actionType": 5, "fireAt": "2026-01-01T00:00:00.000000Z", "isCanceled": False}
    any_of = {"actionType": 11, "compoundActions": [timer]}
    cancelled = {"actionType": 11, "compoundActions": [timer | {"isCanceled": True}]}
    assert strict.difference("one", [any_of]) is None
    assert strict.difference("one", [cancelled]) is None
