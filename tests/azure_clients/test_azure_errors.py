"""What the SDKs raise becomes one question: does the same call help later?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from azure.core import PipelineClient
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
)
from azure.core.rest import HttpRequest

from azure_clients.azure_errors import first_line, translated
from imaging.errors import (
    AccessError,
    ConflictError,
    NotFoundError,
    PermanentError,
    RequestError,
    TransientError,
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server that answers what the query asks for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked = dict(parse_qsl(urlsplit(self.path).query))
            self.send_response(int(asked["status"]))
            if "wait" in asked:
                self.send_header("Retry-After", asked["wait"])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(asked["body"])))
            self.end_headers()
            self.wfile.write(asked["body"].encode())

        def log_message(self, *args: object):
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


@pytest.fixture
def answer(server: str) -> Callable[..., HttpResponseError]:
    """Build the SDK's error from a real answer."""

    def ask(status: int, body: object = None, wait: str | None = None) -> HttpResponseError:
        query = urlencode(
            {"status": status, "body": json.dumps(body or {})} | ({"wait": wait} if wait else {})
        )
        with PipelineClient(server) as client:
            response = client.send_request(HttpRequest("GET", f"{server}/?{query}"))
            response.read()
            return HttpResponseError(response=response)

    return ask


def raised(error: Exception) -> Exception:
    """Return what `translated` makes of an error."""
    with pytest.raises(Exception) as caught, translated("creating template t_1"):  # noqa: PT011
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RequestError),
        (401, AccessError),
        (403, AccessError),
        (404, NotFoundError),
        (409, ConflictError),
        (412, ConflictError),
        (418, PermanentError),
        (200, TransientError),
        (202, TransientError),
        (408, TransientError),
        (429, TransientError),
        (500, TransientError),
        (503, TransientError),
        (504, TransientError),
    ],
)
def test_a_status_is_permanent_or_transient(answer, status: int, kind: type[Exception]):
    """The table of what is tried again."""
    assert type(raised(answer(status))) is kind


def test_a_refused_deletion_is_worth_waiting_for(answer):
    """AIB answers 409, one thread says 405, while a run is under way."""
    body = {"error": {"code": "OperationNotAllowed", "message": "run state: running"}}
    assert isinstance(raised(answer(409, body)), TransientError)
    assert isinstance(raised(answer(405, body)), TransientError)


def test_a_token_that_ended_is_worth_another_try(answer):
    """Builds take hours; a token's last second must not be a build's."""
    body = {"error": {"code": "ExpiredAuthenticationToken", "message": "has expired"}}
    assert isinstance(raised(answer(401, body)), TransientError)


def test_azures_own_words_are_kept(answer):
    """The code is what people search for."""
    body = {"error": {"code": "LinkedAuthorizationFailed", "message": "The client has no rights."}}
    assert str(raised(answer(403, body))) == (
        "creating template t_1: LinkedAuthorizationFailed: The client has no rights."
    )


def test_the_pause_that_azure_asks_for_is_kept(answer):
    """The plan waits, not the activity."""
    error = raised(answer(429, None, "17"))
    assert isinstance(error, TransientError)
    assert error.retry_after_seconds == 17


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("asked", [None, "0", "Sun, 22 Nov 2026 15:00:00 GMT"])
def test_a_service_that_throttles_without_a_pause_is_known_as_throttling(
    answer, status: int, asked: str | None
):
    """It must not be asked again within seconds."""
    error = raised(answer(status, None, asked))
    assert isinstance(error, TransientError)
    assert (error.retry_after_seconds, error.is_throttled) == (None, True)


def test_no_answer_is_worth_another_try():
    """A connection that was cut says nothing about the next one."""
    assert isinstance(raised(ServiceRequestError("refused")), TransientError)


def test_a_body_that_is_cut_off_is_worth_another_try():
    """The SDK gives it no status, although the answer had one."""
    assert isinstance(raised(IncompleteReadError("17 of 4711 bytes")), TransientError)


def test_a_credential_without_token_is_worth_another_try():
    """The identity endpoint of a fresh instance may be late."""
    assert isinstance(raised(HttpResponseError("ManagedIdentity: no response")), TransientError)


def test_throttling_is_called_by_its_name(answer):
    """A person who waits reads this in the build's status."""
    body = {"error": {"code": "SubscriptionRequestsThrottled", "message": "Too many reads."}}
    told = "throttled (HTTP 429): SubscriptionRequestsThrottled: Too many reads."
    assert str(raised(answer(429, body))) == f"creating template t_1: {told}"


def test_why_there_is_no_token_is_told():
    """The credential's first line says only that there is none."""
    text = (
        "DefaultAzureCredential failed to retrieve a token from the included credentials.\n"
        "Attempted credentials:\n"
        "\tManagedIdentityCredential: Token request error: 400, No managed identity was found\n"
        "To mitigate this issue, please refer to the troubleshooting guidelines here at https://x"
    )
    assert str(raised(ClientAuthenticationError(text))) == (
        "creating template t_1: Kiln's identity gets no token: ManagedIdentityCredential: "
        "Token request error: 400, No managed identity was found"
    )


def test_an_answer_that_is_no_json_is_worth_another_try():
    """Proxies answer a page of their own, with status 200."""
    with pytest.raises(TransientError, match="no JSON"), translated("reading template t_1"):
        json.loads("<html>")


def test_no_signature_gets_into_a_message():
    """SDK texts quote URLs; a SAS in one would be stored in Durable's history."""
    text = "could not copy https://a.blob.core.windows.net/c/b?sp=r&sig=abc%3D to x\nRequestId: 1"
    assert first_line(text) == "could not copy https://a.blob.core.windows.net/c/b to x"
