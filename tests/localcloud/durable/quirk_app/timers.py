"""Orchestrators about timers and time."""

from datetime import datetime, timedelta, timezone

from tests.localcloud.durable.quirk_app.app import act, orchestrator


@orchestrator
def plus_two_timer(context):
    """Set a timer in another time zone."""
    began = context.current_utc_datetime
    at = (began + timedelta(minutes=1)).astimezone(timezone(timedelta(hours=2)))
    yield context.create_timer(at)
    return (context.current_utc_datetime - began).total_seconds()


@orchestrator
def naive_timer(context):
    """Set a timer without a time zone."""
    yield context.create_timer(datetime(2030, 1, 1))  # noqa: DTZ001 - the mistake that it shows


@orchestrator
def nap(context):
    """Sleep for the given seconds."""
    seconds = context.get_input()
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=seconds))
    return context.current_utc_datetime.isoformat()


@orchestrator
def open_timer(context):
    """Leave the losing timer open."""
    timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    yield context.task_any([timer, context.call_activity(act, 1)])
    return "done"


@orchestrator
def cancelled_timer(context):
    """Cancel the losing timer."""
    timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    yield context.task_any([timer, context.call_activity(act, 1)])
    timer.cancel()
    return "done"


@orchestrator
def cancelled_timer_into_next_generation(context):
    """Cancel timers and continue as new before they would fire."""
    generation = context.get_input() or 0
    timer = context.create_timer(context.current_utc_datetime + timedelta(minutes=1))
    if generation < 2:
        yield context.task_any([timer, context.call_activity(act, generation)])
        timer.cancel()
        context.continue_as_new(generation + 1)
        return None
    longer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    timer.cancel()
    yield longer
    return context.current_utc_datetime.isoformat()


@orchestrator
def fortnight(context):
    """Sleep for 14 days."""
    yield context.create_timer(context.current_utc_datetime + timedelta(days=14))
    return context.current_utc_datetime.isoformat()


@orchestrator
def poll(context):
    """Poll like wait_for_run: 10 looks a generation, 30 s apart."""
    state = context.get_input()
    for _ in range(10):
        yield context.call_activity(act, state["polls"])
        state["polls"] += 1
        if state["polls"] == state["wanted"]:
            return state["polls"]
        cancel = context.wait_for_external_event("cancel")
        timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=30))
        winner = yield context.task_any([timer, cancel])
        if winner == cancel:
            timer.cancel()
            return "cancelled"
    context.continue_as_new(state)


@orchestrator
def cancelled_week(context):
    """Cancel a losing timer of seven days."""
    timer = context.create_timer(context.current_utc_datetime + timedelta(days=7))
    yield context.task_any([timer, context.call_activity(act, 1)])
    timer.cancel()
    return "done"
