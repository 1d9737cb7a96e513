"""JSON bodies as AIB sends them: `application/json` without a character set (recorded)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aiohttp import web


def json_answer(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return a response with this body."""
    content = json.dumps(body).encode()
    given = {"Content-Type": "application/json"} | dict(headers or {})
    return web.Response(body=content, status=status, headers=given)
