"""The few system calls of Linux that Python 3.11 does not offer, as plain functions.

Every function raises OSError with the path or the call's name when the kernel refuses.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

NEW_MOUNT_NAMESPACE = 0x00020000
NEW_USER_NAMESPACE = 0x10000000

BIND = 4096
RECURSIVE = 16384
PRIVATE = 1 << 18
NO_SET_USER_ID = 2
NO_DEVICES = 4
NO_PROGRAMS = 8

_DETACH = 2
_SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_SYS_MOUNT_SETATTR = 442  # the same number on every architecture; Linux 5.12
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_ATTR_READ_ONLY_NO_SUID_NO_DEV = 0x1 | 0x2 | 0x4
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS = 38
_CAPABILITY_VERSION = 0x20080522  # linux/capability.h, version 3
_EINVAL = 22

# What Docker leaves to root in a container (moby: oci/caps/defaults.go), without MKNOD and
# NET_RAW: CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE SYS_CHROOT
# AUDIT_WRITE SETFCAP.
_ROOT_CAPABILITIES = frozenset({0, 1, 3, 4, 5, 6, 7, 8, 10, 18, 29, 31})

_libc = ctypes.CDLL(None, use_errno=True)


class _MountAttributes(ctypes.Structure):
    _fields_ = (
        ("attr_set", ctypes.c_uint64),
        ("attr_clr", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    )


def mount(
    source: str, target: Path, kind: str | None = None, flags: int = 0, options: str = ""
) -> None:
    """Mount `source` at `target`; `kind` is None for bind mounts and changes of propagation."""
    answer = _libc.mount(
        source.encode(),
        bytes(target),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        options.encode() or None,
    )
    _check(answer, f"mount {source} at {target}")


def make_read_only(target: Path, *, with_mounts_below: bool = True) -> None:
    """Make the mount at `target` read-only, without set-user-id programs and devices."""
    attributes = _MountAttributes(attr_set=_ATTR_READ_ONLY_NO_SUID_NO_DEV)
    answer = _libc.syscall(
        ctypes.c_long(_SYS_MOUNT_SETATTR),
        ctypes.c_int(_AT_FDCWD),
        ctypes.c_char_p(bytes(target)),
        ctypes.c_uint(_AT_RECURSIVE if with_mounts_below else 0),
        ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )
    _check(answer, f"make {target} read-only")


def pivot_root(new_root: Path, old_root: Path) -> None:
    """Make the mount `new_root` the root; the former root appears at `old_root` within it."""
    machine = os.uname().machine
    if machine not in _SYS_PIVOT_ROOT:
        raise OSError(f"pivot_root: no system call number is known for {machine}")
    number = ctypes.c_long(_SYS_PIVOT_ROOT[machine])
    answer = _libc.syscall(
        number, ctypes.c_char_p(bytes(new_root)), ctypes.c_char_p(bytes(old_root))
    )
    _check(answer, f"pivot_root to {new_root}")


def detach(target: Path) -> None:
    """Unmount `target` and everything below it, even while it is in use."""
    _check(_libc.umount2(bytes(target), _DETACH), f"unmount {target}")


def unshare(namespaces: int) -> None:
    """Move the calling process to new namespaces."""
    _check(_libc.unshare(ctypes.c_int(namespaces)), "unshare")


def stop_handing_on_rights() -> None:
    """Clear the inheritable capabilities, which bubblewrap sets; programs would get them all."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice 32 bits each
    _check(_libc.capget(header, sets), "capget")
    sets[2] = sets[5] = 0
    _check(_libc.capset(header, sets), "capset")


def give_up_rights() -> None:
    """Leave to later programs of this process only what root has in an ordinary container."""
    for capability in range(64):
        if capability in _ROOT_CAPABILITIES:
            continue
        if _prctl(_PR_CAPBSET_DROP, capability) != 0 and ctypes.get_errno() == _EINVAL:
            break  # beyond the last capability that this kernel knows
    _check(_prctl(_PR_SET_NO_NEW_PRIVS, 1), "no new privileges")


def _prctl(option: int, value: int) -> int:
    zero = ctypes.c_ulong(0)
    answer: int = _libc.prctl(ctypes.c_int(option), ctypes.c_ulong(value), zero, zero, zero)
    return answer


def _check(answer: int, what: str) -> None:
    if answer != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
