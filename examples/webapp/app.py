"""A web app small enough to read in a minute: serves `static/` and answers /healthz.

The example recipe puts it into an image, where systemd starts it (webapp.service).
"""  # noqa: INP001 - a program, not a package

from __future__ import annotations

import json
import platform
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PORT = 8080
STATIC = Path(__file__).parent / "static"


class Pages(SimpleHTTPRequestHandler):
    """Serves files, and one address that says how the app is."""

    def do_GET(self) -> None:
        """Answer a GET request."""
        if self.path != "/healthz":
            super().do_GET()
            return
        body = json.dumps({"status": "ok", "host": platform.node()}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def make_server(port: int = PORT) -> ThreadingHTTPServer:
    """Return the server, listening on all addresses of the machine."""
    return ThreadingHTTPServer(("", port), partial(Pages, directory=str(STATIC)))


if __name__ == "__main__":
    make_server().serve_forever()
