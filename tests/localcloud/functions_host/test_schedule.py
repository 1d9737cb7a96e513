"""NCRONTAB schedules."""

from datetime import UTC, datetime, timedelta

import pytest

from localcloud.functions_host.faults import StartupError
from localcloud.functions_host.schedule import read_schedule

THURSDAY = datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("0 */5 * * * *", datetime(2026, 1, 1, 12, 5, tzinfo=UTC)),
        ("45 * * * * *", datetime(2026, 1, 1, 12, 0, 45, tzinfo=UTC)),
        ("0 30 3 * * *", datetime(2026, 1, 2, 3, 30, tzinfo=UTC)),
        ("0 0 3 * * Mon", datetime(2026, 1, 5, 3, 0, tzinfo=UTC)),
        ("30 3 * * *", datetime(2026, 1, 2, 3, 30, tzinfo=UTC)),
        ("0 0 0 13 * 5", datetime(2026, 2, 13, tzinfo=UTC)),
    ],
)
def test_the_next_time_is_the_real_hosts(expression, due):
    """The second comes first, and day and weekday must both fit (Friday the 13th)."""
    assert read_schedule(expression, "function f").next_after(THURSDAY) == due


def test_a_due_time_follows_itself_by_a_whole_period():
    """A timer must not fire twice at one moment."""
    schedule = read_schedule("0 0 * * * *", "function f")
    first = schedule.next_after(THURSDAY)

    assert schedule.next_after(first) - first == timedelta(hours=1)


def test_more_than_once_a_minute_is_frequent():
    """Missed runs of such timers are not made up for."""
    assert read_schedule("*/10 * * * * *", "f").is_frequent(THURSDAY)
    assert not read_schedule("0 * * * * *", "f").is_frequent(THURSDAY)


@pytest.mark.parametrize(
    "expression",
    [
        "00:05:00",
        "every day",
        "0 0 * * *  * *",
        "61 * * * * *",
        "0 0 0 31 2 *",
        "0 0 0 L * *",
        "0 0 0 ? * *",
        "0 0 0 * * L5",
        "R * * * * *",
    ],
)
def test_another_form_stops_the_start(expression):
    """A TimeSpan works on dedicated plans only; what other crons know, or no calendar, nowhere."""
    with pytest.raises(StartupError, match="function f: the schedule"):
        read_schedule(expression, "function f")
