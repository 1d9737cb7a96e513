"""Asks Resource Manager what there is: plain GETs, side by side, bounded in time, never an error.

It uses the pipeline of AIB's client, so that looking needs no package more. Rights differ, services
fail: whatever is not a plain yes or no comes back as `denied` or `unknown`.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, cast

from azure_clients.azure_errors import error_code, translated
from azure_clients.image_builder import image_builder_client
from imaging.errors import AccessError, KilnError, NotFoundError
from imaging.surroundings.look import Look
from settings import settings

if TYPE_CHECKING:
    from azure.core.exceptions import HttpResponseError

_AT_ONCE = 4
_ALL_SECONDS = 20.0
_CONNECTION_SECONDS = 4
_READ_SECONDS = 8
_MOST_PAGES = 5
# A 404 of another code may mean that Kiln cannot see the subscription (SubscriptionNotFound) or
# that this cloud does not know the API version (InvalidResourceType).
_ABSENT_CODES = frozenset(
    {
        "GalleryImageNotFound",
        "ImageNotFound",
        "NotFound",
        "ParentResourceNotFound",
        "ResourceGroupNotFound",
        "ResourceNotFound",
    }
)


def look_at(paths: Iterable[str], seconds: float = _ALL_SECONDS) -> dict[str, Look]:
    """Ask for each path; the answers by path.

    Args:
        paths: paths with their query, below the endpoint of Resource Manager.
        seconds: how long all of it may take.
    """
    image_builder_client()  # made once, not by four threads
    pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="ask-azure")
    try:
        asked = {path: pool.submit(_look, path) for path in dict.fromkeys(paths)}
        wait(asked.values(), timeout=seconds)
        return {path: _answer(future, seconds) for path, future in asked.items()}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _answer(future: Future[Look], seconds: float) -> Look:
    if not future.done():
        return Look("unknown", reason=f"no answer within {seconds:g} s")
    return future.result()


def _look(path: str) -> Look:
    try:
        return Look("found", _whole_body(path))
    except NotFoundError as error:
        code = error_code(cast("HttpResponseError", error.__cause__))
        return Look("absent" if code in _ABSENT_CODES else "unknown", reason=str(error))
    except AccessError as error:
        return Look("denied", reason=str(error))
    except KilnError as error:
        return Look("unknown", reason=str(error))
    except ValueError:
        return Look("unknown", reason="the answer is no JSON")


def _whole_body(path: str) -> Any:  # noqa: ANN401 - JSON of any service
    """Get a resource, or the pages of a list as one; `nextLink` stays where there were too many."""
    body = _get(path)
    for _ in range(_MOST_PAGES - 1):
        next_page = _next_page(body)
        if next_page is None:
            break
        more = _get(next_page)
        body = more | {"value": [*body.get("value", []), *more.get("value", [])]}
    return body


def _next_page(body: Any) -> str | None:  # noqa: ANN401 - JSON of any service
    """Return where a list goes on; never another server, which would get Kiln's token."""
    link = body.get("nextLink") if isinstance(body, dict) else None
    endpoint = settings().arm_endpoint.rstrip("/") + "/"
    return link if isinstance(link, str) and link.startswith(endpoint) else None


def _get(url: str) -> Any:  # noqa: ANN401 - JSON of any service
    from azure.core.rest import HttpRequest  # noqa: PLC0415 - not at indexing

    with translated("asking"):
        response = image_builder_client().send_request(
            HttpRequest("GET", url),
            connection_timeout=_CONNECTION_SECONDS,
            read_timeout=_READ_SECONDS,
            retry_total=1,
        )
        response.raise_for_status()
        return response.json()
