"""Measures Kiln: `python -m benchmarks [NAME …]`; every budget is checked, every server stopped."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
import time
from collections.abc import Sequence

from benchmarks.running_cloud import say
from benchmarks.table import Row, show

NAMES = ("indexing", "replay_cost", "staging_memory", "upload_to_template", "many_builds")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for, print one table, answer 1 if a budget is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures Kiln beside the naive way, on this machine. docs/benchmarks.md"
        " explains every row.",
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"what to measure, everything without one: {', '.join(NAMES)}",
    )
    asked = parser.parse_args(arguments).names or NAMES
    unknown = [name for name in asked if name not in NAMES]
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; choose from {', '.join(NAMES)}")
    measured: dict[str, list[Row]] = {}
    try:
        for name in asked:
            measured[name] = _measure(name)
    finally:  # what was measured is shown, even if the next one breaks
        all_met = show(_conditions(), measured)
    return 0 if all_met else 1


def _measure(name: str) -> list[Row]:
    print(f"{name} …", file=sys.stderr, flush=True)
    started = time.monotonic()
    rows: list[Row] = importlib.import_module(f"benchmarks.{name}").measure()
    say(f"measured in {time.monotonic() - started:.0f} s")
    return rows


def _conditions() -> str:
    load = f", load average {os.getloadavg()[1]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"Measured on {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{platform.system()}{load}; everything on this machine"
    )


if __name__ == "__main__":
    sys.exit(main())
