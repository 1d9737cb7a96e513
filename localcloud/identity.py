"""The managed identity endpoint in its App Service form, so that real azure-identity works.

`GET /msi/token?api-version=2019-08-01&resource=…[&client_id=…]` with `X-IDENTITY-HEADER`, answered
as App Service does (learn.microsoft.com, overview-managed-identity, "REST endpoint reference").
Tokens are JWTs whose signature nobody checks: Azurite looks at the claims only, the simulator at
the audience. `POST /_localcloud/identity` makes the endpoint fail on purpose.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TENANT_ID = "11111111-1111-1111-1111-111111111111"
_OBJECT_ID_SPACE = uuid.UUID("22222222-2222-2222-2222-222222222222")
_LIFETIME_SECONDS = 24 * 3600
_MODES = ("ok", "500", "401", "slow", "expired", "refused")
_DELAY_SECONDS = 10.0


def make_token(resource: str, client_id: str, lifetime_seconds: int = _LIFETIME_SECONDS) -> str:
    """Return an access token with the claims that Azurite and the simulator look at.

    Args:
        resource: the audience, for instance https://storage.azure.com.
        client_id: application id of the identity.
        lifetime_seconds: how long it is valid; a negative one has ended already.
    """
    now = int(time.time())
    object_id = str(uuid.uuid5(_OBJECT_ID_SPACE, client_id))
    claims = {
        "aud": resource,
        "iss": f"https://sts.windows.net/{TENANT_ID}/",
        "iat": now,
        "nbf": now - 300,
        "exp": now + lifetime_seconds,
        "tid": TENANT_ID,
        "oid": object_id,
        "sub": object_id,
        "appid": client_id,
        "idtyp": "app",
        "ver": "1.0",
        "uti": uuid.uuid4().hex,
    }
    head = _segment({"typ": "JWT", "alg": "HS256"})
    signed = f"{head}.{_segment(claims)}"
    signature = hmac.digest(b"kiln local cloud", signed.encode(), "sha256")
    return f"{signed}.{_encoded(signature)}"


@dataclass
class IdentityEndpoint:
    """The endpoint's state: its secret header, how it behaves and what it was asked.

    Args:
        header: value that callers must send as X-IDENTITY-HEADER.
        default_client_id: identity that is meant when a request names none.
    """

    header: str
    default_client_id: str
    mode: str = "ok"
    failures_left: int | None = None
    delay_seconds: float = _DELAY_SECONDS
    requests: list[dict[str, str]] = field(default_factory=list)

    def routes(self) -> list[web.RouteDef]:
        """Return what to mount on a loopback server."""
        return [
            web.get("/msi/token", self._answer_token),
            web.get("/_localcloud/identity", self._show),
            web.post("/_localcloud/identity", self._set_mode),
        ]

    async def _answer_token(self, request: web.Request) -> web.Response:
        if not hmac.compare_digest(request.headers.get("X-IDENTITY-HEADER", ""), self.header):
            return _refusal(401, "the X-IDENTITY-HEADER is not the one of this identity endpoint")
        resource = request.query.get("resource", "")
        if not resource:
            return _refusal(400, "the query parameter 'resource' is missing")
        client_id = request.query.get("client_id", self.default_client_id)
        self.requests.append({"resource": resource, "client_id": client_id})
        mode = self._next_mode()
        if mode in ("500", "401"):
            return _refusal(int(mode), "the identity endpoint was told to fail")
        if mode == "refused":
            return _refusal(400, f"No managed identity was found for client id {client_id}")
        if mode == "slow":
            await asyncio.sleep(self.delay_seconds)
        return _token_answer(resource, client_id, -60 if mode == "expired" else _LIFETIME_SECONDS)

    def _next_mode(self) -> str:
        if self.mode == "ok" or self.failures_left is None:
            return self.mode
        if self.failures_left == 0:
            self.mode, self.failures_left = "ok", None
            return self.mode
        self.failures_left -= 1
        return self.mode

    async def _show(self, _: web.Request) -> web.Response:
        return web.json_response(self._state())

    async def _set_mode(self, request: web.Request) -> web.Response:
        wanted: dict[str, Any] = await request.json()
        mode, times = wanted.get("mode"), wanted.get("times")
        if mode not in _MODES or not (times is None or isinstance(times, int)):
            allowed = f"mode one of {', '.join(_MODES)}; times a whole number or null"
            return _refusal(400, f"mode is {mode!r}, times is {times!r}; allowed are {allowed}")
        self.mode, self.failures_left = mode, times
        self.delay_seconds = float(wanted.get("delay_seconds", _DELAY_SECONDS))
        return web.json_response(self._state())

    def _state(self) -> dict[str, Any]:
        return {"mode": self.mode, "times": self.failures_left, "requests": self.requests}


def _token_answer(resource: str, client_id: str, lifetime_seconds: int) -> web.Response:
    return web.json_response(
        {
            "access_token": make_token(resource, client_id, lifetime_seconds),
            "expires_on": str(int(time.time()) + lifetime_seconds),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": client_id,
        }
    )


def _refusal(status: int, message: str) -> web.Response:
    return web.json_response({"statusCode": status, "message": message}, status=status)


def _segment(content: dict[str, Any]) -> str:
    return _encoded(json.dumps(content).encode())


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
