"""Orchestrators about plain steps: order, replay, determinism."""

import uuid

from tests.localcloud.durable.quirk_app.app import act, nothing, orchestrator

seen = []


@orchestrator
def no_yield(context):
    """Answer without a yield."""
    return 5


@orchestrator
def chain(context):
    """Call five activities one after the other."""
    total = 0
    for number in range(5):
        total += yield context.call_activity(act, number)
    return total


@orchestrator
def replaying(context):
    """Note is_replaying at every step."""
    seen.append(context.is_replaying)
    for number in range(5):
        yield context.call_activity(act, number)
        seen.append(context.is_replaying)
    return len(seen)


@orchestrator
def same_task_twice(context):
    """Yield one task twice."""
    task = context.call_activity(act, 5)
    first = yield task
    second = yield task
    return [first, second]


@orchestrator
def guids(context):
    """Make GUIDs before and after a step."""
    first = str(context.new_guid())
    yield context.call_activity(act, first)
    return [first, str(context.new_guid())]


@orchestrator
def unknown_activity(context):
    """Call an activity that does not exist."""
    yield context.call_activity("nope", 1)


@orchestrator
def unknown_activity_caught(context):
    """Call an activity that does not exist, and try to catch that."""
    try:
        yield context.call_activity("nope", 1)
    except Exception as error:  # noqa: BLE001 - it is about exactly this
        return f"caught {error}"


@orchestrator
def random_input(context):
    """Give activities random inputs."""
    yield context.call_activity(act, {"id": str(uuid.uuid4())})
    yield context.call_activity(act, {"id": str(uuid.uuid4())})
    return "not noticed"


@orchestrator
def clock_input(context):
    """Give an activity the time."""
    yield context.call_activity(act, uuid.uuid1().time)
    return "not noticed"


@orchestrator
def other_activity_each_time(context):
    """Call another activity in every episode."""
    seen.append("run")
    step = act if len(seen) % 2 else nothing
    yield context.call_activity(step, 1)
    yield context.call_activity(act, 2)


@orchestrator
def fewer_each_time(context):
    """Call an activity in the first episode only."""
    seen.append("run")
    if len(seen) == 1:
        yield context.call_activity(act, 1)
    return "done"


@orchestrator
def crash_at_once(context):
    """Crash outside the net of the SDK, in the first episode."""
    raise SystemExit(3)


@orchestrator
def crash_after_a_step(context):
    """Crash outside the net of the SDK, in the second episode."""
    yield context.call_activity(act, 1)
    raise SystemExit(3)


@orchestrator
def finally_block(context):
    """Have a finally around yields."""
    try:
        yield context.call_activity(act, 1)
        yield context.call_activity(act, 2)
    finally:
        seen.append(f"finally replaying={context.is_replaying}")
    return "done"


@orchestrator
def entity_call(context):
    """Call an entity."""
    import azure.durable_functions as df  # noqa: PLC0415 - only here

    yield context.call_entity(df.EntityId("counter", "one"), "add", 1)


@orchestrator
def entity_signal(context):
    """Signal an entity."""
    import azure.durable_functions as df  # noqa: PLC0415 - only here

    context.signal_entity(df.EntityId("counter", "one"), "add", 1)
    yield context.call_activity(act, 1)


@orchestrator
def http_call(context):
    """Make a durable HTTP call."""
    yield context.call_http("GET", "http://127.0.0.1:1/")
