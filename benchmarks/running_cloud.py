"""A local cloud for the length of a measurement, in a folder that is gone afterwards."""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from localcloud.cloud import CloudOptions, LocalCloud

ROOT = Path(__file__).parents[1]
_PAUSE_SECONDS = 0.02

Found = TypeVar("Found")


@contextlib.contextmanager
def running_cloud(speed: float, *, with_host: bool = True) -> Iterator[LocalCloud]:
    """Start a cloud on free ports, with the example recipes; stop it and delete its files.

    Its runs execute no customizers: those are the work of Azure's build VMs, not of Kiln.

    Args:
        speed: how many times faster than real time its clock runs.
        with_host: whether the Functions host with the app runs, or storage and ARM only.
    """
    options = CloudOptions(recipes=ROOT / "examples/recipes", execute_customizers=False)
    with tempfile.TemporaryDirectory(prefix="kiln-bench-") as folder:
        cloud = LocalCloud(Path(folder) / "cloud", ROOT, speed, options)
        try:
            cloud.start_azure()
            if with_host:
                cloud.host.start()
            yield cloud
        finally:
            cloud.stop()


def wait_until(
    look: Callable[[], Found | None], timeout_seconds: float, pause_seconds: float = _PAUSE_SECONDS
) -> Found:
    """Look again and again until something is found.

    Raises:
        TimeoutError: nothing was found in time.
    """
    deadline = time.monotonic() + timeout_seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing was found within {timeout_seconds:.0f} s")
        time.sleep(pause_seconds)
    return found


def say(text: str) -> None:
    """Tell a waiting person how far the measurement is, on standard error."""
    print(f"  {text}", file=sys.stderr, flush=True)
