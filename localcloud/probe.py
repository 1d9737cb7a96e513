"""Asks a server of the local cloud whether it answers, without any of the SDKs."""

from __future__ import annotations

import http.client
import ssl

from localcloud.endpoints import LOOPBACK

_TIMEOUT_SECONDS = 2.0


def answered_status(
    port: int, path: str = "/", context: ssl.SSLContext | None = None
) -> int | None:
    """Return the status of GET `path` on a loopback port; None if nothing answers there.

    Args:
        port: the port.
        path: path to ask for.
        context: for an HTTPS server, what to trust.
    """
    connection: http.client.HTTPConnection
    if context is None:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_TIMEOUT_SECONDS)
    else:
        connection = http.client.HTTPSConnection(
            LOOPBACK, port, timeout=_TIMEOUT_SECONDS, context=context
        )
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
