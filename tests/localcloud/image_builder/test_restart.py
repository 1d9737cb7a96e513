"""What the simulator still knows after its process has ended, politely or by a kill."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from yarl import URL

from localcloud.image_builder.build_vm_protocol import BuildResult
from localcloud.image_builder.lifecycle import Execution, Run
from tests.localcloud.image_builder.cloud_on_a_desk import (
    TEMPLATES,
    Desk,
    MemoryFetcher,
    MemoryLogStore,
    ScriptedBuildVm,
    open_desk,
    template_body,
)


class NeverFetcher:
    """A download that does not end."""

    async def fetch(self, *_):
        """Hang."""
        await asyncio.Event().wait()


def killed(scratch: Path) -> Path:
    """Return the files as they would be if the simulator that uses them died now."""
    copy = scratch.with_name(f"{scratch.name}-killed")
    shutil.copytree(scratch, copy)
    return copy


async def start_run(desk: Desk, **properties) -> tuple[str, str]:
    """Create a template and run it; return its path and that of the run's operation."""
    path = await desk.create(**properties)
    answer = await desk.call("POST", f"{path}/run")
    await desk.let_tasks_run()
    return path, URL(answer.headers["Location"]).path


async def test_a_run_goes_on_over_a_restart(tmp_path):
    """Stopping the cloud for the night must not cost the builds that are under way."""
    async with open_desk(tmp_path) as desk:
        path, operation = await start_run(desk)
        before, now = await desk.json("GET", path), desk.clock.now()
    async with open_desk(tmp_path, now) as desk:
        assert await desk.json("GET", path) == before
        assert (await desk.run_status(path))["runState"] == "Running"
        assert (await desk.json("GET", operation))["status"] == "InProgress"
        desk.wait(minutes=15)
        assert (await desk.run_status(path))["runState"] == "Succeeded"
        assert (await desk.json("GET", operation))["status"] == "Succeeded"
        assert len((await desk.json("GET", f"{path}/runOutputs"))["value"]) == 1


async def test_a_run_whose_build_vm_died_is_executed_again(tmp_path):
    """Half a set of customizers makes no image; its log is that of the whole second try."""
    first = ScriptedBuildVm([BuildResult(succeeded=True)], gate=asyncio.Event())
    again, logs = ScriptedBuildVm([BuildResult(succeeded=True)]), MemoryLogStore()
    async with open_desk(tmp_path / "aib", build_vm=first) as desk:
        path, _ = await start_run(desk)
        died_utc, copy = desk.clock.now(), killed(tmp_path / "aib")
    async with open_desk(copy, died_utc, build_vm=again, log_store=logs) as desk:
        await desk.let_tasks_run()
        assert (await desk.run_status(path))["runState"] == "Running"
        desk.wait(minutes=15)
        assert (await desk.run_status(path))["runState"] == "Succeeded"
    assert again.seen == first.seen
    assert list(logs.blobs.values()) == [b"[x] PACKER OUT hello\n"]


async def test_a_polite_end_leaves_an_execution_for_the_next_start(tmp_path):
    """What is stopped with the cloud has neither succeeded nor failed."""
    stopped = ScriptedBuildVm([BuildResult(succeeded=True)], gate=asyncio.Event())
    again, logs = ScriptedBuildVm([BuildResult(succeeded=False)]), MemoryLogStore()
    async with open_desk(tmp_path, build_vm=stopped, log_store=logs) as desk:
        path, _ = await start_run(desk)
        now = desk.clock.now()
    assert (stopped.cancelled, logs.blobs) == (1, {})
    async with open_desk(tmp_path, now, build_vm=again, log_store=logs) as desk:
        await desk.let_tasks_run()
        desk.wait(minutes=11)
        assert (await desk.run_status(path))["runState"] == "Failed"


async def test_an_execution_that_starts_again_has_its_whole_time(tmp_path):
    """The clock ran on while the cloud was down; that is not the customizers' fault."""
    stopped = ScriptedBuildVm([BuildResult(succeeded=True)], gate=asyncio.Event())
    again = ScriptedBuildVm([BuildResult(succeeded=True)], gate=asyncio.Event())
    async with open_desk(tmp_path, build_vm=stopped) as desk:
        path, _ = await start_run(desk, buildTimeoutInMinutes=20)
        morning = desk.clock.now() + timedelta(hours=10)
    async with open_desk(tmp_path, morning, build_vm=again) as desk:
        await desk.let_tasks_run()
        desk.wait(minutes=19)
        assert (await desk.run_status(path))["runSubState"] == "Customizing"
        desk.wait(minutes=2)
        assert (await desk.run_status(path))["runState"] == "Failed"


async def test_without_a_build_vm_an_unfinished_execution_is_skipped(tmp_path):
    """Bubblewrap may be gone at the next start; the run must end all the same."""
    stopped = ScriptedBuildVm([BuildResult(succeeded=True)], gate=asyncio.Event())
    async with open_desk(tmp_path, build_vm=stopped) as desk:
        path, _ = await start_run(desk)
        now = desk.clock.now()
    async with open_desk(tmp_path, now) as desk:
        desk.wait(minutes=15)
        assert (await desk.run_status(path))["runState"] == "Succeeded"


async def test_what_was_executed_or_cancelled_is_not_executed_again(tmp_path):
    """A second execution would do its effects twice, and end a run that has ended."""
    build_vm = ScriptedBuildVm([BuildResult(succeeded=True)])
    async with open_desk(tmp_path, build_vm=build_vm) as desk:
        done, _ = await start_run(desk, name="done")
        build_vm.gate = asyncio.Event()
        cancelled, _ = await start_run(desk, name="cancelled")
        await desk.call("POST", f"{cancelled}/cancel")
        now = desk.clock.now()
    again = ScriptedBuildVm()
    async with open_desk(tmp_path, now, build_vm=again) as desk:
        desk.wait(minutes=15)
        await desk.let_tasks_run()
        assert (await desk.run_status(done))["runState"] == "Succeeded"
        assert (await desk.run_status(cancelled))["runState"] == "Canceled"
    assert again.seen == []


def test_a_run_that_is_being_cancelled_is_not_cut_off():
    """Its build VM may have had no time to end before the process did."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    run = Run("r1", "o1", now, (), execution=Execution(now))
    assert run.is_cut_off
    run.cancel_utc = now
    assert not run.is_cut_off


async def test_a_creation_that_was_cut_off_downloads_again(tmp_path):
    """A template must not stay in Creating for ever."""
    url = "https://127.0.0.1/a.sh"
    body = template_body(customize=[{"type": "Shell", "scriptUri": url}])
    fetcher = MemoryFetcher({url: b"echo hello\n"})
    async with open_desk(tmp_path / "aib", fetcher=NeverFetcher()) as desk:
        await desk.call("PUT", f"{TEMPLATES}/t1", body)
        await desk.let_tasks_run()
        now, copy = desk.clock.now(), killed(tmp_path / "aib")
    for scratch in (copy, tmp_path / "aib"):
        async with open_desk(scratch, now, fetcher=fetcher) as desk:
            await desk.let_tasks_run()
            desk.wait(seconds=40)
            properties = (await desk.json("GET", f"{TEMPLATES}/t1"))["properties"]
        assert properties["provisioningState"] == "Succeeded"
        assert properties["customize"][0]["sha256Checksum"]


async def test_an_image_is_published_once_and_counted_on(tmp_path):
    """The next version number is made of those that are there."""
    async with open_desk(tmp_path) as desk:
        path, _ = await start_run(desk)
        desk.wait(minutes=15)
        await desk.let_tasks_run()
        now = desk.clock.now()
    async with open_desk(tmp_path, now) as desk:
        await desk.call("POST", f"{path}/run")
        desk.wait(minutes=15)
        output = await desk.json("GET", f"{path}/runOutputs/image")
    assert output["properties"]["artifactId"].endswith("/versions/1.0.1")


async def test_a_deletion_goes_on_and_operations_outlive_their_template(tmp_path):
    """Clients look at an operation once more at the end, whatever has been restarted or deleted."""
    async with open_desk(tmp_path) as desk:
        path, run = await start_run(desk)
        desk.wait(minutes=15)
        deleted = await desk.call("DELETE", path)
        deletion = URL(deleted.headers["Location"]).path
        now = desk.clock.now()
    async with open_desk(tmp_path, now) as desk:
        assert (await desk.json("GET", deletion))["status"] == "InProgress"
        again = await desk.call("DELETE", path)
        assert URL(again.headers["Location"]).path == deletion
        desk.wait(minutes=3)
        assert (await desk.call("GET", path)).status == 404
        ended = await desk.json("GET", run)
        now = desk.clock.now()
    async with open_desk(tmp_path, now) as desk:
        assert (await desk.json("GET", run)) == ended
        assert ended["status"] == "Succeeded"
        assert (await desk.json("GET", deletion))["status"] == "Succeeded"
        assert (await desk.call("GET", path)).status == 404
