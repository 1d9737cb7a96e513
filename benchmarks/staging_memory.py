"""How much memory the real `stage_artifact` needs for a large zip, against reading it whole."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.direct_calls import DirectCalls
from benchmarks.memory import MIB, sampled_rss_mib
from benchmarks.running_cloud import ROOT, running_cloud, say
from benchmarks.sparse_zip import upload_in_blocks, write_zip
from benchmarks.table import Row
from localcloud.cloud import LocalCloud
from localcloud.processes import inherited_environment

_ZIP_MIB = 1024
_BUDGET_MIB = 60.0
_TIMEOUT_SECONDS = 240.0
_ENDED = '{"answer": {"error": "the process has ended"}}'


@dataclass(frozen=True)
class Growth:
    """Memory of one process: at rest, and the most that it had on top while it worked."""

    rest_mib: float
    sampled_mib: float
    peak_mib: float
    sha256: str


def measure(zip_mib: int = _ZIP_MIB) -> list[Row]:
    """Stage the same zip in two fresh processes, each of which has staged a small one before."""
    with running_cloud(speed=1, with_host=False) as cloud:
        small, large = _upload(cloud, 1), _upload(cloud, zip_mib)
        ours, naive = _growth(cloud, small, large), _growth(cloud, small, large, naive=True)
    if ours.sha256 != naive.sha256:
        raise RuntimeError("the two ways have read different zips")
    return [
        Row(
            f"stage_artifact of a {zip_mib} MiB zip: peak memory above the process at rest"
            f" ({ours.rest_mib:.0f} MiB; budget {_BUDGET_MIB:.0f} MiB)",
            f"{ours.peak_mib:.0f} MiB (sampled: {ours.sampled_mib:.0f})",
            f"reading it whole: {naive.peak_mib:.0f} MiB",
            f"1/{naive.peak_mib / ours.peak_mib:.0f}",
            holds=ours.peak_mib < _BUDGET_MIB,
        )
    ]


def _upload(cloud: LocalCloud, zip_mib: int) -> dict[str, Any]:
    calls = DirectCalls(cloud)
    target = calls.blob("ARTIFACTS_CONTAINER", f"webapp/{zip_mib}/build.zip")
    with tempfile.TemporaryDirectory(prefix="kiln-bench-") as folder:
        upload_in_blocks(target, write_zip(Path(folder) / "build.zip", zip_mib))
    found = target.get_blob_properties()
    calls.close()
    return {"blob_name": found.name, "etag": found.etag.strip('"'), "size_bytes": found.size}


def _growth(
    cloud: LocalCloud, small: dict[str, Any], large: dict[str, Any], *, naive: bool = False
) -> Growth:
    with _child(cloud) as child:
        rest = _ask(child, {"build_id": "small", "artifact": small, "os_type": "Linux"})
        step = {"build_id": "large", "artifact": large, "os_type": "Linux", "naive": naive}
        with sampled_rss_mib(child.pid) as samples:
            done = _ask(child, step)
    growth = Growth(
        rest_mib=rest["rss_mib"],
        sampled_mib=max(samples) - rest["rss_mib"],
        peak_mib=done["peak_rss_mib"] - rest["rss_mib"],
        sha256=done["answer"]["result"]["sha256"],
    )
    way = "read whole" if naive else "staged"
    say(f"{large['size_bytes'] / MIB:.0f} MiB {way}: +{growth.peak_mib:.0f} MiB")
    return growth


@contextlib.contextmanager
def _child(cloud: LocalCloud) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.staging_child"],
        cwd=ROOT,
        env=inherited_environment() | cloud.app_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    late = threading.Timer(_TIMEOUT_SECONDS, child.kill)
    late.start()
    try:
        yield child
    finally:
        late.cancel()
        child.kill()
        child.communicate()


def _ask(child: subprocess.Popen[str], step: dict[str, Any]) -> dict[str, Any]:
    if child.stdin and child.stdout:
        child.stdin.write(json.dumps(step) + "\n")
        child.stdin.flush()
    told: dict[str, Any] = json.loads((child.stdout and child.stdout.readline()) or _ENDED)
    if "result" not in told["answer"]:
        raise RuntimeError(f"staging {step['artifact']['blob_name']} failed: {told['answer']}")
    return told
