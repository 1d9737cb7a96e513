"""Lets many builds run at once on a local cloud and keeps what can be counted of them."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.arm_calls import Call
from benchmarks.memory import sampled_rss_mib
from benchmarks.running_cloud import running_cloud, say, wait_until
from benchmarks.sparse_zip import write_zip
from localcloud.cloud import LocalCloud

_TIMEOUT_SECONDS = 400.0
_PAUSE_SECONDS = 0.5
_FINAL_STATES = frozenset({"Succeeded", "Failed"})


@dataclass(frozen=True)
class BuildLoad:
    """What the builds came to.

    Args:
        seconds: real time from the first upload to the last end.
        host_cpu_seconds: of the host process meanwhile, all threads.
        host_peak_mib: resident size of the host process, sampled.
        reports: of every build.
        calls: every call that Resource Manager got.
        histories: events and bytes of every instance's last generation.
    """

    seconds: float
    host_cpu_seconds: float
    host_peak_mib: float
    reports: list[dict[str, Any]]
    calls: list[Call]
    histories: list[tuple[int, int]]


def run_builds(builds: int, speed: float) -> BuildLoad:
    """Upload tiny zips one right after the other and wait until every build has ended."""
    with running_cloud(speed) as cloud:
        host = psutil.Process(cloud.host.pid)
        started, cpu_before = time.perf_counter(), sum(host.cpu_times()[:2])
        with sampled_rss_mib(host.pid, _PAUSE_SECONDS) as samples:
            _upload_all(cloud, builds)
            _wait_for_all(cloud, builds)
        seconds, cpu_after = time.perf_counter() - started, sum(host.cpu_times()[:2])
        say(f"all ended after {seconds:.0f} s")
        reports = [claim["report"] for claim in cloud.claims().values()]
        calls = cloud.journal()
        cloud.host.stop()  # it holds its store
        histories = _histories(cloud.state.host_folder / "durable.sqlite")
    return BuildLoad(seconds, cpu_after - cpu_before, max(samples), reports, calls, histories)


def _upload_all(cloud: LocalCloud, builds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="kiln-bench-") as folder:
        path = write_zip(Path(folder) / "build.zip", 0)
        for number in range(builds):
            cloud.upload(path, f"webapp/{number}/build.zip")
    say(f"{builds} zips uploaded")


def _wait_for_all(cloud: LocalCloud, builds: int) -> None:
    container = cloud.container("BUILDS_CONTAINER")

    def all_claimed() -> bool:
        return len(cloud.storage.names(container)) >= builds

    wait_until(all_claimed, _TIMEOUT_SECONDS, _PAUSE_SECONDS)
    left = [name.removesuffix(".json") for name in cloud.storage.names(container)]
    say(f"{len(left)} builds under way")

    def all_ended() -> bool:
        while left and (cloud.build(left[-1]) or {}).get("state") in _FINAL_STATES:
            left.pop()
        return not left

    wait_until(all_ended, _TIMEOUT_SECONDS, _PAUSE_SECONDS)


def _histories(store: Path) -> list[tuple[int, int]]:
    query = "select count(*), sum(length(event)) from history group by id"
    with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as database:
        return list(database.execute(query))
