"""Reads the journal of the simulated Resource Manager: how much it was asked, and how often."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from datetime import datetime
from itertools import pairwise
from typing import Any

OLD_TASK_POLL_SECONDS = 30
_OTHER_CALLS_OF_OLD_TASK = 4  # PUT, run, delete and the run output
_BUSIEST_SECONDS = 60

Call = dict[str, Any]


def by_template(calls: list[Call]) -> list[list[Call]]:
    """Group the calls about each build's template, in order of time."""
    grouped: dict[str, list[Call]] = {}
    for call in calls:
        if call["template"]:
            grouped.setdefault(call["template"], []).append(call)
    return list(grouped.values())


def calls_of_old_task(build: list[Call]) -> int:
    """Count what the old task would have asked for a build that took as long.

    It looks at the operation's URL every 30 s until PUT, run and delete have ended.
    """
    when = {call["call"]: _time(call) for call in build}
    spans = (
        when["run"] - when["put_template"],
        when["run_output"] - when["run"],
        _time(build[-1]) - when["delete"],
    )
    looks = (math.ceil(span.total_seconds() / OLD_TASK_POLL_SECONDS) for span in spans)
    return _OTHER_CALLS_OF_OLD_TASK + sum(looks)


def seconds_between_run_looks(builds: list[list[Call]]) -> float:
    """Return the median; on a machine that cannot keep up it is more than the plan's 30 s."""
    gaps = []
    for build in builds:
        calls = [call["call"] for call in build]
        looks = build[calls.index("run") + 1 : calls.index("run_output")]
        times = [_time(look) for look in looks]
        gaps += [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    return statistics.median(gaps) if gaps else 0.0


def reads_per_second(calls: list[Call]) -> tuple[float, float]:
    """Return the mean and that of the busiest minute, on the cloud's clock."""
    times = [_time(call) for call in calls if call["method"] == "GET"]
    minutes = Counter(int(time.timestamp() // _BUSIEST_SECONDS) for time in times)
    span_seconds = (times[-1] - times[0]).total_seconds()
    return len(times) / span_seconds, max(minutes.values()) / _BUSIEST_SECONDS


def _time(call: Call) -> datetime:
    return datetime.fromisoformat(call["time_utc"])
