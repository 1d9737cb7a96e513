"""Sizes of files are asked for as nobody; whatever happens is an answer."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from azure_clients.file_sizes import look_at_files

_LENGTHS = {"/big": "20000000", "/none": None, "/odd": "many", "/huge": "9" * 5_000}


class _Files(BaseHTTPRequestHandler):
    """Answers by path, and remembers what it was asked."""

    asked: list[tuple[str, str, dict[str, str]]]

    def do_HEAD(self) -> None:
        """Answer a HEAD."""
        self.asked.append((self.command, self.path, dict(self.headers)))
        path = self.path.partition("?")[0]
        status = 200 if path in _LENGTHS else 302 if path == "/moved" else 404
        self.send_response(status)
        length = _LENGTHS.get(path)
        if length is not None:
            self.send_header("Content-Length", length)
        if status == 302:
            self.send_header("Location", "/big")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


def _drip(server: socket.socket) -> None:
    """Answer a byte every half second."""
    connection, _ = server.accept()
    with connection, contextlib.suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X")
            time.sleep(0.5)


@pytest.fixture
def files() -> Iterator[str]:
    """A server of files on a free port."""
    _Files.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_size_is_asked_for_with_the_signature_and_no_token(files: str):
    """Whoever owns the server must not get to know who Kiln is."""
    url = f"{files}/big?sig=x"
    look = look_at_files([url, url])[url]
    assert (look.state, look.body) == ("found", 20_000_000)
    ((method, path, headers),) = _Files.asked
    assert (method, path) == ("HEAD", "/big?sig=x")
    assert headers["Accept-Encoding"] == "identity"
    assert not {name.lower() for name in headers} & {"authorization", "cookie", "x-ms-version"}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/gone", "HTTP 404 without a sign-in"),
        ("/moved", "HTTP 302 without a sign-in"),
        ("/none", "the answer tells none"),
        ("/odd", "the answer tells none"),
        ("/huge", "the answer tells none"),
    ],
)
def test_a_size_that_is_not_told_is_unknown(files: str, path: str, reason: str):
    """A redirect may lead where a recipe must not."""
    look = look_at_files([files + path])[files + path]
    assert (look.state, look.reason) == ("unknown", reason)
    assert len(_Files.asked) == 1


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("https://127.0.0.1:1/x?sig=CANARY", "ServiceRequestError"),
        ("https://a..b/x", "LocationParseError"),
        (f"https://{'a' * 64}.example/x", "LocationParseError"),
    ],
)
def test_an_address_that_nobody_answers_is_unknown(url: str, error: str):
    """The build goes on; AIB may reach it."""
    look = look_at_files([url])[url]
    assert (look.state, look.reason) == ("unknown", f"no answer: {error}")


def test_a_server_that_drips_is_not_waited_for(files: str):
    """One byte now and then would hold the build for ever."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_drip, args=(server,), daemon=True).start()
        dripping = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        looks = look_at_files([dripping, f"{files}/big"], seconds=1)
    assert looks[dripping].reason == "no answer within 1 s"
    assert looks[f"{files}/big"].state == "found"


def test_a_recipe_of_many_files_does_not_hold_up_its_build(files: str):
    """Sixteen are more than anybody has."""
    urls = [f"{files}/big?{number}" for number in range(20)]
    looks = look_at_files(urls)
    assert [look.state for look in looks.values()] == ["found"] * 16 + ["unknown"] * 4


def test_nothing_to_ask_about_asks_nothing():
    """Most recipes have no such step."""
    assert look_at_files([]) == {}
