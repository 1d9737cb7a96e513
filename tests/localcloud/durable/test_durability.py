"""kill -9 at any moment: builds go on, stored answers are not asked for again."""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from localcloud.clock import ScaledClock, SkippingClock
from localcloud.durable.engine import Engine
from localcloud.sqlite_faults import StoreUnusableError
from tests.localcloud.durable.killable_host import POLLS
from tests.localcloud.durable.quirk_app import app_functions
from tests.localcloud.durable.runs import ended, output, played, reached, sdk_input

ROOT = Path(__file__).parents[3]
KILLED = -9


@pytest.fixture
def start(tmp_path):
    """Return a function that starts a killable host on the same store and clock."""
    clock_start = datetime.now(UTC).isoformat()
    command = [sys.executable, "-m", "tests.localcloud.durable.killable_host"]
    processes = []

    def start_host(*options):
        process = subprocess.Popen(
            [*command, str(tmp_path), clock_start, *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        processes.append(process)
        return process

    yield start_host
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def effects(tmp_path):
    """Return a function that counts the effects by poll number."""

    def read():
        path = tmp_path / "effects"
        return Counter(path.read_text().split()) if path.exists() else Counter()

    return read


def test_a_host_that_is_killed_at_activity_boundaries_finishes_the_build(start, effects):
    """Only the effect whose answer was not stored happens twice: at least once, and no more."""
    kills = ["before:2", "after_effect:3", "after_answer:2"]
    for kill in kills:
        assert start("--kill-at", kill).wait(90) == KILLED
    told, _ = start().communicate(timeout=90)
    assert json.loads(told) == ["Completed", str(POLLS)]
    # Poll 0 before the first kill; 1, 2 and 3 with the effect of 3 before the second.
    assert effects() == Counter({str(n): 2 if n == 3 else 1 for n in range(POLLS)})


def test_a_host_that_is_killed_in_the_middle_of_things_finishes_the_build(start, effects):
    """Kills that nobody chose: during timers, episodes, between transactions."""
    for wanted in (1, 3, 5):
        process = start()
        while sum(effects().values()) < wanted:
            assert process.poll() is None
            time.sleep(0.005)
        process.kill()
        assert process.wait(90) == KILLED
    told, _ = start().communicate(timeout=90)
    assert json.loads(told) == ["Completed", str(POLLS)]
    assert set(effects()) == {str(n) for n in range(POLLS)}
    assert sum(effects().values()) <= POLLS + 3


async def test_a_stopped_engine_goes_on_where_it_was(tmp_path):
    """Timers, waits and versions are rows, not objects."""
    first = Engine(app_functions, tmp_path / "hub.db", ScaledClock(), default_version="1.0")
    await first.start()
    await first.start_new("nap", "sleeper", sdk_input(3600))
    await first.start_new("one_event", "waiter")
    await played(first, "sleeper", 10)
    await first.stop()
    clock = SkippingClock(datetime.now(UTC))
    second = Engine(app_functions, tmp_path / "hub.db", clock)
    await second.start()
    await second.raise_event("waiter", "go", "1")
    assert output(await ended(second, "waiter")) == 1
    assert output(await ended(second, "sleeper")) <= clock.now().isoformat()
    assert (await second.state("sleeper")).version == "1.0"
    await second.stop()


async def test_stop_lets_a_running_activity_end_and_keeps_its_answer(new_engine):
    """SIGTERM must not make effects happen twice."""
    engine = await new_engine(clock=ScaledClock())
    await engine.start_new("echo", "build", sdk_input({"sleep": 0.3}))
    await reached(engine, "build", lambda _: len(app_functions.calls) == 1)
    await engine.stop()
    engine = await new_engine()
    assert output(await ended(engine, "build")) == {"sleep": 0.3}
    assert len(app_functions.calls) == 1


async def test_an_activity_that_does_not_end_in_time_runs_again_after_the_next_start(
    new_engine, gate
):
    """At least once, also when the patience of stop is over."""
    engine = await new_engine(clock=ScaledClock())
    await engine.start_new("echo", "build", sdk_input({"waits": True}))
    await reached(engine, "build", lambda _: len(app_functions.calls) == 1)
    await engine.stop(drain_seconds=0)
    gate.set()
    engine = await new_engine()
    assert output(await ended(engine, "build")) == {"waits": True}
    assert len(app_functions.calls) == 2


async def test_a_second_engine_on_the_same_store_is_refused(new_engine, tmp_path):
    """Both would run every activity."""
    await new_engine()
    second = Engine(app_functions, tmp_path / "hub.db", SkippingClock())
    with pytest.raises(StoreUnusableError, match=r"hub\.db .*another host uses it"):
        await second.start()
    await second.stop()


async def test_an_activity_that_the_app_no_longer_has_fails_after_a_restart(new_engine, gate):
    """An upgrade that removes one must be seen."""
    engine = await new_engine(clock=ScaledClock())
    await engine.start_new("echo", "build", sdk_input({"waits": True}))
    await reached(engine, "build", lambda _: len(app_functions.calls) == 1)
    await engine.stop(drain_seconds=0)
    gate.set()
    smaller = type(app_functions)(app_functions.orchestrator_code, {})
    engine = await new_engine(smaller)
    instance = await ended(engine, "build")
    assert "The function 'act' doesn't exist" in instance.output


async def test_a_broken_host_fails_the_activity_instead_of_losing_it(new_engine):
    """A bug beside the user's code must not hang a build."""

    class Broken(type(app_functions)):
        async def run_activity(self, *_call):
            raise KeyError("converter")

    functions = Broken(app_functions.orchestrator_code, app_functions.activity_code)
    engine = await new_engine(functions)
    await engine.start_new("echo", "build", sdk_input(1))
    assert "KeyError: 'converter'" in (await ended(engine, "build")).output


async def test_an_orchestrator_that_the_app_no_longer_has_fails_after_a_restart(new_engine):
    """Its instances must not stay open for ever."""
    engine = await new_engine()
    await engine.start_new("one_event", "build")
    await played(engine, "build", 13)
    await engine.stop()
    engine = await new_engine(type(app_functions)({}, {}))
    await engine.raise_event("build", "go", None)
    instance = await ended(engine, "build")
    assert "No orchestrator functions are currently registered" in instance.output


async def test_an_orchestrator_that_answers_nonsense_fails_its_instance(new_engine):
    """A bug of the host is a failed build, not a silent one."""
    functions = type(app_functions)({"nonsense": lambda _context: "42"}, {})
    engine = await new_engine(functions)
    await engine.start_new("nonsense", "build")
    assert "which is no Durable state" in (await ended(engine, "build")).output


async def test_100_chains_at_once_all_complete(new_engine):
    """Two cores, no errors, every activity once."""
    engine = await new_engine(clock=ScaledClock())
    ids = [await engine.start_new("chain") for _ in range(100)]
    instances = await asyncio.gather(*(ended(engine, each) for each in ids))
    assert {output(instance) for instance in instances} == {10}
    assert Counter(app_functions.values()) == dict.fromkeys(range(5), 100)


async def test_300_sleepers_need_no_threads_and_all_wake(new_engine, clock):
    """A janitor's night, a wave of builds: sleeping is free."""
    engine = await new_engine()
    with clock.busy():
        ids = [await engine.start_new("nap", None, sdk_input(60)) for _ in range(300)]
    instances = await asyncio.gather(*(ended(engine, each) for each in ids))
    assert {instance.status for instance in instances} == {"Completed"}
