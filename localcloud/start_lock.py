"""One start or stop at a time in a directory: of two at once, one would leave its processes."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from localcloud.errors import StateError

_FILE_NAME = "start.lock"


def prepare_directory(directory: Path) -> Path:
    """Make the directory of a local cloud, and return the file in it that is locked.

    Raises:
        StateError: nothing can be written there.
    """
    path = directory / _FILE_NAME
    try:
        directory.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError as error:
        raise StateError(
            f"{directory} cannot hold a local cloud ({error.strerror});"
            " name another folder with --directory"
        ) from error
    return path


@contextlib.contextmanager
def one_at_a_time(directory: Path) -> Iterator[None]:
    """Wait until nobody else starts or stops the cloud of this directory, and keep others out.

    The system lets the lock go when its holder dies.

    Raises:
        StateError: as for `prepare_directory`.
    """
    with prepare_directory(directory).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
