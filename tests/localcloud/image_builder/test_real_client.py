"""The unmodified azure-mgmt-imagebuilder client against the simulator, over HTTPS."""

import asyncio
import time

import pytest
from aiohttp.test_utils import TestServer
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.imagebuilder import ImageBuilderClient
from azure.mgmt.imagebuilder.aio import ImageBuilderClient as AsyncImageBuilderClient

from localcloud.certificate import ensure_certificate
from localcloud.clock import ScaledClock
from localcloud.image_builder.lifecycle import Durations
from localcloud.image_builder.server import SIMULATOR, make_app
from localcloud.image_builder.simulator_settings import SimulatorSettings
from tests.localcloud.image_builder.cloud_on_a_desk import SUBSCRIPTION, template_body, token

GROUP = "kiln-local"
# A run of 15 minutes takes less than half a second.
SPEED = 2000
DAY = 86_400.0  # outlasts a test at that speed, on any machine


class StaticCredential:
    """Gives the token that the simulator takes."""

    def get_token(self, *scopes, **_):
        """Return a token for ARM."""
        assert scopes == ("https://management.azure.com/.default",)
        return AccessToken(token(), int(time.time()) + 3600)


class AsyncStaticCredential:
    """The same for the aio client."""

    async def get_token(self, *scopes, **_):
        """Return a token for ARM."""
        return StaticCredential().get_token(*scopes)

    async def close(self):
        """Do nothing: there is nothing open."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """The certificate of this module's servers."""
    return ensure_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def server(tmp_path, certificate):
    """The simulator over HTTPS on a free port, much faster than time."""
    app = make_app(clock=ScaledClock(SPEED), settings=SimulatorSettings(tmp_path))
    server = TestServer(app, host="127.0.0.1", scheme="https")
    await server.start_server(ssl=certificate.server_context())
    yield server
    # Closing a TLS connection politely takes longer than the test's event loop lives.
    for connection in server.runner.server.connections:
        if connection.transport is not None:
            connection.transport.abort()
    await server.close()


@pytest.fixture
def options(server, certificate):
    """What every client is given."""
    return {
        "base_url": str(server.make_url("")).rstrip("/"),
        "connection_verify": str(certificate.certificate_path),
        "credential_scopes": ["https://management.azure.com/.default"],
        "polling_interval": 0.05,
        "retry_total": 0,
    }


@pytest.fixture
def templates(options):
    """The template calls of a sync client."""
    with ImageBuilderClient(StaticCredential(), SUBSCRIPTION, **options) as client:
        yield client.virtual_machine_image_templates


async def test_a_build_from_create_to_delete(templates):
    """Every long-running call, polled by the client itself."""

    def build():
        """Create, run, read and delete."""
        created = templates.begin_create_or_update(GROUP, "t1", template_body()).result()
        templates.begin_run(GROUP, "t1").result()
        shown = templates.get(GROUP, "t1")
        output = templates.get_run_output(GROUP, "t1", "image")
        listed = [o.name for o in templates.list_run_outputs(GROUP, "t1")]
        templates.begin_delete(GROUP, "t1").result()
        return created, shown, output, listed

    created, shown, output, listed = await asyncio.to_thread(build)
    assert created.properties.provisioning_state == "Succeeded"
    assert shown.properties.last_run_status.run_state == "Succeeded"
    assert output.properties.artifact_id.endswith("/images/webapp/versions/1.0.0")
    assert listed == ["image"]
    with pytest.raises(ResourceNotFoundError):
        await asyncio.to_thread(templates.get, GROUP, "t1")


async def test_polling_false_is_one_request(templates, server):
    """Kiln polls the template itself."""
    server.app[SIMULATOR].settings.durations = Durations(create=DAY)

    def create():
        """Create without waiting, and look."""
        templates.begin_create_or_update(GROUP, "t1", template_body(), polling=False)
        return templates.get(GROUP, "t1").properties.provisioning_state

    state = await asyncio.to_thread(create)
    calls = [entry["call"] for entry in server.app[SIMULATOR].journal.listed()]
    assert (state, calls) == ("Creating", ["put_template", "get_template"])


async def test_a_running_run_can_be_read_and_cancelled(templates, server):
    """The client parses the year 1 and nine digits of a second."""
    server.app[SIMULATOR].settings.durations = Durations(building=DAY)

    def run_and_cancel():
        """Look before and after the cancel."""
        templates.begin_create_or_update(GROUP, "t1", template_body()).result()
        templates.begin_run(GROUP, "t1", polling=False)
        running = templates.get(GROUP, "t1").properties.last_run_status
        templates.begin_cancel(GROUP, "t1").result()
        return running, templates.get(GROUP, "t1").properties.last_run_status

    running, cancelled = await asyncio.to_thread(run_and_cancel)
    assert (running.run_state, running.end_time.year) == ("Running", 1)
    assert cancelled.run_state in ("Canceling", "Canceled")


async def test_an_update_of_tags_is_polled_to_its_end(templates):
    """PATCH is a long-running call too."""

    def update():
        """Create, then change the tags."""
        templates.begin_create_or_update(GROUP, "t1", template_body()).result()
        return templates.begin_update(GROUP, "t1", {"tags": {"stuck": "yes"}}).result()

    assert (await asyncio.to_thread(update)).tags == {"stuck": "yes"}


async def test_a_failed_creation_raises_with_the_operations_error(templates, server):
    """The client raises although every answer was 200 or 201."""
    body = template_body()
    target = body["properties"]["distribute"][0]
    target["galleryImageId"] = target["galleryImageId"].replace("/kilnlocal/", "/nowhere/")
    with pytest.raises(HttpResponseError) as failure:
        await asyncio.to_thread(
            lambda: templates.begin_create_or_update(GROUP, "t1", body).result()
        )
    assert failure.value.status_code == 200
    assert "was not found" in failure.value.message


async def test_lists_are_followed_through_their_pages(templates, server):
    """NextLink must be an address that the client can use."""
    server.app[SIMULATOR].settings.page_size = 1

    def names():
        """Create two templates and list them at both levels."""
        for name in ("a", "b"):
            templates.begin_create_or_update(GROUP, name, template_body(), polling=False)
        return [t.name for t in templates.list_by_resource_group(GROUP)], [
            t.name for t in templates.list()
        ]

    assert await asyncio.to_thread(names) == (["a", "b"], ["a", "b"])


async def test_a_trigger_is_made_and_removed(options):
    """The client's other group of calls."""

    def make():
        """Make, read and remove the trigger."""
        with ImageBuilderClient(StaticCredential(), SUBSCRIPTION, **options) as client:
            templates = client.virtual_machine_image_templates
            templates.begin_create_or_update(GROUP, "t1", template_body()).result()
            body = {"properties": {"kind": "SourceImage"}}
            client.triggers.begin_create_or_update(GROUP, "t1", "source", body).result()
            shown = client.triggers.get(GROUP, "t1", "source")
            client.triggers.begin_delete(GROUP, "t1", "source").result()
            return shown, list(client.triggers.list_by_image_template(GROUP, "t1"))

    shown, left = await asyncio.to_thread(make)
    assert (shown.properties.kind, left) == ("SourceImage", [])


async def test_the_aio_client_works_as_well(options):
    """The app uses either."""
    async with AsyncImageBuilderClient(AsyncStaticCredential(), SUBSCRIPTION, **options) as client:
        templates = client.virtual_machine_image_templates
        poller = await templates.begin_create_or_update(GROUP, "t1", template_body())
        created = await poller.result()
        await (await templates.begin_run(GROUP, "t1")).result()
        outputs = [output.name async for output in templates.list_run_outputs(GROUP, "t1")]
    assert created.properties.source.exact_version == "24.04.202505020"
    assert outputs == ["image"]
