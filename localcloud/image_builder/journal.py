"""The journal: every call that reached the simulator, so that tests count side effects."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from localcloud.image_builder.simulator_store import SimulatorStore


@dataclass
class JournalEntry:
    """One call.

    Args:
        seq: its number, from 1.
        time_utc: when it came, on the cloud's clock.
        call: name of the call (`put_template`, `run`, …); empty for what is not simulated.
        status: HTTP status; None while it is served or when the connection was cut.
        template: name of the template, if the call is about one.
        tags: the template's tags at the end of the call; a build is found by its tag.
        fault: id of the fault plan that hit it.
    """

    seq: int
    time_utc: datetime
    method: str
    path: str
    call: str = ""
    status: int | None = None
    template: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    fault: str | None = None
    api_version: str = ""
    client_request_id: str = ""

    def shown(self) -> dict[str, Any]:
        """Return the entry as JSON."""
        return asdict(self) | {"time_utc": self.time_utc.isoformat()}


class Journal:
    """The entries of a simulator, over all its starts."""

    def __init__(self, store: SimulatorStore) -> None:
        self._store = store
        self._last = store.last_call()

    def open_entry(self, time_utc: datetime, method: str, path: str) -> JournalEntry:
        """Begin the next entry; the caller fills it in and saves it."""
        self._last += 1
        entry = JournalEntry(self._last, time_utc, method, path)
        self.save(entry)
        return entry

    def save(self, entry: JournalEntry) -> None:
        """Store the entry as it is now."""
        self._store.put_call(entry.seq, json.dumps(entry.shown()))

    def listed(self, **wanted: str) -> list[dict[str, Any]]:
        """Return the entries whose fields have the wanted values."""
        entries = [json.loads(entry) for entry in self._store.calls()]
        return [e for e in entries if all(str(e.get(name)) == v for name, v in wanted.items())]
