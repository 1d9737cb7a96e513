"""What the simulator stores: everything that a later start needs, and no secret."""

import json
import stat

import pytest

from localcloud.clock import SkippingClock
from localcloud.errors import StateError
from localcloud.image_builder.server import make_app
from localcloud.image_builder.simulator_settings import SimulatorSettings
from localcloud.image_builder.simulator_store import SimulatorStore
from tests.localcloud.image_builder.cloud_on_a_desk import (
    TEMPLATES,
    MemoryFetcher,
    open_desk,
    template_body,
)


async def test_changes_triggers_and_put_images_are_kept(tmp_path):
    """What was answered with success is there at the next start."""
    image = f"{TEMPLATES.partition('/providers/')[0]}/providers/Microsoft.Compute/images/base"
    async with open_desk(tmp_path) as desk:
        path = await desk.create()
        await desk.call("PATCH", path, {"tags": {"team": "web"}})
        trigger = {"properties": {"kind": "SourceImage"}}
        await desk.call("PUT", f"{path}/triggers/daily", trigger)
        await desk.call("PUT", image, {"location": "westeurope", "tags": {"a": "b"}})
        now = desk.clock.now()
    async with open_desk(tmp_path, now) as desk:
        desk.wait(seconds=5)
        assert (await desk.json("GET", path))["tags"] == {"team": "web"}
        assert (await desk.call("GET", f"{path}/triggers/daily")).status == 200
        assert (await desk.json("GET", image))["tags"] == {"a": "b"}
        await desk.call("DELETE", f"{path}/triggers/daily")
        await desk.call("DELETE", image)
        now = desk.clock.now()
    async with open_desk(tmp_path, now) as desk:
        desk.wait(seconds=5)
        assert (await desk.call("GET", f"{path}/triggers/daily")).status == 404
        assert (await desk.json("GET", image))["tags"] == {}, "exists by rule, without the tag"


async def test_fault_plans_keep_their_counts_and_their_order(tmp_path):
    """The second call is the second one, also when a restart lies between."""
    match = {"call": "list_templates", "nth": 2}
    async with open_desk(tmp_path) as desk:
        first = await desk.plan(match, status=503)
        await desk.plan({"call": "list_templates"}, status=429)
        gone = await desk.plan({"call": "run"}, run_state="Failed", at_phase="Building")
        assert (await desk.call("GET", TEMPLATES)).status == 429
        await desk.client.delete(f"/_localcloud/faults/{gone}")
        now = desk.clock.now()
        before = await (await desk.client.get("/_localcloud/faults")).json()
    async with open_desk(tmp_path, now) as desk:
        assert await (await desk.client.get("/_localcloud/faults")).json() == before
        assert (await desk.call("GET", TEMPLATES)).status == 503
        assert (await desk.calls())[-1]["fault"] == first
        await desk.client.delete("/_localcloud/faults")
    async with open_desk(tmp_path, now) as desk:
        assert (await (await desk.client.get("/_localcloud/faults")).json())["faults"] == []


async def test_the_journal_is_continued(tmp_path):
    """Tests that kill the cloud count side effects over all its lives."""
    async with open_desk(tmp_path) as desk:
        await desk.create()
        before = await desk.calls()
        now = desk.clock.now()
    async with open_desk(tmp_path, now) as desk:
        await desk.call("GET", TEMPLATES)
        calls = await desk.calls()
    assert calls[:-1] == before
    assert [call["seq"] for call in calls] == list(range(1, len(calls) + 1))


async def test_a_deleted_template_leaves_no_sas_behind(tmp_path):
    """AIB keeps the SAS of a source in the template; with the template, it goes."""
    url = "https://127.0.0.1/a.sh?sig=verysecret"
    async with open_desk(tmp_path, fetcher=MemoryFetcher({url: b"x"})) as desk:
        long = {"type": "Shell", "inline": ["echo " + "a" * 20_000]}
        path = await desk.create(customize=[long, {"type": "Shell", "scriptUri": url}])
        for name in ("simulator.db", "simulator.db-wal"):
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
        await desk.call("DELETE", path)
        desk.wait(minutes=3)
        await desk.call("GET", path)
    found = [f.name for f in tmp_path.rglob("*") if f.is_file() and b"very" in f.read_bytes()]
    assert found == []


def test_a_file_that_is_no_database_is_refused_by_name(tmp_path):
    """Going on without it would fail every build with a riddle."""
    (tmp_path / "simulator.db").write_bytes(b"no database" * 100)
    with pytest.raises(StateError, match=r"simulator\.db .*not a database.*; delete "):
        make_app(clock=SkippingClock(), settings=SimulatorSettings(tmp_path))


def test_a_document_of_another_version_is_refused_by_name(tmp_path):
    """A template that is half understood would end its builds half."""
    store = SimulatorStore(tmp_path)
    store.put("template", "t1", "{}")
    store.close()
    with pytest.raises(StateError, match=r"simulator\.db .*Template.*; delete "):
        make_app(clock=SkippingClock(), settings=SimulatorSettings(tmp_path))


def test_what_belongs_together_is_stored_together(tmp_path):
    """An image whose run does not know of it would be published a second time."""
    store = SimulatorStore(tmp_path)

    def publish() -> None:
        with store.transaction():
            store.put("compute", "image", "{}")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        publish()
    assert store.documents("compute") == {}
    store.close()


async def test_half_a_character_is_stored_as_go_reads_it(tmp_path):
    """A template that cannot be written down would break every call from then on."""
    async with open_desk(tmp_path) as desk:
        path = f"{TEMPLATES}/t1"
        body = json.dumps(template_body(customize=[{"type": "Shell", "inline": ["a\ud800b"]}]))
        assert (await desk.call("PUT", path, body)).status == 201
        await desk.let_tasks_run()
        inline = (await desk.json("GET", path))["properties"]["customize"][0]["inline"]
    assert inline == ["a\ufffdb"]
