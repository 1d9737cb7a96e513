"""Orchestrators about retries and joined tasks."""

from datetime import timedelta

import azure.durable_functions as df

from tests.localcloud.durable.quirk_app.app import act, orchestrator


@orchestrator
def retries_in_vain(context):
    """Retry what always fails."""
    began = context.current_utc_datetime
    try:
        yield context.call_activity_with_retry(act, df.RetryOptions(5000, 3), {"fail": "again"})
    except Exception as error:  # noqa: BLE001 - all that the SDK raises
        text = str(error).split(" \n ")[0]
    return [(context.current_utc_datetime - began).total_seconds(), text]


@orchestrator
def retries_once(context):
    """Retry what fails once."""
    began = context.current_utc_datetime
    value = {"fail_once": context.instance_id}
    yield context.call_activity_with_retry(act, df.RetryOptions(5000, 3), value)
    yield context.call_activity(act, "after")
    return (context.current_utc_datetime - began).total_seconds()


@orchestrator
def child_retried(context):
    """Retry a child that always fails."""
    try:
        yield context.call_sub_orchestrator_with_retry("raises", df.RetryOptions(1000, 2))
    except Exception as error:  # noqa: BLE001 - all that the SDK raises
        return str(error).split(" \n ")[0]


@orchestrator
def all_with_an_early_error(context):
    """Go on when the first of two tasks fails."""
    slow = context.create_timer(context.current_utc_datetime + timedelta(seconds=90))
    began = context.current_utc_datetime
    try:
        yield context.task_all([context.call_activity(act, {"fail": "a"}), slow])
    except Exception as error:  # noqa: BLE001 - all that the SDK raises
        context.set_custom_status(str(error).split(" \n ")[0])
    yield context.call_activity(act, "cleanup")
    return (context.current_utc_datetime - began).total_seconds()


@orchestrator
def any_loop(context):
    """Use one waiter in several task_any, cancel timers, retry."""
    cancel = context.wait_for_external_event("cancel")
    for _ in range(3):
        timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=5))
        yield context.task_any([timer, cancel])
    one, two = context.call_activity(act, 1), context.call_activity(act, 2)
    yield context.task_any([one, two])
    yield context.task_all([one, two])
    timer = context.create_timer(context.current_utc_datetime + timedelta(hours=5))
    yield context.task_any([timer, context.call_activity(act, 3)])
    timer.cancel()
    value = {"fail_once": context.instance_id}
    yield context.call_activity_with_retry(act, df.RetryOptions(50, 2), value)
    return "ok"


@orchestrator
def fan_out(context):
    """Run ten activities at once."""
    return sum((yield context.task_all([context.call_activity(act, n) for n in range(10)])))


@orchestrator
def retry_against_a_timer(context):
    """Let a retried call that fails once race a timer."""
    value = {"fail_once": context.instance_id}
    retried = context.call_activity_with_retry(act, df.RetryOptions(5000, 3), value)
    timer = context.create_timer(context.current_utc_datetime + timedelta(minutes=1))
    yield context.task_any([timer, retried])
    timer.cancel()
    yield context.call_activity(act, "after")
