"""Invocation: arguments, threads, answers and errors as the Python worker makes them."""

import asyncio
import json
import logging
import threading

import pytest
from azure.functions.meta import Datum

from localcloud.durable.functions import InvocationFailed
from localcloud.functions_host.converters import text
from localcloud.functions_host.invocation import Call
from tests.localcloud.functions_host.apps import index_one


def activity(folder, body, head="def act(given):"):
    """Index an activity with this body."""
    return index_one(folder, f'@app.activity_trigger(input_name="given")\n{head}\n    {body}\n')


def call(function, given="null"):
    """Make a call of an activity."""
    return Call(function, {"given": text(given)})


async def test_a_sync_function_runs_on_a_thread(app_folder, invoker):
    """A function that blocks must not hold up the others."""
    function = activity(app_folder, "return threading.current_thread().name")

    answer = await invoker.invoke(call(function))

    assert answer.value.startswith('"function')


async def test_an_async_function_runs_on_the_event_loop(app_folder, invoker):
    """It may use what belongs to the loop; so it does in Azure."""
    head = "async def act(given):"
    function = activity(app_folder, "return threading.current_thread().name", head)

    answer = await invoker.invoke(call(function))

    assert json.loads(answer.value) == threading.current_thread().name


async def test_two_sync_functions_run_at_once(app_folder, invoker):
    """Both wait for each other at a barrier, which one thread could never pass."""
    function = activity(app_folder, "return meeting.wait(20)")
    function.call.__globals__["meeting"] = threading.Barrier(2)

    answers = await asyncio.gather(*(invoker.invoke(call(function)) for _ in range(2)))

    assert sorted(answer.value for answer in answers) == ["0", "1"]


async def test_the_context_names_function_and_invocation(app_folder, invoker):
    """Starters hand the invocation id on; user threads find it in the thread's storage."""
    head = "def act(given, context: func.Context):"
    body = (
        "return [context.function_name, context.invocation_id,"
        " context.thread_local_storage.invocation_id, context.retry_context.retry_count]"
    )

    answer = await invoker.invoke(call(activity(app_folder, body, head)))

    name, invocation_id, stored_id, tries = json.loads(answer.value)
    assert (name, stored_id, tries) == ("act", invocation_id, 0)


async def test_an_error_travels_as_type_and_text(app_folder, invoker):
    """Durable puts exactly this text into the history, and orchestrators read it."""
    function = activity(app_folder, 'raise LookupError("no such thing")')

    with pytest.raises(InvocationFailed) as failure:
        await invoker.invoke(call(function))

    assert failure.value.message == "LookupError: no such thing"
    assert "in act" in failure.value.stack


async def test_an_error_that_cannot_be_shown_still_fails_the_function_only(app_folder, invoker):
    """A broken __str__ must not take the host down."""
    body = 'raise type("Odd", (Exception,), {"__str__": lambda self: 1 / 0})()'

    with pytest.raises(InvocationFailed, match="Could not serialize original exception"):
        await invoker.invoke(call(activity(app_folder, body)))


async def test_a_value_without_a_return_binding_is_an_error(app_folder, invoker):
    """The worker says so, and the blob or timer counts as failed."""
    source = """
    @app.timer_trigger(arg_name="timer", schedule="0 * * * * *")
    def tick(timer: func.TimerRequest):
        return 1
    """
    function = index_one(app_folder, source)

    with pytest.raises(InvocationFailed, match="without a \\$return binding returned a non-None"):
        await invoker.invoke(Call(function, {"timer": Datum("{}", "json")}))


async def test_an_activity_that_answers_nothing_answers_null(app_folder, invoker):
    """Durable expects JSON, always."""
    answer = await invoker.invoke(call(activity(app_folder, "return None")))

    assert answer.value == "null"


async def test_begin_end_and_user_records_are_logged(app_folder, invoker, caplog):
    """These lines are all that a person sees of a function that works."""
    caplog.set_level(logging.INFO)
    body = 'import logging; logging.getLogger("mine").info("said x=%d", 1)'

    function = activity(app_folder, body)
    caplog.clear()
    await invoker.invoke(call(function))

    begin, said, end = caplog.messages
    assert begin.startswith("Executing 'Functions.act' (Reason=")
    assert said == "said x=1"
    assert end.startswith("Executed 'Functions.act' (Succeeded, Id=")


async def test_a_failure_is_logged_with_its_text(app_folder, invoker, caplog):
    """The answer 500 says nothing, so the log must."""
    with pytest.raises(InvocationFailed):
        await invoker.invoke(call(activity(app_folder, "return 1 / 0")))

    assert "(Failed, Id=" in caplog.text
    assert "ZeroDivisionError: division by zero" in caplog.text


async def test_nothing_counts_as_running_afterwards(app_folder, invoker):
    """The host's end waits for what runs; a wrong count would hold it up."""
    with pytest.raises(InvocationFailed):
        await invoker.invoke(call(activity(app_folder, "return 1 / 0")))

    assert invoker.is_idle


ODD_ERRORS = ["SystemExit(3)", "GeneratorExit()", "StopIteration(1)", "Cancelled()"]


@pytest.mark.parametrize(
    ("head", "raised"),
    [
        *(("def act(given):", raised) for raised in [*ODD_ERRORS, "KeyboardInterrupt()"]),
        # On the event loop's thread KeyboardInterrupt is Ctrl-C, and ends the host.
        *(("async def act(given):", raised) for raised in ODD_ERRORS),
    ],
)
async def test_whatever_a_function_raises_ends_itself_only(app_folder, invoker, head, raised):
    """Such an error would take the host down, or nobody would ever hear that the call has ended."""
    body = f"from asyncio import CancelledError as Cancelled; raise {raised}"

    with pytest.raises(InvocationFailed, match=r"Error|Exit|Interrupt|Iteration"):
        await invoker.invoke(call(activity(app_folder, body, head)))


def test_an_orchestrator_that_ends_the_process_ends_itself_only(app_folder, invoker):
    """It runs on a thread of the engine, and its instance must fail instead of staying pending."""
    with pytest.raises(InvocationFailed, match="KeyboardInterrupt: "):
        invoker.invoke_here(call(activity(app_folder, "raise KeyboardInterrupt")))


async def test_an_async_function_is_cancelled_with_its_caller(app_folder, invoker):
    """The host's end is no failure of the function, which runs again after the next start."""
    head = "async def act(given):"
    function = activity(app_folder, "begun.set(); await forever", head)
    begun = function.call.__globals__["begun"] = asyncio.Event()
    function.call.__globals__["forever"] = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(invoker.invoke(call(function)))
    await begun.wait()

    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_an_abandoned_thread_still_counts(app_folder, invoker):
    """The host must know that something runs before it ends."""
    function = activity(app_folder, "return meeting.wait(20)")
    meeting = function.call.__globals__["meeting"] = threading.Barrier(2)
    waiting = asyncio.create_task(invoker.invoke(call(function)))
    while not meeting.n_waiting:  # noqa: ASYNC110 - a thread gets there
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert not invoker.is_idle

    meeting.wait(20)
    while not invoker.is_idle:  # noqa: ASYNC110 - a thread ends
        await asyncio.sleep(0)
