"""The Instance Metadata Service of the build VM: tokens of the identities that the VM has.

Answers as learn.microsoft.com describes it (managed-identities: how-to-use-vm-token): header
`Metadata: true`, api-version 2018-02-01 or later, and only identities of vmProfile's
userAssignedIdentities; the template's own identity is not on the VM.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import aiohttp
from aiohttp import web

_OLDEST_VERSION = "2018-02-01"
_IDENTITY_VERSION = "2019-08-01"
_TIMEOUT = aiohttp.ClientTimeout(total=30)
_NAMES_OF_RESOURCE_ID = ("msi_res_id", "mi_res_id")


@dataclass(frozen=True)
class TokenSource:
    """The local cloud's identity endpoint, in its App Service form.

    Args:
        url: of the endpoint.
        header: value of X-IDENTITY-HEADER.
        client_id_of: client id of the identity with a given resource id.
    """

    url: str
    header: str
    client_id_of: Callable[[str], str]


class _Refused(Exception):  # noqa: N818 - it names the event
    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code


class MetadataEndpoint:
    """Answers one build VM.

    Args:
        tokens: where tokens come from.
        identities: resource ids of the VM's identities.
    """

    def __init__(self, tokens: TokenSource, identities: list[str]) -> None:
        self._tokens = tokens
        self._client_ids = {
            identity.lower(): tokens.client_id_of(identity) for identity in identities
        }

    @contextlib.asynccontextmanager
    async def serving(self, listener: socket.socket) -> AsyncIterator[None]:
        """Answer on `listener` while the block runs."""
        app = web.Application()
        app.router.add_get("/metadata/identity/oauth2/token", self._answer_token)
        app.router.add_route("*", "/{path:.*}", _answer_unknown)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.SockSite(runner, listener).start()
            yield
        finally:
            await runner.cleanup()

    async def _answer_token(self, request: web.Request) -> web.Response:
        try:
            client_id = self._identity_for(request)
        except _Refused as refusal:
            return _error(400, refusal.code, str(refusal))
        query = {
            "api-version": _IDENTITY_VERSION,
            "resource": request.query["resource"],
            "client_id": client_id,
        }
        headers = {"X-IDENTITY-HEADER": self._tokens.header}
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as session,
                session.get(self._tokens.url, params=query, headers=headers) as answer,
            ):
                if answer.status != 200:  # noqa: PLR2004 - OK
                    text = await answer.text()
                    return _error(answer.status, "unknown", f"Failed to retrieve token: {text}")
                token = await answer.json()
        except (aiohttp.ClientError, TimeoutError) as error:
            return _error(500, "unknown", f"Failed to retrieve token: {error}")
        return web.json_response(_as_vm_answer(token, client_id))

    def _identity_for(self, request: web.Request) -> str:
        """Return the client id of the identity that is asked for."""
        if request.headers.get("Metadata") != "true":
            raise _Refused("bad_request_102", "Required metadata header not specified")
        query = request.query
        if query.get("api-version", "") < _OLDEST_VERSION:
            raise _Refused("invalid_request", f"api-version must be {_OLDEST_VERSION} or later")
        if not query.get("resource"):
            raise _Refused("invalid_request", "Required query variable 'resource' is missing")
        resource_ids = [query[name] for name in _NAMES_OF_RESOURCE_ID if name in query]
        if resource_ids:
            found = self._client_ids.get(resource_ids[0].lower())
        elif "client_id" in query:
            known = self._client_ids.values()
            found = next((known_id for known_id in known if known_id == query["client_id"]), None)
        else:
            found = self._only_identity()
        if found is None:
            raise _Refused("invalid_request", "Identity not found")
        return found

    def _only_identity(self) -> str | None:
        if len(self._client_ids) > 1:
            raise _Refused(
                "invalid_request",
                "Multiple user assigned identities exist, please specify the clientId / resourceId "
                "of the identity in the token request",
            )
        return next(iter(self._client_ids.values()), None)


def _as_vm_answer(token: dict[str, str], client_id: str) -> dict[str, str]:
    """Return the identity endpoint's answer in the form of the metadata service: all texts."""
    now = int(time.time())
    expires_on = int(token["expires_on"])
    return {
        "access_token": token["access_token"],
        "client_id": client_id,
        "expires_in": str(max(0, expires_on - now)),
        "expires_on": str(expires_on),
        "ext_expires_in": str(max(0, expires_on - now)),
        "not_before": str(now - 300),
        "resource": token["resource"],
        "token_type": "Bearer",
    }


async def _answer_unknown(request: web.Request) -> web.Response:
    return _error(404, "not_found", f"{request.path} is not simulated in the local build VM")


def _error(status: int, code: str, description: str) -> web.Response:
    return web.json_response({"error": code, "error_description": description}, status=status)
