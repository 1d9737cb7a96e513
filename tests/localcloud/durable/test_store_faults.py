"""A store that is none, and a disk that is full for a while."""

import asyncio
import sqlite3

import pytest

from localcloud.clock import ScaledClock, SkippingClock
from localcloud.durable.engine import Engine
from localcloud.durable.history import EventKind
from localcloud.sqlite_faults import StoreUnusableError
from tests.localcloud.durable.quirk_app import app_functions
from tests.localcloud.durable.runs import ended, output, played, sdk_input, until


def write_noise(path):
    """Write what is no database."""
    path.write_bytes(b"no database" * 500)


def write_other_tables(path):
    """Write a database with a table of the same name and other columns."""
    database = sqlite3.connect(path)
    database.execute("create table instances(x)")
    database.close()


@pytest.mark.parametrize("write", [write_noise, write_other_tables])
async def test_a_store_that_is_none_is_refused_by_name(tmp_path, write):
    """Whoever is told what to delete need not read a stack trace."""
    write(tmp_path / "hub.db")
    engine = Engine(app_functions, tmp_path / "hub.db", SkippingClock())

    with pytest.raises(StoreUnusableError, match=r"hub\.db .*delete it"):
        await engine.start()
    await engine.stop()


async def test_a_folder_that_is_not_there_is_named(tmp_path):
    """Nothing is damaged then, and nothing should be deleted."""
    engine = Engine(app_functions, tmp_path / "nowhere/hub.db", SkippingClock())

    with pytest.raises(StoreUnusableError, match=r"nowhere/hub\.db .*its folder exists"):
        await engine.start()
    await engine.stop()


async def test_work_outlives_a_full_disk(new_engine, gate, caplog):
    """An activity that has run is not run again, and its build goes on once there is space."""
    engine = await new_engine(clock=ScaledClock())
    await engine.start_new("echo", "build", sdk_input({"waits": True, "size": 1_000_000}))
    await played(engine, "build", EventKind.TASK_SCHEDULED)
    await limit_pages(engine, 1)
    gate.set()
    await until(lambda: asyncio.sleep(0, "store_waits" in caplog.text))

    with pytest.raises(StoreUnusableError, match="free some space"):
        await engine.start_new("echo", "another", sdk_input("x" * 1_000_000))
    await limit_pages(engine, 100_000)

    assert len(output(await ended(engine, "build"))) == 1_000_000
    assert len(app_functions.calls) == 1
    assert caplog.text.count("store_waits") == 1


async def limit_pages(engine, count):
    """Make the store full, or not any more; a limit below its size is its size."""
    await engine._thread.run(engine._thread.store._db.execute, f"pragma max_page_count={count}")
