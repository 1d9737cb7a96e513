"""What was seen fine a while ago and need not be asked again."""

from __future__ import annotations

import time
from collections.abc import Callable


class Recollection:
    """Remembers for a while that something was fine; what was not fine is asked again at once."""

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._now = now
        self._seen_fine: float | None = None

    def keep(self) -> None:
        """Remember that it is fine now."""
        self._seen_fine = self._now()

    def forget(self) -> None:
        """Ask again next time."""
        self._seen_fine = None

    @property
    def is_fresh(self) -> bool:
        """Whether it was fine not long ago."""
        return self._seen_fine is not None and self._now() - self._seen_fine < self._seconds
