"""The build VM reaches the local cloud's storage at the same address as everybody else."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from localcloud.build_vm.isolation import Isolation
from localcloud.build_vm.machine import BuildVmSettings
from localcloud.certificate import Certificate
from tests.localcloud.build_vm.conftest import opened
from tests.localcloud.build_vm.templates import run, shell, template

CONTENT = bytes(range(256)) * 16384  # 4 MiB


async def answer_blob(request: web.Request) -> web.Response:
    """Answer as storage does: 401 without a token, ranges with 206."""
    if request.headers.get("Authorization") != "Bearer the-token":
        return web.Response(status=401)
    wanted = request.http_range
    return web.Response(status=206 if wanted.start else 200, body=CONTENT[wanted])


@pytest.fixture
async def blob_port(certificate: Certificate) -> AsyncIterator[int]:
    """A small HTTPS server in the place of Azurite."""
    app = web.Application()
    app.router.add_get("/kilnlocal/kiln-staging/app.zip", answer_blob)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=certificate.server_context()).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def test_a_blob_is_downloaded_with_a_token_over_trusted_tls(
    settings: BuildVmSettings, blob_port: int, way: Isolation, folder: Path
) -> None:
    """This is how an artifact above 20 MB reaches the image: curl, python3 and root alike."""
    url = f"https://127.0.0.1:{blob_port}/kilnlocal/kiln-staging/app.zip"
    header = "Authorization: Bearer the-token"
    fetch = "import sys, urllib.request as u; r = u.Request(sys.argv[1]); "
    fetch += "r.add_header(*sys.argv[2].split(': ')); print(len(u.urlopen(r).read()))"
    lines = [
        f"curl -fsS -H '{header}' {url} -o /tmp/app.zip",
        "sha256sum < /tmp/app.zip",
        f"sudo curl -fsS -H '{header}' {url} -o /opt/app.zip",
        "cmp /tmp/app.zip /opt/app.zip",
        f'python3 -c "{fetch}" {url} "{header}"',
        f"curl -fsS -r 4194300- -H '{header}' {url} | wc -c",
        f"curl -sS -o /dev/null -w '%{{http_code}}\\n' {url}",
    ]
    ported = BuildVmSettings(settings.tokens, blob_port, settings.ca_bundle, 60)
    ended = await run(await opened(ported, [way]), folder, template(shell(*lines)))
    digest = hashlib.sha256(CONTENT).hexdigest()
    assert ended.said()[:4] == [f"{digest}  -", "4194304", "4", "401"]


async def test_a_storage_account_that_is_down_is_seen_as_down(
    settings: BuildVmSettings, folder: Path
) -> None:
    """A download that cannot work has to fail the step, not hang it."""
    step = shell(f"curl -sS --max-time 20 https://127.0.0.1:{settings.blob_port}/ || echo down")
    unused = BuildVmSettings(settings.tokens, 1, settings.ca_bundle, 60)
    ended = await run(await opened(unused), folder, template(step))
    assert ended.said()[0] == "down"
