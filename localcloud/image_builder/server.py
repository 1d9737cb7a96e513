"""The simulator as one aiohttp application: AIB, its neighbours, Compute, and the control API.

A call's way: journal, route, token, fault plan, api-version, state up to date, answer.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

from aiohttp import web

from localcloud.clock import Clock
from localcloud.compute import urls as compute_urls
from localcloud.image_builder import exceptions, group_calls, neighbours, urls
from localcloud.image_builder.api_versions import NAMES, ApiVersion
from localcloud.image_builder.authorization import check_bearer_token
from localcloud.image_builder.build_vm_protocol import BuildVm, Fetcher, LogStore
from localcloud.image_builder.control_api import ControlApi
from localcloud.image_builder.faults import NO_PLAN, Answer, Call, FaultPlan
from localcloud.image_builder.journal import JournalEntry
from localcloud.image_builder.json_answer import json_answer
from localcloud.image_builder.models import TemplateAddress
from localcloud.image_builder.routing import CallContext, Route, find_route
from localcloud.image_builder.simulator import Simulator
from localcloud.image_builder.simulator_settings import SimulatorSettings
from localcloud.image_builder.surroundings import Surroundings

SIMULATOR = web.AppKey("simulator", Simulator)
MAX_BODY_BYTES = 4 * 1024 * 1024
_ROUTES = [*urls.ROUTES, *group_calls.ROUTES, *neighbours.ROUTES, *compute_urls.ROUTES]
_AIB_CALLS = frozenset(route.name for route in urls.ROUTES)


def make_app(
    *,
    clock: Clock,
    fetcher: Fetcher | None = None,
    build_vm: BuildVm | None = None,
    log_store: LogStore | None = None,
    settings: SimulatorSettings | None = None,
) -> web.Application:
    """Build the application; serve it over HTTPS, the SDK sends no token otherwise.

    Args:
        clock: tells the time of everything but tokens.
        fetcher: downloads the sources of a template; without one nothing is downloaded.
        build_vm: executes customizers; without one runs succeed unexecuted.
        log_store: takes customization.log and VHDs.
        settings: the rest; scratch files go to a new temporary folder when missing.
    """
    if settings is None:
        settings = SimulatorSettings(Path(mkdtemp(prefix="localcloud-aib-")))
    simulator = Simulator(Surroundings(clock, fetcher, build_vm, log_store), settings)
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app[SIMULATOR] = simulator
    app.add_routes(ControlApi(simulator, (route.name for route in _ROUTES)).routes())
    app.router.add_route("*", "/{path:.*}", _serve)
    app.cleanup_ctx.append(_closing)
    return app


async def _closing(app: web.Application) -> AsyncIterator[None]:
    app[SIMULATOR].resume()
    yield
    await app[SIMULATOR].close()


async def _serve(request: web.Request) -> web.StreamResponse:
    simulator = request.app[SIMULATOR]
    entry = simulator.journal.open_entry(simulator.now(), request.method, request.path)
    entry.api_version = request.query.get("api-version", "")
    entry.client_request_id = request.headers.get("x-ms-client-request-id", "")
    try:
        response = await _answer_or_refuse(simulator, request, entry)
        entry.status = response.status
    finally:
        simulator.journal.save(entry)
    response.headers.setdefault("x-ms-request-id", str(uuid.uuid4()))
    return response


async def _answer_or_refuse(
    simulator: Simulator, request: web.Request, entry: JournalEntry
) -> web.StreamResponse:
    try:
        return await _answer(simulator, request, entry)
    except exceptions.ArmError as error:
        return _refusal(error, entry.api_version)


async def _answer(
    simulator: Simulator, request: web.Request, entry: JournalEntry
) -> web.StreamResponse:
    route, names = find_route(_ROUTES, request.method, request.path)
    entry.call, entry.template = route.name, names.get("template", "")
    _note_tags(simulator, entry, names)
    check_bearer_token(request.headers.get("Authorization"), simulator.settings.audiences)
    body = await request.read()
    call = Call(route.name, request.method, request.path, entry.template)
    fault = simulator.faults.hit(call, simulator.now())
    entry.fault = fault.id if fault else None
    plan = fault.answer if fault else NO_PLAN
    if plan.delay_seconds:
        delay = timedelta(seconds=plan.delay_seconds)
        await simulator.surroundings.clock.sleep_until(simulator.now() + delay)
    if fault is not None and plan.replaces_work:
        return _planned(request, fault)
    response = await _work(simulator, request, route, names, plan, body)
    _note_tags(simulator, entry, names)
    if fault is not None and (plan.accept or plan.accept_but_drop):
        return _planned(request, fault)
    return _with_headers(response, plan)


async def _work(  # noqa: PLR0913, PLR0917 - the call's parts, used once
    simulator: Simulator,
    request: web.Request,
    route: Route,
    names: dict[str, str],
    plan: Answer,
    body: bytes,
) -> web.Response:
    version = _api_version(request, route)
    with simulator.surroundings.clock.busy():
        await simulator.settle()
        return await route.respond(
            CallContext(route.name, simulator, request, names, version, body, plan)
        )


def _api_version(request: web.Request, route: Route) -> ApiVersion:
    name = request.query.get("api-version", "")
    if not name:
        raise exceptions.api_version_missing()
    if route.name in _AIB_CALLS and name not in NAMES:
        resource_type = f"{exceptions.PROVIDER}/imageTemplates"
        raise exceptions.api_version_unknown(resource_type, name)
    return ApiVersion(name)


def _planned(request: web.Request, fault: FaultPlan) -> web.Response:
    plan = fault.answer
    if plan.status is None:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError(f"cut by fault plan {fault.id}")
    if isinstance(plan.body, str):
        return web.Response(status=plan.status, text=plan.body, headers=plan.headers)
    body = plan.body
    if body is None and plan.status >= 400:  # noqa: PLR2004 - statuses of errors
        body = {"error": {"code": "PlannedFault", "message": f"fault plan {fault.id}"}}
    if body is None:
        return web.Response(status=plan.status, headers=plan.headers)
    return json_answer(body, status=plan.status, headers=plan.headers)


def _with_headers(response: web.Response, plan: Answer) -> web.Response:
    response.headers.update(plan.headers)
    return response


def _refusal(error: exceptions.ArmError, version_name: str) -> web.Response:
    version = ApiVersion(version_name) if version_name in NAMES else None
    response = json_answer(error.body(version), status=error.status)
    if error.gateway:
        response.headers["Content-Type"] = "application/json; charset=utf-8"
        response.headers["x-ms-failure-cause"] = "gateway"
    if error.status == web.HTTPUnauthorized.status_code:
        uri = "https://login.microsoftonline.com/common"
        response.headers["WWW-Authenticate"] = f'Bearer authorization_uri="{uri}"'
    return response


def _note_tags(simulator: Simulator, entry: JournalEntry, names: dict[str, str]) -> None:
    if not entry.template:
        return
    address = TemplateAddress(names["subscription"], names["group"], entry.template)
    template = simulator.inventory.templates.get(address.key)
    if template is not None:
        entry.tags = dict(template.tags)
