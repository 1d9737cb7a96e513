"""Asks how big files are that a recipe names: one HEAD each, as nobody, and never an error.

No token goes out, no redirect is followed and nothing is logged: the address is whatever a recipe
says, and may hold a signature. What answers is whatever stands there, so neither its time nor its
words are trusted.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from imaging.surroundings.look import Look

if TYPE_CHECKING:
    from azure.core import PipelineClient
    from azure.core.rest import HttpRequest, HttpResponse

_MOST_FILES = 16
_ALL_SECONDS = 10.0
_CONNECTION_SECONDS = 3
_READ_SECONDS = 5
_OK = 200
_UNPACKED = {"Accept-Encoding": "identity"}  # else the length may be of a packed form
_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
_NOT_ASKED = Look("unknown", reason="too many files to ask about")


def look_at_files(urls: Iterable[str], seconds: float = _ALL_SECONDS) -> dict[str, Look]:
    """Ask for the size of each file; the answers by address, found ones with bytes as their body.

    Args:
        urls: https addresses; those with a signature are asked with it.
        seconds: how long all of it may take.
    """
    wanted = list(dict.fromkeys(urls))
    asked = wanted[:_MOST_FILES]
    late = Look("unknown", reason=f"no answer within {seconds:g} s")
    looks = dict.fromkeys(wanted, _NOT_ASKED) | dict.fromkeys(asked, late)
    if not asked:
        return looks
    answered: dict[str, Look] = {}
    # Not a pool, whose threads are waited for when the process ends: a server may answer for hours.
    threads = [threading.Thread(target=_ask, args=(url, answered), daemon=True) for url in asked]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return looks | answered.copy()


def _ask(url: str, answered: dict[str, Look]) -> None:
    from azure.core import PipelineClient  # noqa: PLC0415 - not at indexing
    from azure.core.rest import HttpRequest  # noqa: PLC0415 - not at indexing

    client: PipelineClient[HttpRequest, HttpResponse]
    try:
        with PipelineClient("https://", policies=[]) as client:
            answered[url] = _look(client, HttpRequest("HEAD", url, headers=_UNPACKED))
    except Exception as error:  # noqa: BLE001 - the libraries below the SDK raise errors of their own
        answered[url] = Look("unknown", reason=f"no answer: {type(error).__name__}")


def _look(client: PipelineClient[HttpRequest, HttpResponse], request: HttpRequest) -> Look:
    answer = client.send_request(
        request,
        connection_timeout=_CONNECTION_SECONDS,
        read_timeout=_READ_SECONDS,
        stream=True,  # a body belongs to no HEAD, and is not waited for
    )
    answer.close()
    length = answer.headers.get("Content-Length", "")
    if answer.status_code != _OK:
        return Look("unknown", reason=f"HTTP {answer.status_code} without a sign-in")
    if not _LENGTH.fullmatch(length):
        return Look("unknown", reason="the answer tells none")
    return Look("found", int(length))
