"""Many builds at once on the running local cloud: do all end well, how fast, at what price."""

from __future__ import annotations

from collections import Counter

from benchmarks.arm_calls import (
    OLD_TASK_POLL_SECONDS,
    by_template,
    calls_of_old_task,
    reads_per_second,
    seconds_between_run_looks,
)
from benchmarks.build_load import BuildLoad, run_builds
from benchmarks.table import Row

_BUILDS = 200
_SPEED = 8.0
_MOST_READS_PER_SECOND = 25.0
_MOST_EVENTS = 200
_MOST_BYTES = 100_000


def measure(builds: int = _BUILDS, speed: float = _SPEED) -> list[Row]:
    """Run the builds and compare with the polling of the task that Kiln replaces."""
    load = run_builds(builds, speed)
    return [_ends(load, builds, speed), *_rates(load, builds), *_arm(load, builds), _history(load)]


def _ends(load: BuildLoad, builds: int, speed: float) -> Row:
    states = Counter(report["state"] for report in load.reports)
    images = {image["uri"] for report in load.reports for image in report["images"]}
    return Row(
        f"{builds} uploads at once, clock x{speed:g}, customizers not executed: their ends",
        f"{states['Succeeded']} Succeeded, {len(images)} images",
        f"budget: {builds}",
        f"{states['Succeeded'] / builds:.0%}",
        holds=states["Succeeded"] == len(images) == builds,
    )


def _rates(load: BuildLoad, builds: int) -> list[Row]:
    return [
        Row(
            "of these, builds per minute of real time (each takes 19 min of the cloud's clock)",
            f"{builds / load.seconds * 60:.0f}",
            f"all: {load.seconds:.0f} s",
            "",
        ),
        Row(
            "CPU of the host process with the app, per build",
            f"{load.host_cpu_seconds / builds:.2f} s",
            f"all: {load.host_cpu_seconds:.0f} s",
            "",
        ),
        Row(
            "peak memory of the host process with the app", f"{load.host_peak_mib:.0f} MiB", "", ""
        ),
    ]


def _arm(load: BuildLoad, builds: int) -> list[Row]:
    templates = by_template(load.calls)
    calls = len(load.calls) / builds
    old = sum(calls_of_old_task(template) for template in templates) / builds
    mean, busiest = reads_per_second(load.calls)
    return [
        Row(
            "ARM calls per build; the run was looked at every"
            f" {seconds_between_run_looks(templates):.0f} s (30 s where the machine keeps up)",
            f"{calls:.1f}",
            f"old task's looks every {OLD_TASK_POLL_SECONDS} s, computed from the same"
            f" durations: {old:.1f}",
            f"{calls / old:.2f}",
        ),
        Row(
            "ARM reads per second of the cloud's clock, all builds together",
            f"{mean:.1f}, busiest minute {busiest:.1f}",
            f"budget: {_MOST_READS_PER_SECOND:.0f}",
            f"{busiest / _MOST_READS_PER_SECOND:.2f}",
            holds=busiest <= _MOST_READS_PER_SECOND,
        ),
    ]


def _history(load: BuildLoad) -> Row:
    events, size_bytes = (max(column) for column in zip(*load.histories, strict=True))
    return Row(
        "the largest last history of any instance",
        f"{events} events, {size_bytes / 1000:.0f} KB",
        f"budget: {_MOST_EVENTS} events, {_MOST_BYTES // 1000} KB",
        f"{max(events / _MOST_EVENTS, size_bytes / _MOST_BYTES):.2f}",
        holds=events <= _MOST_EVENTS and size_bytes <= _MOST_BYTES,
    )
