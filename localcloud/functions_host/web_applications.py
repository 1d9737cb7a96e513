"""The host's two web applications: the public one, and the Durable client's RPC listener."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Middleware

from localcloud.durable.management import any_case
from localcloud.functions_host import blob_webhook
from localcloud.functions_host.blob_webhook import BlobWebhook
from localcloud.functions_host.http_triggers import MAX_REQUEST_BYTES, HttpTriggers
from localcloud.functions_host.keys import Keys
from localcloud.functions_host.timer_triggers import TimerTriggers

DURABLE_PATH = "/runtime/webhooks/durabletask"
RPC_PATH = "/durabletask"

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Doors:
    """What the public application leads to."""

    keys: Keys
    function_names: list[str]
    http: HttpTriggers
    blobs: BlobWebhook
    timers: TimerTriggers


def make_public_application(doors: Doors, management: list[web.RouteDef]) -> web.Application:
    """Make the application that people, pipelines and Event Grid talk to."""

    async def status(_: web.Request) -> web.Response:
        return web.json_response({"state": "Running", "functions": doors.function_names})

    async def run_timer(request: web.Request) -> web.Response:
        if not doors.keys.opens(request):
            return web.Response(status=401)
        found = await doors.timers.run_now(request.match_info["name"])
        return web.Response(status=202 if found else 404)

    application = web.Application(
        client_max_size=MAX_REQUEST_BYTES, middlewares=[_durable_key_check(doors.keys)]
    )
    application.add_routes(management)
    application.add_routes(
        [
            web.get(any_case("/admin/host/status"), status),
            web.post(any_case("/admin/functions") + "/{name}", run_timer),
            web.post(any_case(blob_webhook.PATH), doors.blobs.handle),
            web.route("*", "/{path:.*}", doors.http.handle),
        ]
    )
    return application


def make_rpc_application(management: list[web.RouteDef]) -> web.Application:
    """Make the application that the Durable client inside the functions talks to.

    It asks for no key, as in Azure, so it refuses what a web page of another site might send.
    """
    application = web.Application(client_max_size=MAX_REQUEST_BYTES, middlewares=[_refuse_browsers])
    application.add_routes(management)
    return application


@web.middleware
async def _refuse_browsers(request: web.Request, handler: _Handler) -> web.StreamResponse:
    if "Origin" in request.headers:
        return web.Response(status=403)
    return await handler(request)


def _durable_key_check(
    keys: Keys,
) -> Middleware:
    @web.middleware
    async def check(request: web.Request, handler: _Handler) -> web.StreamResponse:
        asked = request.path.lower()
        if asked.startswith(DURABLE_PATH) and not keys.opens(request, "durabletask_extension"):
            return web.Response(status=401)
        return await handler(request)

    return check
