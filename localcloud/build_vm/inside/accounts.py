"""Becoming root or the build user inside, with many accounts or, unprivileged, with only one.

Both functions are called in a child that is about to execute a program.
"""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from localcloud.build_vm.inside import kernel
from localcloud.build_vm.inside.etc_files import BUILD_USER, BUILD_USER_ID
from localcloud.build_vm.inside.root_tree import USR_LOCAL


def one_account_only() -> bool:
    """Return whether the kernel lends this namespace root, but not the build user's number."""
    for line in Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines():
        first, _, count = (int(field) for field in line.split())
        if first <= BUILD_USER_ID < first + count:
            return False
    return True


def become_build_user(*, one_account: bool) -> None:
    """Give up root's rights for good.

    With one account only, being someone else means another user namespace, and what belongs to
    root is a mount that cannot be written.
    """
    if not one_account:
        os.setgroups([])
        os.setresgid(BUILD_USER_ID, BUILD_USER_ID, BUILD_USER_ID)
        os.setresuid(BUILD_USER_ID, BUILD_USER_ID, BUILD_USER_ID)
        return
    root, root_group = os.geteuid(), os.getegid()
    kernel.unshare(kernel.NEW_USER_NAMESPACE | kernel.NEW_MOUNT_NAMESPACE)
    own = Path("/proc/self")
    (own / "setgroups").write_text("deny", encoding="ascii")
    (own / "gid_map").write_text(f"{BUILD_USER_ID} {root_group} 1", encoding="ascii")
    (own / "uid_map").write_text(f"{BUILD_USER_ID} {root} 1", encoding="ascii")
    for folder in (Path("/"), USR_LOCAL):
        if folder.is_mount():
            kernel.make_read_only(folder, with_mounts_below=False)


def become_root(user: str, *, one_account: bool) -> None:
    """Keep what root has in a container; change to `user` where that is not root.

    Raises:
        KeyError: there is no such account.
    """
    account = pwd.getpwnam(user)
    if user == BUILD_USER:
        become_build_user(one_account=one_account)
    elif not one_account:
        kernel.give_up_rights()
        os.setgroups([account.pw_gid])
        os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
        os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)
    else:
        kernel.give_up_rights()
