"""Strict replay: an orchestrator must ask for the same things in every episode, inputs included.

Azure compares only kinds and names, so a `uuid4()` or `now()` in an input goes unnoticed there
until it hurts. Here the actions of each episode must begin with the actions of the one before.
`isCanceled` is ignored: cancelling a timer is the one change that an action may undergo.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from localcloud.durable.history import dump
from localcloud.durable.out_of_process import Action


class StrictReplay:
    """Remembers the last list of actions per generation; forgets with the process."""

    def __init__(self) -> None:
        self._last_actions: dict[str, list[Any]] = {}

    def difference(self, execution_id: str, actions: Sequence[Action]) -> str | None:
        """Compare with the episode before and remember this one.

        Returns:
            What changed, as a sentence that names both versions; None if nothing did.
        """
        now = [_without_cancelled(action) for action in actions]
        before = self._last_actions.get(execution_id, [])
        self._last_actions[execution_id] = now
        for number, (old, new) in enumerate(zip(before, now, strict=False)):
            if old != new:
                return (
                    f"strict replay: action {number} was {dump(old)} and is now {dump(new)}; "
                    "an orchestrator may use no clock, random, uuid, settings or I/O of its own."
                )
        if len(now) < len(before):
            return f"strict replay: action {len(now)}, {dump(before[len(now)])}, has vanished."
        return None

    def forget(self, execution_id: str) -> None:
        """Drop what is remembered of a generation that has ended."""
        self._last_actions.pop(execution_id, None)


def _without_cancelled(action: Action) -> dict[str, Any]:
    kept = {name: value for name, value in action.items() if name != "isCanceled"}
    if "compoundActions" in kept:
        kept["compoundActions"] = [_without_cancelled(each) for each in kept["compoundActions"]]
    return kept
