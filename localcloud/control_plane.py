"""The control plane process: Resource Manager (AIB, Compute) over HTTPS, and the identity endpoint.

`python -m localcloud.control_plane --directory D` reads the cloud's state file there, so no secret
stands on a command line. Both servers listen on loopback only.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import functools
import logging
import signal
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
from aiohttp import web

from localcloud.blob_account import BlobAccount
from localcloud.build_vm.instance_metadata import TokenSource
from localcloud.build_vm.machine import BuildVmSettings, open_build_vm
from localcloud.certificate import Certificate
from localcloud.endpoints import HEALTH_PATH, LOOPBACK, STAGING_ACCOUNT_NAME, app_client_id
from localcloud.identity import IdentityEndpoint
from localcloud.image_builder.build_vm_protocol import BuildVm
from localcloud.image_builder.identities import client_id
from localcloud.image_builder.server import make_app
from localcloud.image_builder.simulator_settings import SimulatorSettings
from localcloud.probe import answered_status
from localcloud.source_fetcher import StorageFetcher
from localcloud.staging_logs import StagingLogs
from localcloud.state import CloudState, read_state

_PROBE_INTERVAL_SECONDS = 0.03


async def serve(state: CloudState, *, execute_customizers: bool) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        state: the cloud that this is the control plane of.
        execute_customizers: whether runs execute their customizers in a build VM.
    """
    certificate = Certificate.in_folder(state.certificate_folder)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with contextlib.AsyncExitStack() as open_things:
        # Build VMs ask for tokens, so the identity endpoint comes first; being healthy waits for
        # Resource Manager.
        serving = asyncio.Event()
        identity_app = _identity_app(state, serving)
        await open_things.enter_async_context(_serving(identity_app, state.ports.identity, None))
        build_vm = await _build_vm(state) if execute_customizers else None
        connector = aiohttp.TCPConnector(ssl=certificate.client_context())
        session = await open_things.enter_async_context(aiohttp.ClientSession(connector=connector))
        logs = open_things.enter_context(contextlib.closing(_staging_account(state)))
        storage_url = logs.blob_url.removesuffix(f"/{STAGING_ACCOUNT_NAME}")
        fetcher = StorageFetcher(session, storage_url)
        arm_app = _arm_app(state, fetcher, build_vm, StagingLogs(logs))
        await _storage_answers(state.ports.blob, certificate.client_context(), stopped)
        await open_things.enter_async_context(
            _serving(arm_app, state.ports.arm, certificate.server_context())
        )
        serving.set()
        print(  # noqa: T201 - the ready line
            f"control plane ready arm=https://{LOOPBACK}:{state.ports.arm} "
            f"identity=http://{LOOPBACK}:{state.ports.identity}",
            flush=True,
        )
        await stopped.wait()


async def _storage_answers(port: int, context: ssl.SSLContext, stopped: asyncio.Event) -> None:
    """Wait for Azurite, which starts beside us: what was cut off is begun again at once."""
    while not stopped.is_set():
        if await asyncio.to_thread(answered_status, port, context=context):
            return
        await asyncio.sleep(_PROBE_INTERVAL_SECONDS)


def _identity_app(state: CloudState, serving: asyncio.Event) -> web.Application:
    async def answer_health(_: web.Request) -> web.Response:
        return web.json_response({"serving": True}, status=200 if serving.is_set() else 503)

    app = web.Application()
    app.add_routes(IdentityEndpoint(state.identity_header, app_client_id()).routes())
    app.add_routes([web.get(HEALTH_PATH, answer_health)])
    return app


async def _build_vm(state: CloudState) -> BuildVm | None:
    endpoints = state.endpoints()
    tokens = TokenSource(
        url=endpoints.identity_url,
        header=endpoints.identity_header,
        client_id_of=functools.partial(client_id, known={}),
    )
    clock = state.clock()
    settings = BuildVmSettings(tokens, state.ports.blob, endpoints.ca_bundle, now=clock.now)
    return await open_build_vm(settings)


def _staging_account(state: CloudState) -> BlobAccount:
    endpoints = state.endpoints()
    key = state.account_keys[STAGING_ACCOUNT_NAME]
    return BlobAccount(endpoints.staging_blob_url, key, endpoints.ca_bundle)


def _arm_app(
    state: CloudState, fetcher: StorageFetcher, build_vm: BuildVm | None, logs: StagingLogs
) -> web.Application:
    return make_app(
        clock=state.clock(),
        fetcher=fetcher,
        build_vm=build_vm,
        log_store=logs,
        settings=SimulatorSettings(state.directory / "image-builder", clock_speed=state.speed),
    )


@contextlib.asynccontextmanager
async def _serving(
    app: web.Application, port: int, context: ssl.SSLContext | None
) -> AsyncIterator[None]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port, ssl_context=context).start()
        yield
    finally:
        await runner.cleanup()


def main() -> None:
    """Run the control plane of one local cloud."""
    parser = argparse.ArgumentParser(prog="python -m localcloud.control_plane", description=__doc__)
    parser.add_argument("--directory", type=Path, required=True, help="directory of the cloud")
    parser.add_argument(
        "--no-build-vm", action="store_true", help="let runs succeed without executing anything"
    )
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("azure").setLevel(logging.WARNING)  # else it logs every request
    state = read_state(args.directory)
    if state is None:
        parser.error(f"{args.directory} holds no local cloud")
    asyncio.run(serve(state, execute_customizers=not args.no_build_vm))


if __name__ == "__main__":
    main()
