"""Every benchmark in a small size, so that none rots; its figures mean nothing here."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from benchmarks import (
    indexing,
    many_builds,
    replay_cost,
    staging_memory,
    upload_to_template,
)
from benchmarks.__main__ import NAMES
from benchmarks.arm_calls import calls_of_old_task, reads_per_second, seconds_between_run_looks
from benchmarks.memory import MIB
from benchmarks.sparse_zip import write_zip
from benchmarks.table import Row, show

ROOT = Path(__file__).parents[2]


def test_indexing_loads_no_client_library():
    """A cold start must not pay for what only activities need."""
    rows = indexing.measure(runs=1)
    assert (rows[-1].kiln, rows[-1].holds) == ("none", True)


def test_a_short_wait_is_replayed_both_ways():
    """The naive loop must stay runnable, or nothing is compared."""
    cost, _, history = replay_cost.measure(hours=0.25)
    assert cost.compared.endswith(" in 61")  # a timer and an answer for each of 30 looks
    assert history.holds


@pytest.mark.local_cloud
def test_a_small_zip_is_staged_both_ways():
    """Both processes must be able to be the app, and read the same bytes."""
    (row,) = staging_memory.measure(zip_mib=34)
    assert row.holds, row
    assert "reading it whole" in row.compared


@pytest.mark.local_cloud
def test_an_upload_is_timed_to_its_template():
    """The host's log and the journal are read for it; either may change its form."""
    rows = upload_to_template.measure(runs=1, zip_mib=1)
    assert len(rows) == 3
    assert "bare SDKs: median" in rows[0].compared


@pytest.mark.local_cloud
def test_a_few_builds_run_at_once():
    """The store and the journal are read for it; either may change its form."""
    ends, *_, history = many_builds.measure(builds=2, speed=200)
    assert ends.kiln == "2 Succeeded, 2 images"
    assert ends.holds
    assert history.holds


def test_a_missed_budget_is_told(capsys: pytest.CaptureFixture[str]):
    """`make bench` must fail for it."""
    assert not show("t", {"a": [Row("x", "1", "2", "1/2", holds=False), Row("y", "1", "", "")]})
    assert "MISSED" in capsys.readouterr().out
    assert show("t", {"a": [Row("x", "1", "2", "1/2", holds=True), Row("y", "1", "", "")]})


def test_help_names_every_benchmark():
    """Names are selectable, so they must be found."""
    command = [sys.executable, "-m", "benchmarks"]
    told = _run([*command, "--help"])
    assert told.returncode == 0
    assert all(name in told.stdout for name in NAMES)
    refused = _run([*command, "nosuch"])
    assert refused.returncode == 2
    assert "there is no benchmark nosuch" in refused.stderr


def test_the_old_tasks_calls_are_counted_from_the_same_durations():
    """Worked out by hand: 2 + 3 + 1 looks every 30 s and four other calls."""
    build = [
        _call("put_template", 0), _call("get_template", 10), _call("run", 40),
        _call("get_template", 100), _call("get_template", 130), _call("run_output", 130),
        _call("delete", 130), _call("get_template", 150),
    ]  # fmt: skip
    assert calls_of_old_task(build) == 10
    assert seconds_between_run_looks([build]) == 30
    mean, busiest = reads_per_second(build)
    assert mean == pytest.approx(5 / 140)
    assert busiest == pytest.approx(3 / 60)


def test_a_large_zip_is_valid_and_takes_no_disk(tmp_path: Path):
    """A benchmark must not fill somebody's disk."""
    path = write_zip(tmp_path / "large.zip", 16)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.getinfo("assets.bin").file_size == 16 * MIB
    assert path.stat().st_blocks * 512 < MIB


def _call(name: str, second: int) -> dict[str, str]:
    method = "GET" if name in {"get_template", "run_output"} else "POST"
    when = f"2026-01-01T00:{second // 60:02}:{second % 60:02}+00:00"
    return {"call": name, "method": method, "time_utc": when, "template": "t"}


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
