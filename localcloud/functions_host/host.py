"""The local Functions host of one app: what is started, in which order, and how it stops.

An order that matters: ports are taken first (a second host stops there), the app is indexed before
anything runs, the engine is up before the first door opens, and doors close before the engine does.

What differs from Azure: one process and no scaling; neither `functionTimeout` nor the 230 seconds
of a request end anything; containers are polled for `source=EventGrid` too; of host.json, only
`extensions` for http, blobs and durableTask are read, as far as the code below asks for them.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web
from azure.functions.meta import Datum

from localcloud.clock import ScaledClock
from localcloud.durable.engine import Engine
from localcloud.durable.management import Webhooks, client_binding, routes
from localcloud.functions_host.app_functions import AppFunctions
from localcloud.functions_host.blob_deliveries import BlobDeliveries, BlobLimits
from localcloud.functions_host.blob_polling import BlobPolling
from localcloud.functions_host.blob_receipts import BlobReceipts
from localcloud.functions_host.blob_triggers import read_blob_triggers
from localcloud.functions_host.blob_webhook import BlobWebhook
from localcloud.functions_host.console import Console
from localcloud.functions_host.converters import text
from localcloud.functions_host.faults import StartupError
from localcloud.functions_host.host_json import extension_number, extension_text, read_host_json
from localcloud.functions_host.http_triggers import DEFAULT_PREFIX, HttpTriggers
from localcloud.functions_host.index import IndexedFunction, index_app
from localcloud.functions_host.invocation import DEFAULT_THREADS, Invoker
from localcloud.functions_host.keys import load_keys
from localcloud.functions_host.kill_point import KillPoint
from localcloud.functions_host.listener import Site, listen, origin
from localcloud.functions_host.options import HostOptions
from localcloud.functions_host.placeholders import resolve_placeholders
from localcloud.functions_host.storage_threads import StorageThreads
from localcloud.functions_host.timer_triggers import (
    TimerStatus,
    TimerTriggers,
    read_timer_triggers,
)
from localcloud.functions_host.trigger_storage import AzureTriggerStorage
from localcloud.functions_host.web_applications import (
    DURABLE_PATH,
    RPC_PATH,
    Doors,
    make_public_application,
    make_rpc_application,
)
from localcloud.lasting_task import LastingTask

DRAIN_SECONDS = 5.0  # for each of: requests, other invocations, the engine
_DEFAULT_HUB = "TestHubName"  # the Durable extension's
_log = logging.getLogger(__name__)


class Host:
    """Runs one app until it is stopped; made and used on one event loop.

    Args:
        options: the command line.
        settings: the app settings.

    Raises:
        StartupError: the app, its settings or the machine do not allow it.
        StoreUnusableError: a file of its folder is damaged.
    """

    def __init__(self, options: HostOptions, settings: Mapping[str, str]) -> None:
        _refuse_azure(settings)
        self._options = options
        self._listening = listen(options.port, "--port")
        self._rpc_listening = listen(options.rpc_port, "--rpc-port")
        _make_folder(options.data)
        self._host_json = read_host_json(options.app)
        self._settings = settings
        self._clock = ScaledClock(options.speed, options.clock_start, options.clock_shows)
        self._keys = load_keys(options.data)
        self._index = index_app(options.app)
        self._invoker = Invoker(Console(), _thread_count(settings))
        self._engine = self._make_engine()
        self._webhooks = self._make_webhooks()
        self._client = client_binding(self._webhooks, origin(self._rpc_listening) + RPC_PATH)
        self._threads = StorageThreads()
        self._watches: list[LastingTask] = []
        self._make_triggers()

    @property
    def origin(self) -> str:
        """Return the origin of the host's public URLs."""
        return origin(self._listening)

    @property
    def function_names(self) -> list[str]:
        """Return the names of the functions in the order of registration."""
        return [function.name for function in self._index]

    async def start(self) -> None:
        """Begin to serve.

        Raises:
            StoreUnusableError: another host has the folder, or its files are damaged.
        """
        await self._engine.start()
        await self._rpc_site.start()
        await self._site.start()
        self._watches.append(LastingTask(self._timers.run(), "no timer fires any more"))
        if self._blob_triggers:
            polling = LastingTask(self._polling.run(), "no upload is found any more by polling")
            self._watches.append(polling)
        for name, methods, url in self._http.urls(self.origin):
            _log.info("%s: [%s] %s", name, methods, url)

    async def stop(self) -> bool:
        """Stop taking work, let what is under way end; return whether all of it did."""
        for watch in self._watches:
            await watch.stop()
        await self._site.stop()
        await self._let_invocations_end()
        await self._deliveries.stop()
        await self._engine.stop(DRAIN_SECONDS)
        await self._rpc_site.stop()
        await _close_durable_client()
        self._receipts.close()
        self._invoker.close()
        self._threads.close()
        return self._invoker.is_idle and self._threads.busy == 0

    def _make_engine(self) -> Engine:
        plan = self._options.kill_at
        maximum = "durableTask.maxConcurrent{}Functions"
        version = extension_text(self._host_json, "durableTask.defaultVersion", "")
        return Engine(
            AppFunctions(self._index, self._invoker),
            self._options.data / "durable.sqlite",
            self._clock,
            strict_replay=self._options.strict_replay,
            max_activities=extension_number(self._host_json, maximum.format("Activity"), 16),
            max_orchestrators=extension_number(self._host_json, maximum.format("Orchestrator"), 4),
            kill_point=KillPoint(plan) if plan else None,
            default_version=version or None,
        )

    def _make_webhooks(self) -> Webhooks:
        hub = extension_text(self._host_json, "durableTask.hubName", _DEFAULT_HUB)
        return Webhooks(
            public_url=self.origin + DURABLE_PATH,
            task_hub=resolve_placeholders(hub, self._settings, "host.json: hubName"),
            system_key=self._keys.system["durabletask_extension"],
        )

    def _make_triggers(self) -> None:
        settings, clock, invoker = self._settings, self._clock, self._invoker
        self._blob_triggers = read_blob_triggers(
            self._index,
            settings,
            lambda connection: AzureTriggerStorage(connection, settings),
            self._clients_of,
        )
        timers = read_timer_triggers(self._index, settings)
        prefix = extension_text(self._host_json, "http.routePrefix", DEFAULT_PREFIX)
        self._http = HttpTriggers(self._index, invoker, self._keys, prefix, self._clients_of)
        self._receipts = BlobReceipts(self._options.data / "blob_receipts.sqlite")
        self._deliveries = BlobDeliveries(
            invoker, self._receipts, self._threads, clock, self._blob_limits()
        )
        self._polling = BlobPolling(
            self._blob_triggers, self._deliveries, self._threads, self._options.poll_seconds
        )
        status = TimerStatus(self._options.data / "timers.json")
        self._timers = TimerTriggers(timers, invoker, clock, status, self._clients_of)
        self._make_sites()

    def _make_sites(self) -> None:
        doors = Doors(
            keys=self._keys,
            function_names=self.function_names,
            http=self._http,
            blobs=BlobWebhook(self._blob_triggers, self._deliveries, self._keys),
            timers=self._timers,
        )
        public = make_public_application(doors, self._management(DURABLE_PATH))
        rpc = make_rpc_application(self._management(RPC_PATH))
        self._site = Site(public, self._listening, DRAIN_SECONDS)
        self._rpc_site = Site(rpc, self._rpc_listening, DRAIN_SECONDS)

    def _management(self, prefix: str) -> list[web.RouteDef]:
        return routes(self._engine, prefix, self._webhooks)

    def _blob_limits(self) -> BlobLimits:
        default = BlobLimits()
        return BlobLimits(
            at_once=extension_number(
                self._host_json, "blobs.maxDegreeOfParallelism", default.at_once
            ),
            tries=extension_number(self._host_json, "blobs.poisonBlobThreshold", default.tries),
        )

    def _clients_of(self, function: IndexedFunction) -> dict[str, Datum]:
        return {
            binding["name"]: text(self._client)
            for binding in function.bindings
            if binding["type"] == "durableClient"
        }

    async def _let_invocations_end(self) -> None:
        deadline = time.monotonic() + DRAIN_SECONDS
        while not self._invoker.is_idle and time.monotonic() < deadline:  # noqa: ASYNC110 - they end on engine threads too
            await asyncio.sleep(0.02)


def _refuse_azure(settings: Mapping[str, str]) -> None:
    if "WEBSITE_INSTANCE_ID" in settings:
        raise StartupError(
            "WEBSITE_INSTANCE_ID is set, so this is a machine of Azure; the local host has no "
            "business there"
        )


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StartupError(
            f"the folder {path} cannot be made ({error.strerror}); choose another one with --data"
        ) from error


def _thread_count(settings: Mapping[str, str]) -> int:
    given = settings.get("PYTHON_THREADPOOL_THREAD_COUNT", str(DEFAULT_THREADS))
    if not given.isdigit() or int(given) < 1:
        raise StartupError(f"PYTHON_THREADPOOL_THREAD_COUNT is '{given}'; it must be 1 or more")
    return int(given)


async def _close_durable_client() -> None:
    """Close the HTTP session that the Durable SDK keeps for the whole process."""
    client = sys.modules.get("azure.durable_functions.models.utils.http_utils")
    close = getattr(client, "_close_session", None)
    if close is not None:
        await close()
