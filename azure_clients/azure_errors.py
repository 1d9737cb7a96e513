"""Turns what the Azure SDKs raise into Kiln's own errors, once.

Classified by status and error code, never by the SDK's class: every 409 is a ResourceExistsError
there (azure-core 1.41).
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from imaging.errors import (
    AccessError,
    ConflictError,
    KilnError,
    NotFoundError,
    PermanentError,
    RequestError,
    SettingsError,
    TransientError,
)
from imaging.redaction import without_queries

if TYPE_CHECKING:
    from azure.core.exceptions import HttpResponseError

_TRANSIENT_STATUSES = frozenset({408, 500, 502, 504})
_THROTTLING = {429: "throttled", 503: "busy"}
# Below it Azure refused nothing: an endpoint that gives no token and a body that is cut off raise
# without a status, a body that cannot be read and an unexpected success with that of the answer.
_REFUSED = 400
# The second is answered to a token that ended on its way; the next call has a new one.
_WAIT_CODES = frozenset({"OperationNotAllowed", "ExpiredAuthenticationToken"})
# Kiln makes no containers; one that is missing is no missing recipe, upload or build.
_NO_CONTAINER = "ContainerNotFound"
_LONGEST_TEXT = 600
# azure-identity puts the cause behind a line that says nothing; there is one credential to try.
_NO_TOKEN = re.compile(r"failed to retrieve a token.*?Attempted credentials:\s*", re.DOTALL)
_KINDS: dict[int, type[PermanentError]] = {
    400: RequestError,
    401: AccessError,
    403: AccessError,
    404: NotFoundError,
    409: ConflictError,
    412: ConflictError,
}


@contextlib.contextmanager
def translated(what: str) -> Iterator[None]:
    """Raise Kiln's error for whatever the SDK raises in the block.

    Args:
        what: what was tried, as it shall stand before the reason ("creating template t_1").

    Raises:
        PermanentError: a subclass, by status.
        TransientError: the service was busy, broken or could not be reached.
    """
    from azure.core.exceptions import (  # noqa: PLC0415 - not at indexing
        AzureError,
        HttpResponseError,
    )

    try:
        yield
    except HttpResponseError as error:
        raise _of_response(what, error) from error
    except AzureError as error:
        raise TransientError(f"{what}: {first_line(str(error))}") from error
    except json.JSONDecodeError as error:
        raise TransientError(f"{what}: the answer is no JSON, as of a proxy between") from error


def first_line(text: str) -> str:
    """Return the readable first line of an SDK's text, without any query string in it."""
    if found := _NO_TOKEN.search(text):
        return f"Kiln's identity gets no token: {first_line(text[found.end() :])}"
    line = next((part.strip() for part in text.splitlines() if part.strip()), "no reason was given")
    return without_queries(line)[:_LONGEST_TEXT]


def error_code(error: HttpResponseError) -> str:
    """Return the service's own code, of either envelope, or an empty string."""
    storage_code = getattr(error, "error_code", None)
    if storage_code:
        return str(getattr(storage_code, "value", storage_code))
    return (error.error.code or "") if error.error else ""


def _of_response(what: str, error: HttpResponseError) -> KilnError:
    status = error.status_code or 0
    code = error_code(error)
    reason = first_line((error.error.message if error.error else None) or error.message)
    if code and not reason.startswith(code):
        reason = f"{code}: {reason}"
    if told := _THROTTLING.get(status):
        text = f"{what}: {told} (HTTP {status}): {reason}"
        return TransientError(text, _retry_after_seconds(error), is_throttled=True)
    text = f"{what}: {reason}"
    if code == _NO_CONTAINER:
        return SettingsError(f"{text} Create it, or correct the app setting that names it")
    if status < _REFUSED or status in _TRANSIENT_STATUSES or code in _WAIT_CODES:
        return TransientError(text, _retry_after_seconds(error))
    return _KINDS.get(status, PermanentError)(text)


def _retry_after_seconds(error: HttpResponseError) -> float | None:
    headers = getattr(error.response, "headers", {})
    asked = headers.get("Retry-After", "")
    # Zero is no pause, and a date is not what Azure sends.
    return (float(asked) or None) if asked.isdecimal() else None
