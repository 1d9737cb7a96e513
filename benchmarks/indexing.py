"""What it costs to index the app at a cold start, against importing everything at the top."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from typing import Any

from benchmarks.running_cloud import ROOT
from benchmarks.table import Row

_RUNS = 7
_BUDGET_RATIO = 0.75
_TIMEOUT_SECONDS = 60
_SDK_LIBRARIES = ("azure.core", "azure.identity", "azure.storage.blob", "azure.mgmt.imagebuilder")
_EAGER = "import azure.identity, azure.storage.blob, azure.mgmt.imagebuilder, imaging.recipe\n"
_INDEX = """
import json, sys, time
started = time.perf_counter()
{eager}import function_app
names = [f.get_function_name() for f in function_app.app.get_functions()]
seconds, loaded = time.perf_counter() - started, sorted(sys.modules)
from benchmarks.memory import peak_rss_mib
print(json.dumps({{"seconds": seconds, "rss_mib": peak_rss_mib(), "loaded": loaded}}))
"""

_Run = dict[str, Any]


def measure(runs: int = _RUNS) -> list[Row]:
    """Index in fresh processes, lazily and eagerly in turn."""
    _index(_EAGER)  # compiles what was never compiled
    lazy, eager = [], []
    for _ in range(runs):
        lazy.append(_index(""))
        eager.append(_index(_EAGER))
    early = [name for name in _SDK_LIBRARIES if name in lazy[0]["loaded"]]
    seconds, eager_seconds = _median(lazy, "seconds"), _median(eager, "seconds")
    rss_mib, eager_rss_mib = _median(lazy, "rss_mib"), _median(eager, "rss_mib")
    return [
        Row(
            f"time to index in a fresh process, median of {runs} (budget {_BUDGET_RATIO:g})",
            f"{seconds * 1000:.0f} ms",
            f"eager imports: {eager_seconds * 1000:.0f} ms",
            f"{seconds / eager_seconds:.2f}",
            holds=seconds <= _BUDGET_RATIO * eager_seconds,
        ),
        Row(
            "memory after indexing, median",
            f"{rss_mib:.0f} MiB",
            f"eager imports: {eager_rss_mib:.0f} MiB",
            f"{rss_mib / eager_rss_mib:.2f}",
        ),
        Row(
            "Azure SDK client libraries loaded by indexing",
            ", ".join(early) or "none",
            "budget: none",
            "",
            holds=not early,
        ),
    ]


def _median(runs: list[_Run], key: str) -> float:
    return float(statistics.median(run[key] for run in runs))


def _index(eager: str) -> _Run:
    done = subprocess.run(
        [sys.executable, "-c", _INDEX.format(eager=eager)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=_TIMEOUT_SECONDS,
        env={"PYTHONPATH": str(ROOT), "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1"},
    )
    answer: _Run = json.loads(done.stdout)
    return answer
