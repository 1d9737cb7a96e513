"""Timers and time, on a clock that skips."""

import json
from datetime import timedelta

import pytest

from tests.localcloud.durable.quirk_app import app_functions
from tests.localcloud.durable.runs import ended, output, played, reached, run, sdk_input


async def test_a_timer_fires_when_the_clock_says_so(engine, clock):
    """An hour passes in no time, and the plan sees the hour."""
    due = clock.now() + timedelta(hours=1)
    assert output(await run(engine, "nap", 3600)) == due.isoformat()


async def test_an_aware_time_of_another_zone_fires_late_by_its_offset(engine):
    """The SDK writes Z without converting: +02:00 comes two hours late, as in Azure."""
    assert output(await run(engine, "plus_two_timer")) == 2 * 3600 + 60


async def test_a_naive_time_is_a_type_error(engine):
    """The SDK compares it with an aware one."""
    instance = await run(engine, "naive_timer")
    assert instance.status == "Failed"
    assert "offset-naive and offset-aware datetimes" in instance.output


async def test_an_open_timer_keeps_the_instance_running(engine, clock):
    """An instance ends only when no task is open (TaskOrchestrationExecutor.cs:179)."""
    with clock.busy():
        instance_id = await engine.start_new("open_timer")
        await reached(engine, instance_id, lambda _: app_functions.values() == [1])
        before = clock.now()
    instance = await ended(engine, instance_id)
    assert output(instance) == "done"
    assert clock.now() == before + timedelta(hours=1)


async def test_a_cancelled_timer_lets_the_instance_end_at_once(engine, clock):
    """And it is forgotten: the clock does not even jump to it."""
    before = clock.now()
    assert output(await run(engine, "cancelled_timer")) == "done"
    assert output(await run(engine, "nap", 1)) == (before + timedelta(seconds=1)).isoformat()


async def test_a_cancelled_timer_does_not_fire_into_the_next_generation(engine, clock):
    """Messages of an earlier generation are dropped by their execution id."""
    due = clock.now() + timedelta(hours=1)
    assert output(await run(engine, "cancelled_timer_into_next_generation")) == due.isoformat()


async def test_a_timer_of_14_days_is_made_of_shorter_ones(engine, clock):
    """The SDK chains timers of three days; the engine needs nothing special for it."""
    due = clock.now() + timedelta(days=14)
    instance = await run(engine, "fortnight")
    assert output(instance) == due.isoformat()
    kinds = [event["EventType"] for event in await engine.history(instance.instance_id)]
    assert kinds.count(11) > 1


async def test_a_timer_of_over_six_days_cannot_be_cancelled(engine, clock):
    """py#573: the instance stays open until the first of the shorter timers has fired."""
    before = clock.now()
    assert output(await run(engine, "cancelled_week")) == "done"
    assert clock.now() == before + timedelta(days=3)


async def test_timers_due_at_the_same_time_all_fire(engine, clock):
    """One wake-up for many sleepers."""
    due = clock.now() + timedelta(minutes=1)
    with clock.busy():
        ids = [await engine.start_new("nap", None, sdk_input(60)) for _ in range(20)]
        for each in ids:
            await played(engine, each, 10)
    for each in ids:
        assert output(await ended(engine, each)) == due.isoformat()


async def test_a_long_build_is_polled_in_many_short_generations(engine, clock):
    """Replay costs the square of a history's length, and no second of the rhythm may be lost."""
    began = clock.now()
    instance = await run(engine, "poll", {"polls": 0, "wanted": 80})
    assert output(instance) == 80
    assert clock.now() - began == timedelta(seconds=30) * 79
    assert len(await engine.history(instance.instance_id)) <= 200


async def test_history_has_the_times_of_the_clock(engine, clock):
    """Operators read durations from it."""
    instance = await run(engine, "nap", 60)
    stamps = [event["Timestamp"] for event in await engine.history(instance.instance_id)]
    assert stamps == sorted(stamps)
    assert {stamp[:16] for stamp in stamps} == {"2026-01-01T00:00", "2026-01-01T00:01"}
    assert all(len(stamp) == len("2026-01-01T00:00:00.0000000Z") for stamp in stamps)


@pytest.mark.parametrize("value", [0, -5])
async def test_a_timer_in_the_past_fires_at_once(engine, value, clock):
    """A late replay may ask for one."""
    before = clock.now()
    assert json.loads((await run(engine, "nap", value)).output) == before.isoformat()
