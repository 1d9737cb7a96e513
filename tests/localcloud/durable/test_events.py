"""External events: buffered, last waiter first, lost and carried at continue as new."""

import pytest

from tests.localcloud.durable.quirk_app import app_functions
from tests.localcloud.durable.runs import ended, output, played, reached, run, sdk_input

# The SDK warns of every event that comes before its wait.
pytestmark = pytest.mark.filterwarnings("ignore:Potential duplicate Task completion")


async def test_an_event_that_was_posted_raw_arrives_as_an_object(engine):
    """Operators POST objects; plans must accept both forms."""
    instance_id = await engine.start_new("one_event")
    await engine.raise_event(instance_id, "go", '{"who":"me"}')
    assert output(await ended(engine, instance_id)) == {"who": "me"}


async def test_an_event_from_the_sdk_client_arrives_as_a_string(engine):
    """`raise_event` encodes twice (py#295)."""
    instance_id = await engine.start_new("one_event")
    await engine.raise_event(instance_id, "go", sdk_input({"who": "me"}))
    assert output(await ended(engine, instance_id)) == '{"who": "me"}'


async def test_an_event_before_the_wait_is_kept(engine, clock):
    """A cancel may come while the plan does something else."""
    with clock.busy():
        instance_id = await engine.start_new("event_after_a_timer")
        await played(engine, instance_id, 10)
        await engine.raise_event(instance_id, "go", "1")
        await played(engine, instance_id, 15)
    assert output(await ended(engine, instance_id)) == 1


async def test_of_several_events_before_the_wait_the_last_answers_every_wait(engine, clock):
    """py#507: the SDK keeps one for each name and never takes it away."""
    with clock.busy():
        instance_id = await engine.start_new("two_waits_after_a_timer")
        await played(engine, instance_id, 10)
        await engine.raise_event(instance_id, "go", "1")
        await engine.raise_event(instance_id, "go", "2")
    assert output(await ended(engine, instance_id)) == [2, 2]


async def test_an_event_right_after_the_start_is_taken_after_the_start(engine, clock):
    """Both lie in the inbox when the first turn begins."""
    with clock.busy():
        instance_id = await engine.start_new("event_after_a_timer")
        await engine.raise_event(instance_id, "go", "2")
    assert output(await ended(engine, instance_id)) == 2


async def test_the_last_waiter_of_a_name_is_served_first(engine):
    """Both the SDK and the extension keep a stack, not a queue."""
    instance_id = await engine.start_new("two_waiters")
    await engine.raise_event(instance_id, "go", "1")
    await engine.raise_event(instance_id, "go", "2")
    assert output(await ended(engine, instance_id)) == "second"


async def test_an_event_of_another_name_leaves_the_waiter_waiting(engine):
    """Noise must not cancel a build."""
    instance_id = await engine.start_new("one_event")
    await engine.raise_event(instance_id, "stop", "1")
    await played(engine, instance_id, 15)
    assert (await engine.state(instance_id)).status == "Running"


async def test_an_unread_event_is_lost_at_continue_as_new(engine, clock):
    """py#331: therefore no event may have to survive a generation."""
    with clock.busy():
        instance_id = await engine.start_new("event_lost_at_continue_as_new")
        await engine.raise_event(instance_id, "kept", "1")
        await played(engine, instance_id, 15)
        await engine.raise_event(instance_id, "begin", "1")
        await reached(engine, instance_id, lambda each: each.input_json is not None)
    assert output(await ended(engine, instance_id)) == "lost"


async def test_events_after_continue_as_new_in_the_same_batch_are_carried_over(engine, clock):
    """Five events at once feed five generations, in order, and none is lost."""
    instance_id = await engine.start_new("counts_events")
    for _ in range(5):
        await engine.raise_event(instance_id, "count", "1")
    assert output(await ended(engine, instance_id)) == "five events, one a generation"


async def test_an_event_between_continue_as_new_and_its_open_timer_is_carried_over(engine, clock):
    """The generation ends only when its timers have fired, and remembers what came meanwhile."""
    with clock.busy():
        instance_id = await engine.start_new("open_timer_at_continue_as_new")
        await reached(engine, instance_id, lambda _: app_functions.values() == [1])
        await played(engine, instance_id, 5)
        await engine.raise_event(instance_id, "late", '"kept"')
        await played(engine, instance_id, 15)
    assert output(await ended(engine, instance_id)) == ["kept", False]


async def test_names_of_events_ignore_case_in_the_engine(engine):
    """As the extension; the SDK does not, so the plan goes on waiting without an error."""
    instance_id = await engine.start_new("one_event")
    await engine.raise_event(instance_id, "GO", "1")
    await played(engine, instance_id, 15)
    assert (await engine.state(instance_id)).status == "Running"
    await engine.raise_event(instance_id, "go", "2")
    await played(engine, instance_id, 1)


async def test_a_cancel_event_ends_the_polling_at_once(engine, clock):
    """It does not wait for the next look."""
    with clock.busy():
        value = {"polls": 0, "wanted": 100}
        instance_id = await engine.start_new("poll", None, sdk_input(value))
        await played(engine, instance_id, 10)
        began = clock.now()
        await engine.raise_event(instance_id, "cancel", "1")
        instance = await ended(engine, instance_id)
    assert output(instance) == "cancelled"
    assert clock.now() == began


async def test_one_waiter_serves_several_task_any(engine):
    """The shape that the plans use, with strict replay on."""
    assert output(await run(engine, "any_loop")) == "ok"
