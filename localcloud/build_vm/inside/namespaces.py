"""The guard before everything else: are these namespaces really our own?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_KINDS = ("mnt", "net", "uts", "ipc", "pid")


def identify() -> dict[str, str]:
    """Return the identity of each namespace of the calling process."""
    return {kind: str((Path("/proc/self/ns") / kind).readlink()) for kind in _KINDS}


def check_own(outside: Mapping[str, str]) -> None:
    """Refuse to go on in a namespace of the process outside.

    What follows replaces the root and changes the network: on the machine itself that would be a
    disaster.

    Raises:
        PermissionError: a namespace is the machine's.
    """
    own = identify()
    shared = [kind for kind in _KINDS if own[kind] == outside.get(kind)]
    if shared or set(outside) != set(_KINDS):
        raise PermissionError(f"the namespaces {', '.join(shared)} are the machine's own")
