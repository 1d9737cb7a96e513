"""`--kill-at WHEN:ACTIVITY[:N]`: the host kills itself where a crash would hurt most.

A test of durability starts the host so, watches it die and starts it anew without the option.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

MOMENTS = ("before", "after_effect", "after_answer")


@dataclass(frozen=True)
class KillAt:
    """The moment at which the host dies: the N-th time that it gets there."""

    when: str
    activity: str
    occurrence: int = 1

    @classmethod
    def parse(cls, text: str) -> KillAt:
        """Read `WHEN:ACTIVITY[:N]`.

        Raises:
            ValueError: the text has another form.
        """
        when, _, rest = text.partition(":")
        activity, _, number = rest.partition(":")
        if when not in MOMENTS or not activity or not (number or "1").isdigit():
            raise ValueError(
                f"'{text}' is not WHEN:ACTIVITY[:N] with WHEN one of {', '.join(MOMENTS)}"
            )
        return cls(when, activity, int(number or "1"))


class KillPoint:
    """Counts the moments that the engine reports and kills the process at the planned one.

    Args:
        plan: the moment.
        die: what ends the process; SIGKILL to itself unless a test says otherwise.
    """

    def __init__(self, plan: KillAt, die: Callable[[], None] | None = None) -> None:
        self._plan = plan
        self._die = die or _kill_this_process
        self._seen = 0

    def __call__(self, when: str, activity_name: str) -> None:
        """Take note of a moment."""
        if (when, activity_name) != (self._plan.when, self._plan.activity):
            return
        self._seen += 1
        if self._seen == self._plan.occurrence:
            sys.stdout.write(f"killing the host {when} {activity_name} (time {self._seen})\n")
            sys.stdout.flush()
            self._die()


def _kill_this_process() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
