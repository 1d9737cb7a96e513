"""Awaited things inside one episode: a .NET Task without its value, on a single thread.

Values never matter to the engine (the SDK reads results from history), only completion does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence


class Task:
    """Something that will complete or fail once."""

    __slots__ = ("_callbacks", "done", "failed")

    def __init__(self) -> None:
        self.done = False
        self.failed = False
        self._callbacks: list[Callable[[Task], None]] = []

    def when_done(self, callback: Callable[[Task], None]) -> None:
        """Call back at completion, at once if that has been."""
        if self.done:
            callback(self)
        else:
            self._callbacks.append(callback)

    def settle(self, *, failed: bool = False) -> None:
        """Complete; a second completion is ignored."""
        if self.done:
            return
        self.done, self.failed = True, failed
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback(self)


def join(children: Sequence[Task], needed: int) -> Task:
    """Return a task that completes when `needed` children have ended, failed ones included.

    This is WhenAny with 1 and WhenAll with all: .NET's WhenAll waits for every child although the
    SDK goes on at the first error.
    """
    joined = Task()
    left = min(needed, len(children))
    if left == 0:
        joined.settle()

    def count(_child: Task) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            joined.settle()

    for child in children:
        child.when_done(count)
    return joined
