"""Timers, on a clock that skips."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import pytest

from localcloud.clock import SkippingClock
from localcloud.functions_host.timer_triggers import (
    TimerStatus,
    TimerTriggers,
    read_timer_triggers,
)
from tests.localcloud.functions_host.apps import index_source

START = datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC)
TIMER = """
ran = []

@app.timer_trigger(arg_name="timer", schedule="%s"%s)
def tick(timer: func.TimerRequest) -> None:
    ran.append([timer.past_due, timer.schedule_status, now()])
    after()
"""


class Ticking:
    """A timer under test; `ran` is what its function saw."""

    def __init__(self, folder, invoker, source, clock):
        self.index = index_source(folder, source)
        self.seen = self.index[0].call.__globals__
        self.seen.update(now=clock.now, after=lambda: None)
        timers = read_timer_triggers(self.index, {"SCHEDULE": "0 */5 * * * *"})
        status = TimerStatus(folder / "timers.json")
        self.triggers = TimerTriggers(timers, invoker, clock, status, lambda _: {})

    async def run(self, times):
        """Run until the function has run that many times; return what it saw."""
        enough = asyncio.Event()
        loop = asyncio.get_running_loop()
        ran = self.seen["ran"]

        def after():
            if len(ran) >= times:
                loop.call_soon_threadsafe(enough.set)

        self.seen["after"] = after
        task = asyncio.create_task(self.triggers.run())
        await enough.wait()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        return ran


@pytest.fixture
def clock():
    """A clock that jumps."""
    return SkippingClock(START)


async def test_a_timer_runs_whenever_it_is_due(app_folder, invoker, clock):
    """Its schedule may be a setting, as Kiln's janitor has it."""
    timer = Ticking(app_folder, invoker, TIMER % ("%SCHEDULE%", ""), clock)

    ran = await timer.run(3)

    due = [START.replace(minute=minute, second=0) for minute in (5, 10, 15)]
    assert [(past_due, moment) for past_due, _, moment in ran[:3]] == [(False, m) for m in due]


async def test_the_function_is_told_when_it_ran_last(app_folder, invoker, clock):
    """A sweep may begin where the last one ended."""
    timer = Ticking(app_folder, invoker, TIMER % ("0 */5 * * * *", ""), clock)

    ran = await timer.run(2)

    assert datetime.fromisoformat(ran[1][1]["Last"]) == START.replace(minute=5, second=0)


async def test_a_missed_run_is_made_up_for(app_folder, invoker, clock):
    """The machine may have slept while the janitor was due."""
    await Ticking(app_folder, invoker, TIMER % ("0 0 * * * *", ""), clock).run(1)
    later = SkippingClock(START + timedelta(hours=3))
    timer = Ticking(app_folder, invoker, TIMER % ("0 0 * * * *", ""), later)

    ran = await timer.run(2)

    assert [past_due for past_due, _, _ in ran[:2]] == [True, False]


@pytest.mark.parametrize(
    ("schedule", "more"), [("0 0 * * * *", ", use_monitor=False"), ("*/10 * * * * *", "")]
)
async def test_some_missed_runs_are_not_made_up_for(app_folder, invoker, clock, schedule, more):
    """Those that nobody watches, and those that come again within the minute."""
    await Ticking(app_folder, invoker, TIMER % (schedule, more), clock).run(1)
    later = SkippingClock(START + timedelta(hours=3))

    ran = await Ticking(app_folder, invoker, TIMER % (schedule, more), later).run(1)

    assert ran[0][0] is False


async def test_a_timer_may_run_at_the_start(app_folder, invoker, clock):
    """`run_on_startup` does not count as a missed run."""
    timer = Ticking(app_folder, invoker, TIMER % ("0 0 * * * *", ", run_on_startup=True"), clock)

    ran = await timer.run(1)

    assert (ran[0][0], ran[0][2]) == (False, START)


async def test_a_failing_timer_goes_on(app_folder, invoker, clock):
    """One bad sweep must not end all sweeps."""
    source = TIMER % ("0 */5 * * * *", "") + "    raise RuntimeError(1)\n"
    timer = Ticking(app_folder, invoker, source, clock)

    assert len(await timer.run(2)) >= 2


async def test_timers_go_on_when_their_status_cannot_be_written(app_folder, invoker, clock, caplog):
    """A full disk may end some sweeps, but not all that would come after it."""
    (app_folder / "timers.new").mkdir()
    timer = Ticking(app_folder, invoker, TIMER % ("0 */5 * * * *", ""), clock)

    assert len(await timer.run(2)) >= 2
    assert "a missed timer may not be made up for" in caplog.text


async def test_a_timer_can_be_run_by_hand(app_folder, invoker, clock):
    """Nobody wants to wait for the night to see the janitor."""
    timer = Ticking(app_folder, invoker, TIMER % ("0 0 3 * * *", ""), clock)

    assert await timer.triggers.run_now("tick") is True
    assert await timer.triggers.run_now("tock") is False
    assert len(timer.seen["ran"]) == 1
