"""One answer of Azure's, as plain JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Look:
    """What Azure answered to one GET.

    Args:
        state: found; absent (Azure says that there is none); denied (no right to look); or unknown.
        body: the JSON of what was found.
        reason: why it is unknown.
    """

    state: Literal["found", "absent", "denied", "unknown"]
    body: Any = None
    reason: str = ""
