"""HTTP triggers and the public application, over real HTTP."""

import io

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from localcloud.functions_host.converters import text
from localcloud.functions_host.faults import StartupError
from localcloud.functions_host.http_triggers import MAX_REQUEST_BYTES, HttpTriggers
from localcloud.functions_host.keys import Keys
from tests.localcloud.functions_host.apps import index_source

KEYS = Keys("the-master", "the-function", {"blobs_extension": "b", "durabletask_extension": "d"})
APP = """
import json

def show(req):
    return json.dumps({"method": req.method, "url": req.url, "headers": dict(req.headers),
        "query": dict(req.params), "route": dict(req.route_params),
        "body": req.get_body().decode()})

@app.route(route="echo/{word}", methods=["GET", "POST"], auth_level="anonymous")
def echo(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(show(req), mimetype="application/json")

@app.route(auth_level="anonymous")
def every_method(req: func.HttpRequest) -> str:
    return req.method

@app.route(route="echo/fixed", methods=["GET"], auth_level="anonymous")
def fixed(req: func.HttpRequest) -> str:
    return "fixed"

@app.route(route="guarded")
def guarded(req: func.HttpRequest) -> str:
    return "in"

@app.route(route="admins", auth_level="admin")
def admins(req: func.HttpRequest) -> str:
    return "in"

@app.route(route="broken", auth_level="anonymous")
def broken(req: func.HttpRequest) -> str:
    raise RuntimeError("a secret of the inside")

@app.route(route="nothing", auth_level="anonymous")
def nothing(req: func.HttpRequest) -> func.HttpResponse:
    return None

@app.route(route="made", auth_level="anonymous")
def made(req: func.HttpRequest) -> func.HttpResponse:
    headers = {"Location": "/api/x", "Set-Cookie": "a=1; HttpOnly; Path=/"}
    return func.HttpResponse(b"\\x00\\xff", status_code=201, headers=headers, mimetype="image/x")

@app.route(route="client", auth_level="anonymous")
@app.durable_client_input(client_name="client")
async def starter(req: func.HttpRequest, client: str) -> str:
    return client._orchestration_bindings.task_hub_name
"""
BINDING = """{"taskHubName": "hub", "creationUrls": {}, "managementUrls": {"id": "x"},
"rpcBaseUrl": "http://127.0.0.1/"}"""


@pytest.fixture
async def http(app_folder, invoker):
    """A client of the app's HTTP functions."""
    index = index_source(app_folder, APP)

    def clients_of(function):
        return {b["name"]: text(BINDING) for b in function.bindings if b["type"] == "durableClient"}

    triggers = HttpTriggers(index, invoker, KEYS, "api", clients_of)
    application = web.Application(client_max_size=MAX_REQUEST_BYTES)
    application.add_routes([web.route("*", "/{path:.*}", triggers.handle)])
    async with TestClient(TestServer(application)) as client:
        yield client


async def test_a_request_arrives_as_azure_sends_it(http):
    """Lower-case headers, an absolute URL, repeated values joined by a comma, decoded routes."""
    answer = await http.post("/api/echo/a%20b?q=1&q=2", data=b"body", headers={"X-Kiln": "Yes"})

    seen = await answer.json()
    assert seen["headers"]["x-kiln"] == "Yes"
    assert seen["url"] == str(http.make_url("/api/echo/a%20b?q=1&q=2"))
    del seen["headers"], seen["url"]
    expected = {"method": "POST", "query": {"q": "1,2"}, "route": {"word": "a b"}, "body": "body"}
    assert seen == expected


async def test_an_answer_leaves_as_the_function_made_it(http):
    """Status, headers, cookies and bytes pass unchanged."""
    answer = await http.get("/api/made")

    assert (answer.status, await answer.read()) == (201, b"\x00\xff")
    assert answer.headers["Location"] == "/api/x"
    assert answer.headers["Content-Type"] == "image/x"
    assert answer.headers["Set-Cookie"] == "a=1; HttpOnly; Path=/"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/echo/fixed", 200),
        ("POST", "/api/echo/fixed", 200),  # the parameter route takes it
        ("GET", "/API/ECHO/word", 200),
        ("DELETE", "/api/echo/word", 404),
        ("HEAD", "/api/echo/word", 404),
        ("GET", "/api/unknown", 404),
        ("GET", "/", 404),
        ("PUT", "/api/every_method", 200),
        ("HEAD", "/api/every_method", 200),
    ],
)
async def test_routes_and_methods_are_matched_as_in_azure(http, method, path, status):
    """A wrong method is 404 there, not 405, and HEAD is a method like any other."""
    answer = await http.request(method, path)

    assert answer.status == status


async def test_a_literal_route_wins(http):
    """Otherwise the order of registration would matter here and not in Azure."""
    assert await (await http.get("/api/echo/fixed")).text() == "fixed"


@pytest.mark.parametrize(
    ("path", "key", "status"),
    [
        ("/api/guarded", None, 401),
        ("/api/guarded", "wrong", 401),
        ("/api/guarded", "the-function", 200),
        ("/api/guarded", "the-master", 200),
        ("/api/guarded", "b", 401),
        ("/api/admins", "the-function", 401),
        ("/api/admins", "the-master", 200),
    ],
)
async def test_a_function_is_opened_by_its_key(http, path, key, status):
    """Header and query value work alike; the answer without a key is empty."""
    by_header = await http.get(path, headers={"x-functions-key": key} if key else {})
    by_query = await http.get(path, params={"code": key} if key else {})

    assert (by_header.status, by_query.status) == (status, status)
    if status == 401:
        assert await by_header.read() == b""


@pytest.mark.parametrize("path", ["/api/broken", "/api/nothing"])
async def test_a_failing_function_answers_an_empty_500(http, path):
    """Its error text may hold what callers must not see."""
    answer = await http.get(path)

    assert (answer.status, await answer.read()) == (500, b"")


async def test_a_starter_gets_its_durable_client(http):
    """The client is made of the binding that the host sends."""
    assert await (await http.get("/api/client")).text() == "hub"


async def test_a_request_of_more_than_100_mb_is_refused(http):
    """So is it in Azure; a bigger file must go through storage."""
    answer = await http.post("/api/every_method", data=io.BytesIO(bytes(MAX_REQUEST_BYTES + 1)))

    assert answer.status == 413


async def test_an_empty_prefix_puts_routes_at_the_root(app_folder, invoker):
    """host.json may say so."""
    index = index_source(app_folder, APP)
    triggers = HttpTriggers(index, invoker, KEYS, "", lambda _: {})

    urls = {name: url for name, _, url in triggers.urls("http://here")}
    assert urls["guarded"] == "http://here/guarded"


def test_a_bad_route_stops_the_start(app_folder, invoker):
    """It is found before the first request."""
    source = '@app.route(route="x/{id:regex(a)}")\ndef f(req: func.HttpRequest) -> str: ...\n'

    with pytest.raises(StartupError, match="function f: the route constraint"):
        HttpTriggers(index_source(app_folder, source), invoker, KEYS, "api", lambda _: {})
