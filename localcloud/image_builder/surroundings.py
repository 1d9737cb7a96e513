"""What is put into the simulator from outside, in one object."""

from __future__ import annotations

from dataclasses import dataclass

from localcloud.clock import Clock
from localcloud.image_builder.build_vm_protocol import BuildVm, Fetcher, LogStore


@dataclass(frozen=True)
class Surroundings:
    """The simulator's outside.

    Args:
        clock: tells the time; everything waits by it.
        fetcher: downloads sources; without one, the digest of the URL stands for the content's.
        build_vm: executes customizers; without one, nothing is executed and runs succeed.
        log_store: takes customization.log and VHDs; without one, they stay in the scratch folder.
    """

    clock: Clock
    fetcher: Fetcher | None = None
    build_vm: BuildVm | None = None
    log_store: LogStore | None = None
