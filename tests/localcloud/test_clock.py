"""The clocks: scaled ones agree, skipping ones jump only when nothing is under way."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from localcloud.clock import ScaledClock, SkippingClock

HOUR = timedelta(hours=1)


async def test_two_scaled_clocks_with_the_same_values_show_the_same_time():
    """The host and the simulator are two processes and must agree."""
    began = datetime.now(UTC)
    one, other = ScaledClock(1000, began), ScaledClock(1000, began)
    assert abs(one.now() - other.now()) < timedelta(minutes=10)
    assert one.now() >= began


async def test_a_scaled_clock_may_begin_at_any_time():
    """The clock of a cloud that was stopped goes on where it stood, at any speed."""
    began = datetime.now(UTC)
    clock = ScaledClock(1, began - HOUR, began + 24 * HOUR)
    assert timedelta(0) <= clock.now() - (began + 25 * HOUR) < HOUR


async def test_a_scaled_clock_wakes_after_the_scaled_time():
    """An hour at speed 360,000 is a hundredth of a second."""
    clock = ScaledClock(360_000)
    due = clock.now() + HOUR
    with clock.busy():
        await clock.sleep_until(due)
    assert clock.now() >= due


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_clock_must_run_forward(speed):
    """Speed 0 would wait for ever."""
    with pytest.raises(ValueError, match="must be greater than 0"):
        ScaledClock(speed)


@pytest.mark.parametrize("make_clock", [lambda start: ScaledClock(1, start), SkippingClock])
def test_a_start_without_a_zone_is_refused_and_another_zone_is_converted(make_clock):
    """A local time would shift every timer by hours."""
    with pytest.raises(ValueError, match="no time zone"):
        make_clock(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the mistake
    berlin = datetime.now(timezone(timedelta(hours=2)))
    assert make_clock(berlin).now().utcoffset() == timedelta(0)


async def test_a_skipping_clock_jumps_to_the_next_sleeper():
    """In the order of their times, whatever the order of their calls."""
    clock, woken = SkippingClock(), []

    async def sleep(hours):
        await clock.sleep_until(datetime(2026, 1, 1, tzinfo=UTC) + hours * HOUR)
        woken.append((hours, clock.now().hour))

    await asyncio.gather(sleep(3), sleep(1), sleep(2))
    assert woken == [(1, 1), (2, 2), (3, 3)]


async def test_a_skipping_clock_stands_still_while_something_is_busy():
    """An activity on a thread takes real time; its timers must not fire meanwhile."""
    clock = SkippingClock()
    began = clock.now()
    sleeper = asyncio.create_task(clock.sleep_until(began + HOUR))
    with clock.busy(), clock.busy():
        await asyncio.to_thread(lambda: None)
        await asyncio.sleep(0.01)
        assert clock.now() == began
    await sleeper
    assert clock.now() == began + HOUR


async def test_a_cancelled_sleeper_does_not_move_a_skipping_clock():
    """A timer that nobody waits for any more is no time."""
    clock = SkippingClock()
    began = clock.now()
    cancelled = asyncio.create_task(clock.sleep_until(began + HOUR))
    await asyncio.sleep(0)
    cancelled.cancel()
    await clock.sleep_until(began + 2 * HOUR)
    assert cancelled.cancelled()
    assert clock.now() == began + 2 * HOUR


async def test_a_skipping_clock_can_be_moved_by_hand():
    """Sleepers that are due then wake, even while something is busy."""
    clock = SkippingClock()
    sleeper = asyncio.create_task(clock.sleep_until(clock.now() + HOUR))
    with clock.busy():
        await asyncio.sleep(0)
        clock.advance(2 * HOUR)
        await sleeper
    assert clock.now() == datetime(2026, 1, 1, 2, tzinfo=UTC)


async def test_sleeping_until_a_time_that_is_past_returns_at_once():
    """A timer of a restarted host is often overdue."""
    clock = SkippingClock()
    await clock.sleep_until(clock.now() - HOUR)
    assert clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
