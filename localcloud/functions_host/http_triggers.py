"""HTTP triggers: find the function for a request, check its key, invoke it, send its answer.

As in Azure, a known route asked with another method is 404, not 405
(Azure/azure-functions-host#10098), HEAD is not answered by a GET function (#11625), and a function
without `methods` takes all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from aiohttp import web
from azure.functions.meta import Datum

from localcloud.durable.functions import InvocationFailed
from localcloud.functions_host.converters import text
from localcloud.functions_host.index import IndexedFunction
from localcloud.functions_host.invocation import Call, Invoker
from localcloud.functions_host.keys import Keys
from localcloud.functions_host.route_template import RouteTemplate, compile_route

# functions-bindings-http-webhook: "The HTTP request length is limited to 100 MB"
MAX_REQUEST_BYTES = 100 * 1024 * 1024
DEFAULT_PREFIX = "api"


@dataclass(frozen=True)
class _Route:
    function: IndexedFunction
    template: RouteTemplate
    methods: frozenset[str]
    auth_level: str


class HttpTriggers:
    """The HTTP functions of the app, behind one catch-all route.

    Args:
        index: the functions of the app.
        invoker: what runs them.
        keys: the host's keys.
        route_prefix: `extensions.http.routePrefix` of host.json.
        other_inputs: makes the arguments that do not come from the request (durableClient).

    Raises:
        StartupError: a route template is not understood.
    """

    def __init__(
        self,
        index: list[IndexedFunction],
        invoker: Invoker,
        keys: Keys,
        route_prefix: str,
        other_inputs: Callable[[IndexedFunction], dict[str, Datum]],
    ) -> None:
        self._invoker = invoker
        self._keys = keys
        self._other_inputs = other_inputs
        self._prefix = f"/{route_prefix.strip('/')}/" if route_prefix.strip("/") else "/"
        routes = [_read_route(f) for f in index if f.trigger_type == "httpTrigger"]
        self._routes = sorted(routes, key=lambda route: route.template.precedence)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request with the function that its route names."""
        found = self._find(request)
        if found is None:
            return web.Response(status=404)
        route, values = found
        if not self._allows(route, request):
            return web.Response(status=401)
        function = route.function
        inputs = self._other_inputs(function)
        inputs[function.trigger_name] = await _http_datum(request, values)
        try:
            answer = await self._invoker.invoke(
                Call(function, inputs, reason=f"{request.method} {request.path}")
            )
        except InvocationFailed:
            return web.Response(status=500)  # reported by the invoker; Azure sends no details
        return _response(answer)

    def urls(self, origin: str) -> list[tuple[str, str, str]]:
        """Return name, methods and URL of each HTTP function, for the start's summary."""
        return [
            (
                route.function.name,
                ",".join(sorted(route.methods)) or "ANY",
                f"{origin}{self._prefix}{route.template.text}",
            )
            for route in self._routes
        ]

    def _find(self, request: web.Request) -> tuple[_Route, dict[str, str]] | None:
        path = request.rel_url.raw_path
        if not path.lower().startswith(self._prefix.lower()):
            return None
        for route in self._routes:
            if route.methods and request.method not in route.methods:
                continue
            values = route.template.match(path[len(self._prefix) :])
            if values is not None:
                return route, values
        return None

    def _allows(self, route: _Route, request: web.Request) -> bool:
        if route.auth_level == "anonymous":
            return True
        return self._keys.opens(request, *(["function"] if route.auth_level == "function" else []))


def _read_route(function: IndexedFunction) -> _Route:
    trigger = function.trigger
    return _Route(
        function=function,
        template=compile_route(trigger["route"], f"function {function.name}"),
        methods=frozenset(str(method).upper() for method in trigger.get("methods") or ()),
        auth_level=str(trigger.get("authLevel", "function")).lower(),
    )


async def _http_datum(request: web.Request, route_values: dict[str, str]) -> Datum:
    value: dict[str, Any] = {
        "method": text(request.method),
        "url": text(str(request.url)),
        "headers": _joined(request.headers.items(), lower=True),
        "query": _joined(request.query.items()),
        "params": {name: text(value) for name, value in route_values.items()},
        "body": Datum(await request.read(), "bytes"),
    }
    return Datum(value, "http")


def _joined(pairs: Any, *, lower: bool = False) -> dict[str, Datum]:  # noqa: ANN401 - multidict's view
    """Join the values of repeated names by a comma, as the host does."""
    found: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower() if lower else name
        found[key] = f"{found[key]},{value}" if key in found else value
    return {name: text(value) for name, value in found.items()}


def _response(answer: Datum | None) -> web.Response:
    if answer is None or answer.type == "string":
        return web.Response(text=answer.value if answer else "")
    headers = {name: datum.value for name, datum in answer.value["headers"].items()}
    response = web.Response(
        status=int(answer.value["status_code"].value),
        body=answer.value["body"].value,
        headers=headers,
    )
    for cookie in answer.value["cookies"] or ():
        _add_cookie(response, cookie)
    return response


def _add_cookie(response: web.Response, cookie: SimpleCookie) -> None:
    for morsel in cookie.values():
        response.headers.add("Set-Cookie", morsel.OutputString())
