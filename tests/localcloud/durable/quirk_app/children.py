"""Orchestrators about sub-orchestrations.

Children that are called by reference need `expected_type`: under strict typing the SDK takes the
`-> str` of its own wrapper for the child's type.
"""

from tests.localcloud.durable.quirk_app.app import orchestrator
from tests.localcloud.durable.quirk_app.outputs import raises, who_am_i
from tests.localcloud.durable.quirk_app.steps import no_yield
from tests.localcloud.durable.quirk_app.timers import nap, poll


@orchestrator
def parent(context):
    """Return what a child says."""
    return (
        yield context.call_sub_orchestrator(
            who_am_i, None, f"{context.instance_id}:child", expected_type=dict
        )
    )


@orchestrator
def parent_of_versions(context):
    """Return the versions of itself and two children."""
    own = yield context.call_sub_orchestrator("who_am_i", None, f"{context.instance_id}:1", "3.0")
    default = yield context.call_sub_orchestrator("who_am_i", None, f"{context.instance_id}:2")
    return [context.version, own["version"], default["version"]]


@orchestrator
def parent_of_a_failure(context):
    """Return the error of a child."""
    try:
        yield context.call_sub_orchestrator(raises)
    except Exception as error:  # noqa: BLE001 - all that the SDK raises
        return str(error).split(" \n ")[0]


@orchestrator
def parent_of_itself(context):
    """Start a child under its own id."""
    yield context.call_sub_orchestrator(no_yield, None, context.instance_id)


@orchestrator
def parent_of_an_odd_id(context):
    """Start a child under the given id."""
    yield context.call_sub_orchestrator(no_yield, None, context.get_input())


@orchestrator
def parent_of_a_sleeper(context):
    """Wait an hour for a child."""
    return (yield context.call_sub_orchestrator(nap, 3600, f"{context.instance_id}:nap"))


@orchestrator
def parent_of_a_taken_id(context):
    """Start a child under an id that is in use."""
    yield context.call_sub_orchestrator(nap, 1, "taken")


@orchestrator
def parent_of_a_watcher(context):
    """Wait for a child that polls."""
    state = {"polls": 0, "wanted": context.get_input()}
    return (
        yield context.call_sub_orchestrator(
            poll, state, f"{context.instance_id}:run", expected_type=int
        )
    )
