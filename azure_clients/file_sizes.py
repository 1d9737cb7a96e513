"""Asks how big files are that a recipe names: one HEAD each, as nobody, and never an error.

No token goes out, no redirect is followed and nothing is logged: the address is whatever a recipe
says, and may hold a signature.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from imaging.surroundings.look import Look

if TYPE_CHECKING:
    from azure.core import PipelineClient
    from azure.core.rest import HttpRequest, HttpResponse

_AT_ONCE = 4
_MOST_FILES = 16
_CONNECTION_SECONDS = 3
_READ_SECONDS = 5
_OK = 200
_UNPACKED = {"Accept-Encoding": "identity"}  # else the length may be of a packed form
_NOT_ASKED = Look("unknown", reason="too many files to ask about")


def look_at_files(urls: Iterable[str]) -> dict[str, Look]:
    """Ask for the size of each file; the answers by address, found ones with bytes as their body.

    Args:
        urls: https addresses; those with a signature are asked with it.
    """
    from azure.core import PipelineClient  # noqa: PLC0415 - not at indexing

    wanted = list(dict.fromkeys(urls))
    looks = dict.fromkeys(wanted, _NOT_ASKED)
    if not wanted:
        return looks
    client: PipelineClient[HttpRequest, HttpResponse]
    with PipelineClient("https://", policies=[]) as client, ThreadPoolExecutor(_AT_ONCE) as pool:
        asked = wanted[:_MOST_FILES]
        answers = pool.map(lambda url: _look(client, url), asked)
        return looks | dict(zip(asked, answers, strict=True))


def _look(client: PipelineClient[HttpRequest, HttpResponse], url: str) -> Look:
    from azure.core.exceptions import AzureError  # noqa: PLC0415 - not at indexing
    from azure.core.rest import HttpRequest  # noqa: PLC0415 - not at indexing

    try:
        answer = client.send_request(
            HttpRequest("HEAD", url, headers=_UNPACKED),
            connection_timeout=_CONNECTION_SECONDS,
            read_timeout=_READ_SECONDS,
            stream=True,  # a body belongs to no HEAD, and is not waited for
        )
        answer.close()
    except AzureError as error:
        return Look("unknown", reason=f"no answer: {type(error).__name__}")
    length = answer.headers.get("Content-Length", "")
    if answer.status_code != _OK:
        return Look("unknown", reason=f"HTTP {answer.status_code} without a sign-in")
    if not length.isdecimal():
        return Look("unknown", reason="the answer tells none")
    return Look("found", int(length))
