"""What requests to the management API may say: query values, JSON bodies.

Keys are case-insensitive. A value that cannot be read counts as absent, as the extension's
TryParse does it.
"""

from __future__ import annotations

import contextlib
import json
from datetime import datetime, timedelta

from aiohttp import web

from localcloud.durable.history import dump, parse_time
from localcloud.durable.instance import Status
from localcloud.durable.instance_query import InstanceQuery


class InvalidJson(ValueError):  # noqa: N818 - the request's fault
    """The body is not JSON."""


class QueryValues:
    """The query of one request, by lower-case keys."""

    def __init__(self, request: web.Request) -> None:
        self._values: dict[str, list[str]] = {}
        for key, value in request.query.items():
            self._values.setdefault(key.lower(), []).append(value)

    def text(self, key: str) -> str | None:
        """Return the first value, None if there is none."""
        return self._values.get(key.lower(), [None])[0]

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false, the default for anything else."""
        value = (self.text(key) or "").strip().lower()
        return value == "true" if value in ("true", "false") else default

    def count(self, key: str) -> int:
        """Return a whole number, 0 if there is none."""
        with contextlib.suppress(ValueError):
            return max(0, int(self.text(key) or 0))
        return 0

    def seconds(self, key: str) -> timedelta | None:
        """Return a duration given in seconds."""
        with contextlib.suppress(ValueError, OverflowError):
            return timedelta(seconds=float(self.text(key) or "absent"))
        return None

    def time(self, key: str) -> datetime | None:
        """Return an ISO time."""
        with contextlib.suppress(ValueError):
            # A plus sign in a query that nobody encoded arrives as a blank.
            return parse_time((self.text(key) or "").replace(" ", "+"))
        return None

    def statuses(self) -> frozenset[Status]:
        """Return the runtime statuses asked for; unknown ones are left out."""
        named = ",".join(self._values.get("runtimestatus", [])).split(",")
        return frozenset(status for status in Status if status.value in named)

    def filter(self, continuation: str | None = None, *, paged: bool = True) -> InstanceQuery:
        """Return the filter that the query describes."""
        return InstanceQuery(
            created_from_utc=self.time("createdTimeFrom"),
            created_to_utc=self.time("createdTimeTo"),
            statuses=self.statuses(),
            id_prefix=self.text("instanceIdPrefix") or "",
            limit=self.count("top") if paged else 0,
            continuation=continuation,
        )


async def json_body(request: web.Request) -> str | None:
    """Return the body as JSON text, None if it is empty.

    Raises:
        InvalidJson: it is not JSON.
    """
    body = await request.read()
    if not body:
        return None
    try:
        return dump(json.loads(body))
    except (ValueError, RecursionError) as error:
        raise InvalidJson(str(error)) from error
