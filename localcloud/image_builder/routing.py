"""Finds out which call a request is: ARM's paths, compared in any case.

A route is written as `subscriptions/{subscription}/…`; `{name}` takes one segment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from aiohttp import web

from localcloud.image_builder.api_versions import ApiVersion
from localcloud.image_builder.exceptions import (
    api_version_unknown,
    invalid_json,
    not_simulated,
)
from localcloud.image_builder.faults import NO_PLAN, Answer
from localcloud.image_builder.simulator import Simulator


@dataclass(frozen=True)
class CallContext:
    """One call on its way through the simulator.

    Args:
        name: name of the call, as fault plans and the journal use it.
        names: what stood in the path's placeholders.
        version: API version of the request.
        plan: what a fault plan says about the work; nothing, most of the time.
    """

    name: str
    simulator: Simulator
    request: web.Request
    names: dict[str, str]
    version: ApiVersion
    body: bytes = b""
    plan: Answer = field(default=NO_PLAN)

    @property
    def group_id(self) -> str:
        """The resource group in the path."""
        subscription, group = self.names["subscription"], self.names["group"]
        return f"/subscriptions/{subscription}/resourceGroups/{group}"

    def check_version(self, resource_type: str, known: tuple[str, ...]) -> None:
        """Let an API version through that the resource type has.

        Raises:
            ArmError: it is none of the known ones.
        """
        if self.version.name not in known:
            raise api_version_unknown(resource_type, self.version.name, known)

    def json_object(self) -> dict[str, Any]:
        """Return the body.

        Raises:
            ArmError: it is no JSON object, or nested without end.
        """
        try:
            body = json.loads(self.body)
            # Half a surrogate pair becomes U+FFFD, as in Go (encoding/json, "Unmarshal").
            text = json.dumps(body, ensure_ascii=False).encode("utf-16", "surrogatepass")
        except (ValueError, RecursionError):
            raise invalid_json() from None
        if not isinstance(body, dict):
            raise invalid_json()
        whole: dict[str, Any] = json.loads(text.decode("utf-16", "replace"))
        return whole


Respond = Callable[[CallContext], Awaitable[web.Response]]


@dataclass(frozen=True)
class Route:
    """One call: its name, method, path and what answers it."""

    name: str
    method: str
    path: str
    respond: Respond

    def match(self, path: str) -> dict[str, str] | None:
        """Return the placeholders' values when the path is this route's."""
        found = _pattern(self.path).fullmatch(path.strip("/"))
        return found.groupdict() if found else None


@cache
def _pattern(path: str) -> re.Pattern[str]:
    parts = [
        f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part)
        for part in path.split("/")
    ]
    return re.compile("/".join(parts), re.IGNORECASE)


def find_route(routes: list[Route], method: str, path: str) -> tuple[Route, dict[str, str]]:
    """Return the route of a request and its placeholders' values.

    Raises:
        ArmError: the simulator does not know the path, or not with this method (501).
    """
    for route in routes:
        if route.method == method and (names := route.match(path)) is not None:
            return route, names
    raise not_simulated(f"{method} {path}")
