"""Orchestrators about external events."""

from datetime import timedelta

from tests.localcloud.durable.quirk_app.app import act, orchestrator


@orchestrator
def one_event(context):
    """Wait for an event."""
    return (yield context.wait_for_external_event("go"))


@orchestrator
def event_after_a_timer(context):
    """Wait for an event after a timer."""
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=5))
    return (yield context.wait_for_external_event("go"))


@orchestrator
def two_waiters(context):
    """Wait twice for events of one name."""
    first = context.wait_for_external_event("go")
    second = context.wait_for_external_event("go")
    winner = yield context.task_any([first, second])
    served = "first" if winner == first else "second"
    yield context.task_all([first, second])
    return served


@orchestrator
def event_lost_at_continue_as_new(context):
    """Continue as new and wait for an event sent before."""
    if context.get_input() is None:
        yield context.wait_for_external_event("begin")
        context.continue_as_new(1)
        return None
    lost = context.wait_for_external_event("kept")
    timer = context.create_timer(context.current_utc_datetime + timedelta(minutes=1))
    winner = yield context.task_any([lost, timer])
    if winner == lost:
        timer.cancel()
    return "lost" if winner == timer else lost.result


@orchestrator
def counts_events(context):
    """Take one event a generation."""
    count = context.get_input() or 0
    yield context.wait_for_external_event("count")
    if count == 4:
        return "five events, one a generation"
    context.continue_as_new(count + 1)


@orchestrator
def open_timer_at_continue_as_new(context):
    """Continue as new while timers are open."""
    if context.get_input() is None:
        context.create_timer(context.current_utc_datetime + timedelta(hours=9))
        timer = context.create_timer(context.current_utc_datetime + timedelta(minutes=1))
        yield context.task_any([timer, context.call_activity(act, 1)])
        context.continue_as_new(1)
        return None
    value = yield context.wait_for_external_event("late")
    return [value, context.is_replaying]


@orchestrator
def two_waits_after_a_timer(context):
    """Wait twice, one after the other, for what came before."""
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=5))
    first = yield context.wait_for_external_event("go")
    return [first, (yield context.wait_for_external_event("go"))]
