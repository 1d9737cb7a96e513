"""What Kiln writes into a template works when it is executed: unpacking, downloading, examples."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from imaging.artifact.placement import StagedArtifact
from imaging.recipe import read_recipe
from imaging.template import TemplateContext, render_template
from localcloud.build_vm.isolation import Isolation
from localcloud.build_vm.machine import BuildVmSettings
from localcloud.certificate import Certificate
from localcloud.image_builder.build_vm_protocol import DownloadedFile
from tests.localcloud.build_vm.conftest import opened
from tests.localcloud.build_vm.templates import ROOT, Run, downloaded, run, shell

IDENTITY = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/kiln-local"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/"
)
BLOB = "/kilnlocal/kiln-staging/b1/artifact.zip"


def webapp_zip() -> bytes:
    """Return examples/webapp as a pipeline would upload it."""
    content = io.BytesIO()
    folder = ROOT / "examples/webapp"
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, str(path.relative_to(folder)))
    return content.getvalue()


@pytest.fixture
async def blob_port(certificate: Certificate) -> AsyncIterator[int]:
    """A storage account that holds the archive for whoever shows a token."""

    async def answer(request: web.Request) -> web.Response:
        """Answer as storage does."""
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            return web.Response(status=401)
        wanted = request.http_range
        return web.Response(status=206 if wanted.start else 200, body=webapp_zip()[wanted])

    app = web.Application()
    app.router.add_get(BLOB, answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=certificate.server_context()).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


def rendered(access: str, port: int, archive: bytes) -> dict[str, Any]:
    """Return the template that Kiln submits for the example recipe and this archive."""
    recipe: dict[str, Any] = json.loads((ROOT / "examples/recipes/webapp.json").read_bytes())
    recipe["artifact"]["access"] = access
    artifact = StagedArtifact(
        f"https://127.0.0.1:{port}{BLOB}", "zip", len(archive), hashlib.sha256(archive).hexdigest()
    )
    context = TemplateContext("b1", "westeurope", f"{IDENTITY}aib", f"{IDENTITY}build-vm")
    return render_template(read_recipe("webapp", json.dumps(recipe).encode()), artifact, context)


def fetched(template: dict[str, Any], folder: Path, archive: bytes) -> list[DownloadedFile]:
    """Return what AIB downloads when the template is submitted."""
    return [
        downloaded(index, folder / f"{index}.fp", archive)
        for index, step in enumerate(template["properties"]["customize"])
        if step["type"] == "File"
    ]


@pytest.mark.parametrize("access", ["service", "identity"])
async def test_the_example_web_app_ends_up_installed(
    settings: BuildVmSettings, blob_port: int, way: Isolation, folder: Path, access: str
) -> None:
    """This is Kiln's whole purpose, on both ways on which an artifact enters the image."""
    archive = webapp_zip()
    template = rendered(access, blob_port, archive)
    template["properties"]["validate"] = {
        "inVMValidations": [
            shell(
                "cat /opt/webapp/app.py | sha256sum",
                "readlink -f /etc/systemd/system/multi-user.target.wants/webapp.service",
            )
        ]
    }
    ported = BuildVmSettings(settings.tokens, blob_port, settings.ca_bundle, 60)
    machine = await opened(ported, [way])
    ended = await run(machine, folder, template, fetched(template, folder, archive))
    assert ended.result.succeeded, ended.log
    digest = hashlib.sha256((ROOT / "examples/webapp/app.py").read_bytes()).hexdigest()
    assert f"{digest}  -" in ended.said()
    assert "/etc/systemd/system/webapp.service" in ended.said()


async def test_an_archive_that_was_swapped_after_the_check_fails_the_build(
    settings: BuildVmSettings, folder: Path
) -> None:
    """The template holds the digest of what was checked; other bytes must not get into an image."""
    template = rendered("service", settings.blob_port, webapp_zip())
    swapped = fetched(template, folder, webapp_zip() + b" and more")
    ended: Run = await run(await opened(settings), folder, template, swapped)
    assert not ended.result.succeeded
    assert str(ended.result.failed_step).startswith("kiln_artifact")
