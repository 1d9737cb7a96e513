"""A small server that stands for IMDS and Blob storage, as far as a download needs them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN = "canary-token"


@dataclass
class Storage:
    """What the server holds and what it was asked.

    Args:
        content: the blob.
        cut_after: bytes after which the first download breaks off.
        identity: resource id that IMDS knows.
        signature: query that opens the blob; then a token does not.
    """

    content: bytes
    cut_after: int | None = None
    identity: str = ""
    address: str = ""
    ranges: list[str] = field(default_factory=list)
    refuse_blob: bool = False
    signature: str = ""


@contextmanager
def serving(storage: Storage) -> Iterator[Storage]:
    """Serve on a free loopback port until the test is over."""
    handler = type("Asked", (_Asked,), {"storage": storage})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    storage.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield storage
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Asked(BaseHTTPRequestHandler):
    storage: Storage

    def do_GET(self) -> None:
        """Answer as IMDS below /metadata and as Blob storage elsewhere."""
        if self.path.startswith("/metadata/"):
            self._token()
        else:
            self._blob()

    def log_message(self, *_: object) -> None:
        """Be quiet."""

    def _token(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        known = query.get("msi_res_id") == [self.storage.identity]
        if self.headers.get("Metadata") != "true" or not known:
            self._answer(
                400, b'{"error":"invalid_request","error_description":"Identity not found"}'
            )
            return
        assert query["resource"] == ["https://storage.azure.com/"]
        self._answer(200, b'{"access_token":"%s","expires_in":"3599"}' % TOKEN.encode())

    def _blob(self) -> None:
        token, query = self.headers.get("Authorization"), urlsplit(self.path).query
        if self.storage.signature:
            fine = query == self.storage.signature and token is None
        else:
            fine = token == f"Bearer {TOKEN}" and bool(self.headers.get("x-ms-version"))
        if not fine or self.storage.refuse_blob:
            self._answer(403, b"AuthorizationPermissionMismatch")
            return
        wanted = self.headers.get("Range") or ""
        self.storage.ranges.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-") or 0)
        rest = self.storage.content[start:]
        cut, self.storage.cut_after = self.storage.cut_after, None
        total = len(self.storage.content)
        extra = {"Content-Range": f"bytes {start}-{total - 1}/{total}"} if wanted else {}
        self._answer(206 if wanted else 200, rest, cut, extra)

    def _answer(
        self, status: int, body: bytes, cut: int | None = None, extra: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (extra or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:cut])
        self.close_connection = True
