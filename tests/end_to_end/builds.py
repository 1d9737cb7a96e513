"""What end-to-end tests do over and over: zip, upload, call, wait, count."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from localcloud.client import CloudClient

FILES = {
    "app.py": "print('hello')\n",
    "static/index.html": "<h1>hello</h1>\n",
    "webapp.service": "[Service]\nExecStart=/usr/bin/python3 /opt/webapp/app.py\n",
}
_LONGEST_SECONDS = 240.0

Found = TypeVar("Found")


def make_zip(path: Path, files: Mapping[str, str | bytes] | None = None) -> Path:
    """Write a zip; without files, the little web app that the example recipe installs."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (files or FILES).items():
            archive.writestr(name, content)
    return path


def upload(
    cloud: CloudClient, path: Path, recipe: str = "webapp", file_name: str = "build.zip"
) -> str:
    """Upload under a name that no other test uses; return the blob's name."""
    blob_name = f"{recipe}/{uuid.uuid4().hex[:8]}/{file_name}"
    cloud.upload(path, blob_name)
    return blob_name


def build_of(cloud: CloudClient, blob_name: str) -> dict[str, Any]:
    """Wait until the build of an upload has ended, and return what the HTTP API says of it."""
    return ended(cloud, wait_until(lambda: _build_id(cloud, blob_name)))


def ended(cloud: CloudClient, build_id: str) -> dict[str, Any]:
    """Wait until a build has ended."""
    return wait_until(lambda: _ended(cloud.build(build_id)))


def wait_until(look: Callable[[], Found | None]) -> Found:
    """Look until something is found."""
    deadline = time.monotonic() + _LONGEST_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
    return found


def _build_id(cloud: CloudClient, blob_name: str) -> str | None:
    for build_id, claim in cloud.claims().items():
        artifact = claim["request"]["artifact"]
        if artifact and artifact["blob_name"] == blob_name:
            return build_id
    return None


def _ended(build: dict[str, Any] | None) -> dict[str, Any] | None:
    return build if build and build["state"] in {"Succeeded", "Failed"} else None


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)


def call(
    cloud: CloudClient,
    method: str,
    path: str,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Call the host with the function key, unless the headers have another one ("": none)."""
    keyed = {"x-functions-key": cloud.endpoints.function_key, **(headers or {})}
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        cloud.endpoints.host_url + path,
        data=content,
        method=method,
        headers={name: value for name, value in keyed.items() if value},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, dict(answer.headers), answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, dict(error.headers), error.read().decode())


def claimed_blobs(cloud: CloudClient) -> list[str]:
    """Name the artifact of every claimed build that has one."""
    artifacts = [claim["request"]["artifact"] for claim in cloud.claims().values()]
    return [artifact["blob_name"] for artifact in artifacts if artifact]


def side_effects(cloud: CloudClient, template_name: str) -> Counter[str]:
    """Count what Resource Manager was asked to do for one template."""
    calls = [e["call"] for e in cloud.journal() if e["template"] == template_name]
    return Counter(calls)
