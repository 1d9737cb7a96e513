"""The HTTP management API of the Durable extension, as aiohttp routes over the engine.

Written after HttpApiHandler.cs:282 ff.; the host mounts it twice: for the world behind the system
key, and on the loopback RPC listener for the SDK's client, without a key. Prefix, route names
and query keys ignore case; what is not a route answers 404 without a body.
"""

from __future__ import annotations

import asyncio
import logging
import re
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import unquote_plus

from aiohttp import web

from localcloud.durable import refusals
from localcloud.durable.engine import Engine
from localcloud.durable.history_view import show_history, show_instance, show_json
from localcloud.durable.instance import Instance, InstanceEnded, InstanceNotFound, Status
from localcloud.durable.request_values import InvalidJson, QueryValues, json_body
from localcloud.durable.webhooks import Webhooks, client_binding

__all__ = ["Webhooks", "client_binding", "routes"]

_REFUSED = "One or more of the arguments submitted is incorrect"
_JSON_REFUSED = "Invalid JSON content"
_FAILED = "Something went wrong while processing your request"
CONTINUATION_HEADER = "x-ms-continuation-token"
_log = logging.getLogger("localcloud.durable")


def routes(engine: Engine, prefix: str, webhooks: Webhooks | None = None) -> list[web.RouteDef]:
    """Return the routes of the management API below a path.

    Args:
        engine: the engine to manage.
        prefix: where it is mounted, such as `/runtime/webhooks/durabletask`.
        webhooks: how links in answers are built; from the request's own address for None.
    """
    management = _Management(engine, prefix.rstrip("/"), webhooks)
    return [web.route("*", any_case(prefix) + "/{path:.*}", management.answer)]


def any_case(path: str) -> str:
    """Return an aiohttp pattern for a path whose letters may be small or capital, as in Azure."""
    return f"/{{fixed:(?i:{re.escape(path.strip('/'))})}}"


@dataclass(frozen=True)
class _Call:
    """One request, taken apart: `/instances/{id}/{operation}/{detail}`."""

    request: web.Request
    query: QueryValues
    instance_id: str = ""
    detail: str = ""


_Answer = Callable[[_Call], Awaitable[web.Response]]


class _Management:
    """Answers requests; one object per mounting."""

    def __init__(self, engine: Engine, prefix: str, webhooks: Webhooks | None) -> None:
        self._engine = engine
        self._prefix = prefix
        self._webhooks = webhooks
        self._on_all: dict[str, _Answer] = {"GET": self._list, "DELETE": self._purge_matching}
        self._on_one: dict[str, _Answer] = {"GET": self._status, "DELETE": self._purge}
        self._operations: dict[str, _Answer] = {
            "raiseevent": self._raise_event,
            "terminate": self._terminate,
            "suspend": self._suspend,
            "resume": self._resume,
            "rewind": self._rewind,
            "restart": self._restart,
        }

    async def answer(self, request: web.Request) -> web.Response:
        path = request.rel_url.raw_path[len(self._prefix) :].strip("/")
        segments = [unquote_plus(segment) for segment in path.split("/")]
        if segments[0].lower() == "entities":
            return _refused_entity()
        method, call = self._route(request, segments)
        if method is None:
            return web.Response(status=404)
        return await _guarded(method, call)

    def _route(self, request: web.Request, segments: list[str]) -> tuple[_Answer | None, _Call]:
        call = _Call(request, QueryValues(request))
        match [segments[0].lower(), *segments[1:]]:
            case ["orchestrators", name, *rest] if request.method == "POST" and len(rest) <= 1:
                return self._start, replace(call, instance_id="".join(rest), detail=name)
            case ["instances"]:
                return self._on_all.get(request.method), call
            case ["instances", instance_id]:
                return self._on_one.get(request.method), replace(call, instance_id=instance_id)
            case ["instances", instance_id, operation, *rest] if request.method == "POST":
                takes = 1 if operation.lower() == "raiseevent" else 0
                method = self._operations.get(operation.lower()) if len(rest) == takes else None
                return method, replace(call, instance_id=instance_id, detail="".join(rest))
        return None, call

    async def _start(self, call: _Call) -> web.Response:
        instance_id = await self._engine.start_new(
            call.detail,
            call.instance_id or None,
            await json_body(call.request),
            call.query.text("version"),
        )
        return await self._accepted_or_waited_for(call, instance_id)

    async def _restart(self, call: _Call) -> web.Response:
        try:
            instance_id = await self._engine.restart(
                call.instance_id,
                with_new_id=call.query.flag("restartWithNewInstanceId", default=True),
            )
        except InstanceNotFound as error:
            message = "InstanceId does not match a valid orchestration instance."
            return _error(400, message, error)
        return await self._accepted_or_waited_for(call, instance_id)

    async def _accepted_or_waited_for(self, call: _Call, instance_id: str) -> web.Response:
        timeout = call.query.seconds("timeout")
        interval = call.query.seconds("pollingInterval")
        if timeout is None or interval is None:
            return self._accepted(call, instance_id)
        if interval > timeout:
            raise ValueError(
                f"Total timeout {timeout.total_seconds()} should be bigger than retry timeout "
                f"{interval.total_seconds()}"
            )
        instance = await self._wait(instance_id, longest=timeout)
        if instance is None:
            return self._accepted(call, instance_id)
        if instance.status is Status.COMPLETED:
            return web.json_response(show_json(instance.output))
        return await self._show(call, instance)

    async def _wait(self, instance_id: str, longest: timedelta) -> Instance | None:
        clock = self._engine.clock
        ended = asyncio.ensure_future(self._engine.wait(instance_id))
        late = asyncio.ensure_future(clock.sleep_until(clock.now() + longest))
        try:
            await asyncio.wait([ended, late], return_when=asyncio.FIRST_COMPLETED)
            return ended.result() if ended.done() else None
        finally:
            ended.cancel()
            late.cancel()

    def _accepted(self, call: _Call, instance_id: str) -> web.Response:
        origin = f"{call.request.scheme}://{call.request.host}"
        links = (self._webhooks or Webhooks(f"{origin}{self._prefix}")).links(instance_id)
        del links["rewindPostUri"]  # CreateCheckStatusResponseMessage leaves it out
        headers = {"Location": links["statusQueryGetUri"], "Retry-After": "10"}
        return web.json_response(links, status=202, headers=headers)

    async def _status(self, call: _Call) -> web.Response:
        instance = await self._engine.state(call.instance_id)
        if instance is None:
            raise InstanceNotFound(call.instance_id)
        return await self._show(call, instance)

    async def _show(self, call: _Call, instance: Instance) -> web.Response:
        show_input = call.query.flag("showInput", default=True)
        body = show_instance(instance, show_input=show_input)
        if call.query.flag("showHistory", default=False):
            body["historyEvents"] = show_history(
                await self._engine.history(instance.instance_id),
                show_input=show_input,
                show_output=call.query.flag("showHistoryOutput", default=False),
            )
        if not instance.status.is_final:
            headers = {"Location": str(call.request.url), "Retry-After": "5"}
            return web.json_response(body, status=202, headers=headers)
        as_error = call.query.flag("returnInternalServerErrorOnFailure", default=False)
        failed = instance.status is Status.FAILED and as_error
        return web.json_response(body, status=500 if failed else 200)

    async def _list(self, call: _Call) -> web.Response:
        continuation = call.request.headers.get(CONTINUATION_HEADER)
        page = await self._engine.query(call.query.filter(continuation))
        show_input = call.query.flag("showInput", default=True)
        shown = [show_instance(each, show_input=show_input) for each in page.instances]
        return web.json_response(shown, headers={CONTINUATION_HEADER: page.continuation or ""})

    async def _purge(self, call: _Call) -> web.Response:
        instance = await self._engine.state(call.instance_id)
        if instance is None:
            raise InstanceNotFound(call.instance_id)
        if not instance.status.is_final:
            return web.json_response(
                "Only orchestrations in a terminal state can be purged, but the orchestration with "
                f"instance ID {call.instance_id} has status {instance.status}",
                status=412,
            )
        return web.json_response({"instancesDeleted": await self._engine.purge(call.instance_id)})

    async def _purge_matching(self, call: _Call) -> web.Response:
        query = call.query.filter(paged=False)
        if query.created_from_utc is None:
            message = "Please provide value for 'createdTimeFrom' parameter."
            return web.json_response(message, status=400)
        found = (await self._engine.query(query)).instances
        ended = [instance.instance_id for instance in found if instance.status.is_final]
        if not ended:
            return web.Response(status=404)
        return web.json_response({"instancesDeleted": await self._engine.purge(*ended)})

    async def _raise_event(self, call: _Call) -> web.Response:
        await self._engine.live(call.instance_id)
        if call.request.content_type.lower() != "application/json":
            return _error(400, "Only application/json request content is supported")
        body = await json_body(call.request)
        await self._engine.raise_event(call.instance_id, call.detail, body)
        return web.Response(status=202)

    async def _terminate(self, call: _Call) -> web.Response:
        await self._engine.terminate(call.instance_id, call.query.text("reason"))
        return web.Response(status=202)

    async def _suspend(self, call: _Call) -> web.Response:
        await self._engine.suspend(call.instance_id, call.query.text("reason"))
        return web.Response(status=202)

    async def _resume(self, call: _Call) -> web.Response:
        await self._engine.resume(call.instance_id, call.query.text("reason"))
        return web.Response(status=202)

    async def _rewind(self, call: _Call) -> web.Response:
        instance = await self._engine.state(call.instance_id)
        if instance is None:
            raise InstanceNotFound(call.instance_id)
        if instance.status.is_final and instance.status is not Status.FAILED:
            raise InstanceEnded(call.instance_id, instance.status)
        return _error(501, refusals.not_supported("rewind"))


async def _guarded(method: _Answer, call: _Call) -> web.Response:
    try:
        return await method(call)
    except (InstanceNotFound, InstanceEnded) as error:
        return web.Response(status=404 if isinstance(error, InstanceNotFound) else 410)
    except ValueError as error:
        return _error(400, _JSON_REFUSED if isinstance(error, InvalidJson) else _REFUSED, error)
    except RuntimeError as error:  # an id that is live, a resume of what is not suspended
        return _error(500, _FAILED, error)
    except Exception as error:  # noqa: BLE001 - the extension answers 500 with this body
        _log.exception("management_request_failed path=%s", call.request.path)
        return _error(500, _FAILED, error)


def _refused_entity() -> web.Response:
    # 404 would tell the SDK's client that an entity has no state yet.
    message = refusals.not_supported("an entity")
    _log.error("management_request_refused reason=%r", message)
    return _error(501, message)


def _error(status: int, message: str, error: Exception | None = None) -> web.Response:
    body = {"Message": message}
    if error is not None:
        body |= {
            "ExceptionMessage": str(error),
            "ExceptionType": type(error).__name__,
            "StackTrace": "".join(traceback.format_tb(error.__traceback__)),
        }
    return web.json_response(body, status=status)
