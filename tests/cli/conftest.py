"""Fixtures of the tests that run the new lines of pipeline."""

import threading
from http.server import ThreadingHTTPServer

import pytest

from tests.cli.agent import Kiln


@pytest.fixture
def kiln():
    """A server on a free port, gone after the test."""
    states = ["Queued", "Running", "Succeeded"]
    handler = type("Kiln", (Kiln,), {"start": 202, "states": states, "requests": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", handler
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def machine(tmp_path):
    """An agent with the folder to pack, and an `az` that only notes what it was asked."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "az").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/az.txt"\n')
    (tools / "sleep").write_text("#!/bin/sh\n")
    for tool in tools.iterdir():
        tool.chmod(0o755)
    folder = tmp_path / "webapp"
    folder.mkdir()
    (folder / "app.py").write_text("print('hello')\n")
    (tmp_path / "temp").mkdir()
    return tmp_path
