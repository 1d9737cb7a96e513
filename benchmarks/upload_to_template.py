"""How soon a template is asked for after a zip was uploaded, on the running local cloud."""

from __future__ import annotations

import math
import re
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from benchmarks.direct_calls import DirectCalls
from benchmarks.memory import MIB
from benchmarks.running_cloud import running_cloud, say, wait_until
from benchmarks.sparse_zip import upload_in_blocks, write_zip
from benchmarks.table import Row
from localcloud.cloud import LocalCloud

_RUNS = 9
_ZIP_MIB = 95  # 100 MB
_MOST_TIMES_DIRECT = 1.5
_TIMEOUT_SECONDS = 60.0
_QUIET_SECONDS = 0.25
_QUIET_SHARE = 0.2
_DAY_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Timing:
    """Seconds of one upload: to the PUT, to the host's noticing, and of the bare calls."""

    total: float
    noticing: float
    direct: float


def measure(runs: int = _RUNS, zip_mib: int = _ZIP_MIB) -> list[Row]:
    """Upload again and again; after each upload do the same calls with nothing but the SDKs."""
    with running_cloud(speed=1) as cloud, tempfile.TemporaryDirectory(prefix="kiln-bench-") as at:
        path = write_zip(Path(at) / "upload.zip", zip_mib)
        direct = DirectCalls(cloud)
        try:
            _timing(cloud, direct, path, "webapp/warm-up/build.zip")
            timings = [_timing(cloud, direct, path, f"webapp/{n}/build.zip") for n in range(runs)]
        finally:
            direct.close()
    return _rows(timings, f"{zip_mib * MIB / 1e6:.0f} MB zip")


def _rows(timings: list[Timing], what: str) -> list[Row]:
    totals = [each.total for each in timings]
    total, p95 = statistics.median(totals), _p95(totals)
    noticing = statistics.median(each.noticing for each in timings)
    direct = statistics.median(each.direct for each in timings)
    own = statistics.median(each.total - each.noticing - each.direct for each in timings)
    return [
        Row(
            f"{what}: from the end of the upload to the template PUT, {len(timings)} uploads"
            f" (budget: {_MOST_TIMES_DIRECT:g} times the bare calls)",
            f"median {total:.2f} s, p95 {p95:.2f} s",
            f"the same storage and ARM calls in a row, bare SDKs: median {direct:.2f} s",
            f"{total / direct:.1f}",
            holds=total <= _MOST_TIMES_DIRECT * direct,
        ),
        Row(
            "of it: until the local host's poll sees the blob (every 0.5 s; Event Grid in Azure)",
            f"median {noticing:.2f} s",
            "the whole",
            f"{noticing / total:.0%}",
        ),
        Row(
            "of it: neither poll nor storage nor ARM, so Kiln, Durable and the local host",
            f"median {own:.2f} s",
            "the whole",
            f"{own / total:.0%}",
        ),
    ]


def _timing(cloud: LocalCloud, direct: DirectCalls, path: Path, blob_name: str) -> Timing:
    _settle(cloud)
    seen = len(cloud.journal())
    upload_in_blocks(direct.blob("ARTIFACTS_CONTAINER", blob_name), path)
    uploaded_utc = datetime.now(UTC)
    put = wait_until(lambda: _put_after(cloud, seen), _TIMEOUT_SECONDS)
    total = (datetime.fromisoformat(put["time_utc"]) - uploaded_utc).total_seconds()
    noticing = _noticed(cloud, blob_name, uploaded_utc)
    _settle(cloud)
    timing = Timing(total, noticing, direct.seconds(blob_name))
    say(f"{blob_name}: {total:.2f} s, noticed after {noticing:.2f} s, bare {timing.direct:.2f} s")
    return timing


def _put_after(cloud: LocalCloud, seen: int) -> dict[str, Any] | None:
    return next((e for e in cloud.journal()[seen:] if e["call"] == "put_template"), None)


def _noticed(cloud: LocalCloud, blob_name: str, uploaded_utc: datetime) -> float:
    """Read from the host's log how long after the upload its trigger ran."""
    pattern = rf"^\[(\d\d):(\d\d):([\d.]+)\].*New blob detected: \S+/{re.escape(blob_name)}"
    found = re.search(pattern, (cloud.state.logs / "host.log").read_text(), re.MULTILINE)
    if found is None:
        raise RuntimeError(f"the host's log does not tell when it saw {blob_name}")
    hours, minutes, seconds = found.groups()
    of_day = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    midnight = uploaded_utc.replace(hour=0, minute=0, second=0, microsecond=0)
    later = (of_day - (uploaded_utc - midnight).total_seconds()) % _DAY_SECONDS
    return 0.0 if later > _DAY_SECONDS / 2 else later  # seen before the upload call returned


def _settle(cloud: LocalCloud) -> None:
    """Wait until the cloud's processes have little left to do."""
    parts = (cloud.azurite.pid, cloud.control_plane.pid, cloud.host.pid)
    processes = [psutil.Process(pid) for pid in parts if pid]

    def cpu_seconds() -> float:
        return sum(sum(process.cpu_times()[:2]) for process in processes)

    def is_quiet() -> bool:
        before = cpu_seconds()
        time.sleep(_QUIET_SECONDS)
        return cpu_seconds() - before < _QUIET_SECONDS * _QUIET_SHARE

    wait_until(is_quiet, _TIMEOUT_SECONDS)


def _p95(seconds: list[float]) -> float:
    """Return the nearest-rank 95th percentile; of fewer than 20 values that is the largest."""
    return sorted(seconds)[math.ceil(0.95 * len(seconds)) - 1]
