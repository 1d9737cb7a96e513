"""Orchestrators about results, errors and the custom status."""

from tests.localcloud.durable.quirk_app.app import act, nothing, orchestrator, wordless


@orchestrator
def echo(context):
    """Return the input by way of an activity."""
    value = context.get_input()
    return (yield context.call_activity(act, value))


@orchestrator
def who_am_i(context):
    """Return what the context says."""
    yield context.call_activity(act, 1)
    return {
        "id": context.instance_id,
        "parent": context.parent_instance_id,
        "version": context.version,
        "time": context.current_utc_datetime.isoformat(),
    }


@orchestrator
def none_back(context):
    """Return what an activity without result gives."""
    return [(yield context.call_activity(nothing, None))]


@orchestrator
def caught_text(context):
    """Return the text of an activity error."""
    try:
        yield context.call_activity(act, {"fail": "no disk"})
    except Exception as error:  # noqa: BLE001 - all that the SDK raises
        return str(error)


@orchestrator
def wordless_activity(context):
    """Return the text of an error without text."""
    try:
        yield context.call_activity(wordless, 1)
    except Exception as error:  # noqa: BLE001 - all that the SDK raises
        return str(error)


@orchestrator
def raises(context):
    """Raise after a step."""
    yield context.call_activity(act, 1)
    raise ValueError("the plan is wrong")


@orchestrator
def raises_without_text(context):
    """Raise an error without text."""
    yield context.call_activity(act, 1)
    raise ValueError


@orchestrator
def raises_half_a_character(context):
    """Raise a text that is no UTF-8."""
    yield context.call_activity(act, 1)
    raise ValueError("half \ud83d here")


@orchestrator
def set_output(context):
    """Return what is not JSON."""
    yield context.call_activity(act, 1)
    return {1, 2}


@orchestrator
def date_input(context):
    """Give an activity a datetime."""
    yield context.call_activity(act, {"at": context.current_utc_datetime})


@orchestrator
def big_status(context):
    """Set a custom status of the given length."""
    context.set_custom_status("x" * context.get_input())
    yield context.call_activity(act, 1)
    return "fine"


@orchestrator
def status_cleared(context):
    """Set a custom status and an empty one."""
    context.set_custom_status("working")
    yield context.wait_for_external_event("clear")
    context.set_custom_status("")
    yield context.wait_for_external_event("go")


@orchestrator
def status_not_sticky(context):
    """Set a custom status in the first generation only."""
    generation = context.get_input() or 0
    if generation == 0:
        context.set_custom_status("from the first generation")
        yield context.call_activity(act, 1)
        context.continue_as_new(1)
        return
    yield context.wait_for_external_event("go")
    yield context.wait_for_external_event("on")


@orchestrator
def big_result(context):
    """Pass three million characters around."""
    text = yield context.call_activity(act, {"size": 3_000_000})
    return len((yield context.call_activity(act, text)))
