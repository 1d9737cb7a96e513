"""Build VMs for these tests: as this user would get one, and in a user namespace of one account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from localcloud.build_vm import isolation
from localcloud.build_vm.instance_metadata import TokenSource
from localcloud.build_vm.isolation import Isolation
from localcloud.build_vm.machine import BuildVmSettings, LocalBuildVm, open_build_vm
from localcloud.certificate import Certificate, ensure_certificate
from localcloud.identity import IdentityEndpoint
from localcloud.image_builder.identities import client_id

BLOB_PORT = 10000


def _name(way: Isolation | None) -> str:
    return way.name.replace(" ", "_") if way else "none"


def client_id_of(identity_id: str) -> str:
    """Return the client id that the simulator shows for an identity."""
    return client_id(identity_id, {})


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A throw-away certificate for 127.0.0.1, and the bundle that trusts it."""
    return ensure_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
async def identity(certificate: Certificate) -> AsyncIterator[tuple[IdentityEndpoint, TokenSource]]:
    """The local cloud's identity endpoint on a free port."""
    endpoint = IdentityEndpoint("the header", "no identity at all")
    app = web.Application()
    app.add_routes(endpoint.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    url = f"http://127.0.0.1:{port}/msi/token"
    yield endpoint, TokenSource(url, endpoint.header, client_id_of)
    await runner.cleanup()


@pytest.fixture
def settings(
    certificate: Certificate, identity: tuple[IdentityEndpoint, TokenSource]
) -> BuildVmSettings:
    """Settings with a storage port where nothing listens."""
    return BuildVmSettings(identity[1], BLOB_PORT, certificate.bundle_path, limit_seconds=60)


@pytest.fixture(params=isolation.ways() or [None], ids=_name)
def way(request: pytest.FixtureRequest) -> Isolation:
    """Each way of isolation that is installed here."""
    if request.param is None:
        pytest.skip("needs bubblewrap (bwrap) or unshare; neither is installed")
    found: Isolation = request.param
    return found


async def opened(settings: BuildVmSettings, ways: list[Isolation] | None = None) -> LocalBuildVm:
    """Return a machine, or skip where the kernel allows none."""
    machine = await open_build_vm(settings, ways)
    if machine is None:
        pytest.skip(f"needs namespaces, which {ways or 'this machine'} does not give")
    return machine


@pytest.fixture
async def machine(settings: BuildVmSettings) -> LocalBuildVm:
    """The build VM that this user gets on this machine."""
    return await opened(settings)


@pytest.fixture
async def each_machine(settings: BuildVmSettings, way: Isolation) -> LocalBuildVm:
    """A build VM in each way that is installed here."""
    return await opened(settings, [way])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where logs and downloads of a test lie."""
    return tmp_path
