"""Which program gives us namespaces on this machine: bubblewrap or unshare.

A program that is installed need not be allowed to work (containers, AppArmor), so the answer comes
from trying it with a whole build VM.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass


@dataclass(frozen=True)
class Isolation:
    """A way to start a process in namespaces of its own.

    Args:
        name: what it is called in the log.
        command: the words before the process's own command.
    """

    name: str
    command: tuple[str, ...]


def ways(*, is_root: bool | None = None) -> list[Isolation]:
    """Return the ways that are installed, in the order to try.

    Root keeps its account where it may, so that inside root and the build user are two; other users
    get a user namespace, where they are root.

    Args:
        is_root: whether to go by root's ways too; asks the system when None.
    """
    rights = (True, False) if (os.geteuid() == 0 if is_root is None else is_root) else (False,)
    return [way for as_root in rights for way in _installed(as_root=as_root)]


def _installed(*, as_root: bool) -> list[Isolation]:
    found = []
    user = "" if as_root else " with a user namespace"
    if path := shutil.which("bwrap"):
        found.append(Isolation(f"bwrap{user}", (path, *_bwrap_options(as_root=as_root))))
    if path := shutil.which("unshare"):
        found.append(Isolation(f"unshare{user}", (path, *_unshare_options(as_root=as_root))))
    return found


def _bwrap_options(*, as_root: bool) -> tuple[str, ...]:
    user = () if as_root else ("--unshare-user", "--uid", "0", "--gid", "0")
    return (
        *user,
        "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts",
        "--as-pid-1", "--die-with-parent", "--cap-add", "ALL",
        "--dev-bind", "/", "/", "--proc", "/proc", "--",
    )  # fmt: skip


def _unshare_options(*, as_root: bool) -> tuple[str, ...]:
    user = () if as_root else ("--user", "--map-root-user")
    return (
        *user,
        "--mount", "--pid", "--net", "--ipc", "--uts",
        "--fork", "--kill-child", "--",
    )  # fmt: skip
