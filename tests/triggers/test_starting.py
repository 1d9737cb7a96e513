"""One upload is one build, wherever a host dies and however often an event comes."""

from __future__ import annotations

import pytest

from azure_clients.claims import create_claim, write_report
from imaging.build_request import Artifact, BuildRequest
from imaging.errors import TransientError
from imaging.names import build_id_without_artifact
from tests.triggers.durable_client import RememberingClient, status
from triggers.starting import start_once

pytestmark = [pytest.mark.local_cloud, pytest.mark.usefixtures("azure")]


@pytest.fixture
def request_of_build() -> BuildRequest:
    """A build that nobody has claimed."""
    return BuildRequest(build_id_without_artifact(), "webapp", Artifact("webapp/1/a.zip", "0x1", 9))


async def test_a_new_build_is_claimed_and_started(request_of_build: BuildRequest):
    """The plan's instance id is the build id."""
    client = RememberingClient()
    assert await start_once(client, request_of_build)
    assert client.started == [
        ("build_image", request_of_build.build_id, request_of_build.to_wire())
    ]


async def test_a_claim_whose_plan_never_started_is_started(request_of_build: BuildRequest):
    """The host may die between the two; the event comes again."""
    create_claim(request_of_build)
    client = RememberingClient()
    assert await start_once(client, request_of_build)
    assert len(client.started) == 1


async def test_a_build_under_way_is_not_started_again(request_of_build: BuildRequest):
    """The second delivery of an event."""
    create_claim(request_of_build)
    client = RememberingClient({request_of_build.build_id: status("Running")})
    assert not await start_once(client, request_of_build)
    assert client.started == []


async def test_a_build_that_has_ended_is_not_started_again(request_of_build: BuildRequest):
    """Even when Durable's history was purged long ago."""
    create_claim(request_of_build)
    write_report(request_of_build.build_id, {"state": "Succeeded"})
    client = RememberingClient()
    assert not await start_once(client, request_of_build)
    assert client.started == []


class RacingClient(RememberingClient):
    """Somebody else starts the instance at the same moment."""

    async def start_new(self, name: str, instance_id: str, client_input: object) -> str:
        """Lose the race."""
        self.statuses[instance_id] = status("Pending")
        raise Exception("An Orchestration instance with the status Pending already exists.")  # noqa: TRY002 - as the SDK


async def test_losing_a_race_for_the_start_is_no_error(request_of_build: BuildRequest):
    """Two deliveries may both find the claim without a plan."""
    create_claim(request_of_build)
    assert not await start_once(RacingClient(), request_of_build)


async def test_a_start_that_fails_is_worth_another_delivery(request_of_build: BuildRequest):
    """The host redelivers when a door raises."""
    with pytest.raises(TransientError, match="could not be started"):
        await start_once(RememberingClient(refuses=True), request_of_build)
