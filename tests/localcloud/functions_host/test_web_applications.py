"""The two web applications of the host."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from localcloud.functions_host.web_applications import make_rpc_application


@pytest.mark.parametrize(("headers", "status"), [({}, 200), ({"Origin": "https://evil"}, 403)])
async def test_the_rpc_listener_serves_the_client_and_no_browser(headers, status):
    """It asks for no key, and any web page may send requests to loopback."""

    async def answer(_):
        return web.Response()

    application = make_rpc_application([web.route("*", "/durabletask/{path:.*}", answer)])
    async with TestClient(TestServer(application)) as client:
        assert (await client.post("/durabletask/x", headers=headers)).status == status
