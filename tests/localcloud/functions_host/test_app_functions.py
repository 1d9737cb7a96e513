"""The app as the Durable engine sees it."""

import json

import pytest

from localcloud.durable.functions import InvocationFailed
from localcloud.functions_host.app_functions import AppFunctions
from tests.first_episode import first_episode
from tests.localcloud.functions_host.apps import index_source

APP = """
@app.activity_trigger(input_name="number")
def double(number: int) -> int:
    return None if number is None else number * 2

@app.orchestration_trigger(context_name="context")
def plan(context: df.DurableOrchestrationContext):
    return (yield context.call_activity(double, context.get_input()["number"]))

@app.orchestration_trigger(context_name="context")
def fails(context: df.DurableOrchestrationContext):
    yield context.call_activity(double, 1 / 0)
"""


@pytest.fixture
def functions(app_folder, invoker):
    """The app's functions."""
    return AppFunctions(index_source(app_folder, APP), invoker)


def test_the_engine_is_told_the_names(functions):
    """It refuses names that are not registered."""
    assert functions.orchestrators == {"plan", "fails"}
    assert functions.activities == {"double"}


async def test_an_activity_takes_and_answers_json_text(functions):
    """The engine never sees Python values."""
    assert await functions.run_activity("double", "4", "one") == "8"


async def test_no_input_is_null(functions):
    """An activity that is called without input gets None."""
    assert await functions.run_activity("double", None, "one") == "null"


def test_an_orchestrator_answers_its_first_action(functions):
    """One episode through the real SDK."""
    state = json.loads(functions.run_orchestrator("plan", first_episode("plan", {"number": 21})))

    action = state["actions"][0][0]
    assert (state["isDone"], action["functionName"], action["input"]) == (False, "double", "21")


def test_an_orchestrator_that_raises_carries_its_state(functions):
    """The engine finds output and status behind the marker."""
    with pytest.raises(InvocationFailed, match=r"\$OutOfProcData\$:"):
        functions.run_orchestrator("fails", first_episode("fails", {}))


async def test_an_unknown_name_fails_and_says_what_there_is(functions):
    """In Azure it would hang for ever; here a typo shows."""
    with pytest.raises(InvocationFailed, match="no activity is named 'dubble'; there are: double"):
        await functions.run_activity("dubble", "1", "one")
