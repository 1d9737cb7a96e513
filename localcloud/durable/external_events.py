"""External events inside one episode: who waits, what is buffered.

As DurableOrchestrationContext does it: names ignore case, the last waiter is served first, an event
that nobody waits for is kept.
"""

from __future__ import annotations

from localcloud.durable.tasks import Task


class ExternalEvents:
    """Waiters and unread events, by name."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Task]] = {}
        self._unread: dict[str, int] = {}

    def wait(self, name: str) -> Task:
        """Return a task that completes with the next event of this name, or with an unread one."""
        key, waiter = name.lower(), Task()
        if self._unread.get(key):
            self._unread[key] -= 1
            waiter.settle()
        else:
            self._waiting.setdefault(key, []).append(waiter)
        return waiter

    def take(self, name: str) -> None:
        """Give an event that has arrived to the latest waiter, or keep it."""
        key = name.lower()
        waiters = self._waiting.get(key)
        if waiters:
            waiters.pop().settle()
        else:
            self._unread[key] = self._unread.get(key, 0) + 1
