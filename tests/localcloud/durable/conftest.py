"""Fixtures of the engine's tests: an engine on the quirk app, on a skipping clock."""

import contextlib
import os

# The SDK reads this once, at import: without it every activity raises a DeprecationWarning.
os.environ["AZURE_FUNCTIONS_DURABLE_STRICT_TYPING"] = "1"

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from localcloud.clock import SkippingClock
from localcloud.durable.engine import Engine
from localcloud.durable.management import routes
from tests.localcloud.durable.quirk_app import app_functions
from tests.localcloud.durable.quirk_app.app import gate as activity_gate

PREFIX = "/runtime/webhooks/durabletask"


@pytest.fixture
def clock():
    """Return a clock that skips idle time."""
    return SkippingClock()


@pytest.fixture(autouse=True)
def _fresh_calls():
    app_functions.calls.clear()


@pytest.fixture
async def new_engine(tmp_path, clock):
    """Return a function that starts engines on one store; the last one is stopped at the end."""
    started = contextlib.AsyncExitStack()

    async def start(functions=app_functions, **options):
        engine = Engine(functions, tmp_path / "hub.db", options.pop("clock", clock), **options)
        await engine.start()
        started.push_async_callback(engine.stop)
        return engine

    async with started:
        yield start


@pytest.fixture
def gate(new_engine):
    """Return the gate at which an activity waits if told so; the test opens it."""
    activity_gate.clear()
    yield activity_gate
    activity_gate.set()


@pytest.fixture
async def engine(new_engine):
    """Return a running engine with strict replay."""
    return await new_engine()


@pytest.fixture
async def http(engine):
    """Return an HTTP client of the management API."""
    app = web.Application()
    app.add_routes(routes(engine, PREFIX))
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.fixture
def call(http):
    """Return a function that sends a request and returns status, body and headers."""

    async def send(method, path, **options):
        async with http.request(method, PREFIX + path, **options) as response:
            is_json = response.content_type == "application/json"
            body = await (response.json() if is_json else response.text())
            return response.status, body, response.headers

    return send
