"""How large a process is, and how large it has been."""

from __future__ import annotations

import contextlib
import resource
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil

MIB = 1024 * 1024
_SAMPLE_SECONDS = 0.005


def peak_rss_mib() -> float:
    """Return the highest resident size of this process so far.

    Linux hands `ru_maxrss` down from the process that started this one, so its own high-water mark
    is read where there is one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB  # macOS counts bytes


def rss_mib(pid: int | None = None) -> float:
    """Return the resident size of a process, of this one for None."""
    return float(psutil.Process(pid).memory_info().rss) / MIB


@contextlib.contextmanager
def sampled_rss_mib(pid: int, pause_seconds: float = _SAMPLE_SECONDS) -> Iterator[list[float]]:
    """Look at a process's resident size over and over while the block runs."""
    samples = [rss_mib(pid)]
    ended = threading.Event()

    def sample() -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            while not ended.wait(pause_seconds):
                samples.append(rss_mib(pid))

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        ended.set()
        thread.join()
