"""What was seen fine a while ago and need not be asked again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

# Nobody has so many recipes; it only keeps a process that lives for weeks from growing.
_MOST: Final = 1_000


class Recollection:
    """Remembers things by name that were fine; what was not fine is asked again at once."""

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._now = now
        self._seen_fine: dict[str, float] = {}

    def keep(self, name: str) -> None:
        """Remember that a thing is fine now."""
        if len(self._seen_fine) >= _MOST:
            self._seen_fine.clear()
        self._seen_fine[name] = self._now()

    def forget(self) -> None:
        """Ask for everything again next time."""
        self._seen_fine.clear()

    def is_fresh(self, name: str) -> bool:
        """Tell whether a thing was fine not long ago."""
        seen_fine = self._seen_fine.get(name)
        return seen_fine is not None and self._now() - seen_fine < self._seconds
