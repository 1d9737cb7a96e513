"""Timer schedules: NCRONTAB, `{second} {minute} {hour} {day} {month} {day of week}`, UTC.

As in NCrontab, a day must fit the day *and* the day of week when both are restricted (classic cron
takes either). The `hh:mm:ss` form works on dedicated plans only and is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from croniter import CroniterError, croniter

from localcloud.functions_host.faults import StartupError

_FIELDS = (5, 6)
_NAMED = r"\s+(?:[\d*,/-]|[a-z]{3})+"
_NCRONTAB = re.compile(r"[\d*,/-]+(?:\s+[\d*,/-]+){3}" + 2 * _NAMED, re.IGNORECASE)


@dataclass(frozen=True)
class Schedule:
    """When a timer is due."""

    expression: str

    def next_after(self, moment: datetime) -> datetime:
        """Return the first due time after a moment."""
        times = croniter(self.expression, moment, day_or=False, second_at_beginning=True)
        return times.get_next(datetime)

    def is_frequent(self, moment: datetime) -> bool:
        """Tell whether it comes more than once a minute; such timers are never past due."""
        first = self.next_after(moment)
        return self.next_after(first) - first < timedelta(minutes=1)


def read_schedule(expression: str, where: str) -> Schedule:
    """Read the schedule of a timer trigger, its settings already resolved.

    Args:
        expression: five fields (the second is then 0) or six, the first being the second.
        where: what has this schedule, for the message.

    Raises:
        StartupError: the expression is not NCRONTAB.
    """
    fields = expression.split()
    wanted = "'{second} {minute} {hour} {day} {month} {day of week}'"
    if len(fields) == 1 and ":" in expression:
        raise StartupError(
            f"{where}: the schedule '{expression}' is a TimeSpan, which works on dedicated plans "
            f"only; write {wanted}"
        )
    schedule = Schedule(expression if len(fields) == max(_FIELDS) else f"0 {expression}")
    if len(fields) not in _FIELDS or not _is_ncrontab(schedule):
        raise StartupError(f"{where}: the schedule '{expression}' is not NCRONTAB: {wanted}")
    return schedule


def _is_ncrontab(schedule: Schedule) -> bool:
    """Tell whether the schedule is of this kind, not of a richer one, and is ever due."""
    if not _NCRONTAB.fullmatch(schedule.expression):
        return False
    try:
        schedule.next_after(datetime(2026, 1, 1, tzinfo=UTC))
    except CroniterError:
        return False
    return True
