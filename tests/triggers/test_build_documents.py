"""What the HTTP API says of a build at every moment of its life."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from azure_clients.claims import create_claim, write_report
from imaging.build_request import Artifact, BuildRequest
from imaging.errors import NotFoundError
from imaging.names import build_id_without_artifact
from orchestrators.progress import Progress
from tests.triggers.durable_client import RememberingClient, status
from triggers.build_documents import build_document

pytestmark = [pytest.mark.local_cloud, pytest.mark.usefixtures("azure")]


@pytest.fixture
def build_id() -> str:
    """A claimed build."""
    build_id = build_id_without_artifact()
    create_claim(BuildRequest(build_id, "webapp", Artifact("webapp/1/a.zip", "0x1", 9)))
    return build_id


async def test_a_claimed_build_is_queued(build_id: str):
    """Its plan has not begun."""
    document = await build_document(RememberingClient(), build_id)
    assert (document["id"], document["state"]) == (build_id, "Queued")
    assert (document["recipe"], document["artifact"]) == ("webapp", "webapp/1/a.zip")


async def test_a_waiting_build_shows_what_its_child_sees(build_id: str):
    """AIB's own states are what a waiting person wants."""
    shown = {"phase": "Running", "waitsIn": f"{build_id}:run", "elapsedSeconds": 60}
    seen = {"runState": "Running", "runSubState": "Building", "elapsedSeconds": 300, "notice": None}
    client = RememberingClient(
        {build_id: status("Running", shown), f"{build_id}:run": status("Running", seen)}
    )
    document = await build_document(client, build_id)
    assert (document["state"], document["phase"]) == ("Running", "Running")
    assert (document["runState"], document["runSubState"]) == ("Running", "Building")
    assert document["elapsedSeconds"] == 300
    assert "waitsIn" not in document


class ShownContext:
    """A plan's context that remembers what the plan shows."""

    current_utc_datetime = datetime(2026, 11, 22, 12, 59, 17, tzinfo=UTC)
    is_replaying = False
    shown: dict[str, Any]

    def set_custom_status(self, shown: dict[str, Any]) -> None:
        """Remember it."""
        self.shown = shown


async def test_the_page_shows_every_property_of_a_running_build(build_id: str):
    """People write scripts against the page."""
    page = (Path(__file__).parents[2] / "docs/http-api.md").read_text()
    example = json.loads(re.findall(r"```json\n(.*?)```", page, re.DOTALL)[0])
    context = ShownContext()
    request = BuildRequest(build_id, "webapp", Artifact("webapp/18-1/web.zip", "0x1", 9))
    Progress(context, request, example["templateName"]).enter("Running", waits_in="a-child")
    client = RememberingClient({build_id: status("Running", context.shown)})
    document = await build_document(client, build_id)
    assert document.keys() == example.keys()
    assert (document["state"], document["phase"]) == (example["state"], example["phase"])
    assert document["templateName"] == example["templateName"]


async def test_a_report_outlives_the_plan(build_id: str):
    """Durable's history is purged after a while."""
    write_report(build_id, {"state": "Succeeded", "outputs": {"imageUri": "/x"}})
    document = await build_document(RememberingClient(), build_id)
    assert (document["state"], document["outputs"]) == ("Succeeded", {"imageUri": "/x"})


async def test_a_report_is_shown_before_it_is_kept(build_id: str):
    """The plan has ended and its claim was deleted or not written yet."""
    client = RememberingClient({build_id: status("Completed", output={"state": "Failed"})})
    assert (await build_document(client, build_id))["state"] == "Failed"


@pytest.mark.parametrize("runtime_status", ["Failed", "Terminated"])
async def test_a_crashed_plan_is_a_failed_build(build_id: str, runtime_status: str):
    """An operator may terminate an instance; the caller must not wait for ever."""
    output = "stopped by hand\nTraceback (most recent call last): …"
    client = RememberingClient({build_id: status(runtime_status, output=output)})
    document = await build_document(client, build_id)
    assert document["state"] == "Failed"
    assert document["error"] == {
        "code": f"Orchestration{runtime_status}",
        "message": "stopped by hand",
    }


async def test_a_crashed_plan_still_names_what_it_left_behind(build_id: str):
    """Its template may be there, and its run may go on; somebody has to look."""
    shown = {"phase": "Running", "waitsIn": f"{build_id}:run", "templateName": "t_1_0a1b2c"}
    client = RememberingClient(
        {build_id: status("Terminated", custom_status=shown, output="by hand")}
    )
    document = await build_document(client, build_id)
    assert document["state"] == "Failed"
    assert (document["phase"], document["templateName"]) == ("Running", "t_1_0a1b2c")
    assert "waitsIn" not in document


@pytest.mark.parametrize("unknown", ["nosuch", "../recipes/webapp", "f" * 32])
async def test_an_unknown_build_is_named(unknown: str):
    """Nothing that is no build id becomes part of a blob's name."""
    with pytest.raises(NotFoundError, match="does not exist"):
        await build_document(RememberingClient(), unknown)
