"""A simulator on a test's own event loop: a settable clock, a token, plain HTTP calls."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from localcloud.clock import SkippingClock
from localcloud.image_builder.build_vm_protocol import BuildResult, DownloadedFile, FetchFailed
from localcloud.image_builder.server import SIMULATOR, make_app
from localcloud.image_builder.simulator import Simulator
from localcloud.image_builder.simulator_settings import SimulatorSettings
from tests.sample_source import UBUNTU

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/kiln-local"
TEMPLATES = f"{GROUP}/providers/Microsoft.VirtualMachineImages/imageTemplates"
GALLERY_IMAGE = f"{GROUP}/providers/Microsoft.Compute/galleries/kilnlocal/images/webapp"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/aib"
API = "2025-10-01"


def token(audience: str = "https://management.azure.com", lifetime_seconds: int = 3600) -> str:
    """Return what stands for a token of the identity endpoint."""
    claims = json.dumps({"aud": audience, "exp": int(time.time()) + lifetime_seconds}).encode()
    return f"e30.{base64.urlsafe_b64encode(claims).rstrip(b'=').decode()}.sig"


def template_body(**properties: Any) -> dict[str, Any]:
    """Return a small valid template; properties replace those of the same name."""
    return {
        "location": "westeurope",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}},
        "tags": {"kiln-build-id": "b1"},
        "properties": {
            "source": dict(UBUNTU),
            "customize": [{"type": "Shell", "name": "hello", "inline": ["echo hello"]}],
            "distribute": [
                {
                    "type": "SharedImage",
                    "runOutputName": "image",
                    "galleryImageId": GALLERY_IMAGE,
                    "replicationRegions": ["westeurope"],
                }
            ],
        }
        | properties,
    }


@dataclass
class MemoryFetcher:
    """Serves downloads from a dict; what is not in it cannot be had."""

    content: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def fetch(self, url: str, identity_client_id: str, target: Path) -> str:
        """Write the content and return its digest."""
        self.asked.append((url, identity_client_id))
        if url not in self.content:
            raise FetchFailed("404 Not Found")
        target.write_bytes(self.content[url])  # noqa: ASYNC240 - a few bytes
        return hashlib.sha256(self.content[url]).hexdigest()

    async def put(self, url: str, identity_client_id: str, content: Path) -> None:
        """Keep the file's bytes."""
        self.asked.append((url, identity_client_id))
        self.content[url] = content.read_bytes()  # noqa: ASYNC240 - a few bytes


@dataclass
class MemoryLogStore:
    """Keeps uploads in a dict."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    account_name: str = "aibstaging"
    blob_endpoint: str = "https://127.0.0.1:1/aibstaging"

    async def upload(self, container: str, blob_name: str, content: Path) -> None:
        """Keep the file's bytes."""
        self.blobs[f"{container}/{blob_name}"] = content.read_bytes()  # noqa: ASYNC240 - a few bytes

    async def delete(self, container: str, prefix: str) -> None:
        """Forget what begins with the prefix."""
        for name in [n for n in self.blobs if n.startswith(f"{container}/{prefix}")]:
            del self.blobs[name]


@dataclass
class ScriptedBuildVm:
    """Ends each execution when the test says so, with the result of the test."""

    results: list[BuildResult] = field(default_factory=list)
    seen: list[tuple[dict[str, Any], list[DownloadedFile]]] = field(default_factory=list)
    cancelled: int = 0
    gate: Any = None

    async def run(
        self, template: dict[str, Any], downloads: list[DownloadedFile], log: Path
    ) -> BuildResult:
        """Wait for the gate, if there is one, and return the next result."""
        self.seen.append((template, downloads))
        with log.open("a") as written:
            written.write("[x] PACKER OUT hello\n")
        try:
            if self.gate is not None:
                await self.gate.wait()
        except BaseException:
            self.cancelled += 1
            raise
        return self.results.pop(0)


@dataclass
class Desk:
    """The simulator, its clock, and a client."""

    clock: SkippingClock
    simulator: Simulator
    client: TestClient[Any, Any]
    bearer: str | None = field(default_factory=token)

    async def call(
        self, method: str, path: str, body: Any = None, api: str | None = API
    ) -> ClientResponse:
        """Send one call with token and api-version."""
        headers = {"Authorization": f"Bearer {self.bearer}"} if self.bearer else {}
        params = {"api-version": api} if api else {}
        data = body if isinstance(body, str) else json.dumps(body) if body is not None else None
        response = await self.client.request(
            method, path, params=params, data=data, headers=headers
        )
        await response.read()
        return response

    async def json(self, method: str, path: str, body: Any = None, api: str | None = API) -> Any:
        """Send one call and return the body of its answer."""
        return await (await self.call(method, path, body, api)).json()

    async def content(self, group_id: str) -> list[dict[str, Any]] | None:
        """Return what is in a resource group; None when there is no such group."""
        answer = await self.call("GET", f"{group_id}/resources", api="2021-04-01")
        return None if answer.status == 404 else (await answer.json())["value"]

    def wait(self, **duration: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(**duration))

    async def create(self, name: str = "t1", api: str = API, **properties: Any) -> str:
        """Create a template and wait until that is over; return its path."""
        path = f"{TEMPLATES}/{name}"
        response = await self.call("PUT", path, template_body(**properties), api)
        assert response.status == 201, await response.text()
        await self.let_tasks_run()
        self.wait(seconds=60)
        return path

    async def let_tasks_run(self) -> None:
        """Give downloads and executions their turns of the loop."""
        await self.call("GET", TEMPLATES)
        await self.call("GET", TEMPLATES)

    async def plan(self, match: dict[str, Any], **answer: Any) -> str:
        """Add a fault plan and return its id."""
        response = await self.client.post(
            "/_localcloud/faults", json={"match": match, "answer": answer}
        )
        assert response.status == 201, await response.text()
        return str((await response.json())["id"])

    async def run_status(self, path: str) -> dict[str, Any]:
        """Return `lastRunStatus` of a template."""
        template = await self.json("GET", path)
        status: dict[str, Any] = template["properties"]["lastRunStatus"]
        return status

    async def calls(self, **wanted: str) -> list[dict[str, Any]]:
        """Return the journal's entries."""
        response = await self.client.get("/_localcloud/journal", params=wanted)
        calls: list[dict[str, Any]] = (await response.json())["calls"]
        return calls


@asynccontextmanager
async def open_desk(
    scratch: Path,
    started_utc: datetime | None = None,
    clock: SkippingClock | None = None,
    **parts: Any,
) -> AsyncIterator[Desk]:
    """Serve a simulator on a free loopback port for the length of the block.

    Args:
        scratch: a folder of the test's own.
        started_utc: the clock's first time.
        clock: another clock than one that a test moves by hand.
        parts: fetcher, build_vm, log_store; other names are settings.
    """
    clock = clock or SkippingClock(started_utc)
    surroundings = {k: parts.pop(k) for k in ("fetcher", "build_vm", "log_store") if k in parts}
    settings = SimulatorSettings(scratch, **parts)
    app = make_app(clock=clock, settings=settings, **surroundings)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield Desk(clock, app[SIMULATOR], client)
