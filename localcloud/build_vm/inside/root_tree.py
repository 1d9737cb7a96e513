"""The scratch root: the machine's programs, read-only or under an overlay; the rest is its own.

All that is writable lies in memory (tmpfs) and belongs to the namespace, so it is gone with the
last process inside, however that ended; the machine's disk never sees it.
"""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from localcloud.build_vm.inside import etc_files, kernel, stand_ins

_OLD_ROOT = Path("/old-root")
_SYSTEM_FOLDERS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_FOLDERS = (
    "boot", "etc", "home", "media", "mnt", "opt", "proc", "run/lock", "run/systemd/system", "srv",
    "sys", "usr", "var/cache", "var/lib/waagent", "var/lib/cloud", "var/log", "var/mail", "var/opt",
    "var/spool",
)  # fmt: skip
_LOCAL_FOLDERS = ("bin", "etc", "games", "include", "lib", "sbin", "share", "src")
_HIDDEN_PROC_FOLDERS = ("bus", "fs", "irq", "sys", "sysrq-trigger")
# Looked up while the machine's own root is still there.
_INTERPRETER = Path(sys.executable).resolve()
_INTERPRETER_PREFIX = Path(sys.base_prefix).resolve()
_CHANGES_OF_USR = Path("/run/build-vm/usr")
_PLAIN = kernel.NO_SET_USER_ID | kernel.NO_DEVICES

HOME = Path("/home") / etc_files.BUILD_USER
BUILD_USER_FOLDERS = (Path("/tmp"), Path("/var/tmp"), HOME, Path("/dev/shm"))  # noqa: S108 - inside
"""Where the build user may write; each is a mount of its own."""
USR_LOCAL = Path("/usr/local")


@dataclass(frozen=True)
class Plan:
    """What differs from one scratch root to another.

    Args:
        one_account: whether root and the build user are one account for the kernel.
        host_name: name of the build VM.
        ca_bundle: PEM text of the trusted certificates.
    """

    one_account: bool
    host_name: str
    ca_bundle: bytes


def enter_scratch_root(plan: Plan) -> None:
    """Replace the root of this mount namespace by a new scratch root."""
    sudo_source = Path(__file__).with_name("sudo.py").read_text(encoding="utf-8")
    kernel.mount("none", Path("/"), flags=kernel.RECURSIVE | kernel.PRIVATE)
    _pivot()
    for name in _FOLDERS:
        (Path("/") / name).mkdir(parents=True)
    _bring_programs(plan)
    _bring_devices()
    # Before the old root goes: a user namespace gets a new /proc only while it sees an old one.
    kernel.mount("proc", Path("/proc"), "proc", _PLAIN | kernel.NO_PROGRAMS)
    etc_files.write_etc(_OLD_ROOT / "etc", Path("/etc"), plan.host_name, plan.ca_bundle)
    _make_writable_folders(plan)
    stand_ins.write_stand_ins(sudo_source, _INTERPRETER, one_account=plan.one_account)
    for stand_in, program in stand_ins.covered_programs():
        kernel.mount(str(stand_in), program, flags=kernel.BIND)
    kernel.detach(_OLD_ROOT)
    _OLD_ROOT.rmdir()
    _protect_proc()


def _pivot() -> None:
    base = Path("/tmp")  # noqa: S108 - any folder that is always there; only this namespace sees it
    kernel.mount("tmpfs", base, "tmpfs", _PLAIN, "mode=755")
    (base / _OLD_ROOT.name).mkdir()
    kernel.pivot_root(base, base / _OLD_ROOT.name)
    os.chdir("/")


def _bring_programs(plan: Plan) -> None:
    _bring_usr(plan)
    for name in _SYSTEM_FOLDERS:
        source, target = _OLD_ROOT / name, Path("/") / name
        if source.is_symlink():
            target.symlink_to(os.readlink(source))  # noqa: PTH115 - the text of the link
        elif source.is_dir():
            _bind_read_only(source, target)
    prefix = _INTERPRETER_PREFIX
    if not prefix.is_relative_to("/usr"):
        _bind_read_only(_OLD_ROOT / prefix.relative_to("/"), prefix)
    if not prefix.is_relative_to(USR_LOCAL) and USR_LOCAL.is_dir():
        kernel.mount("tmpfs", USR_LOCAL, "tmpfs", _PLAIN, "mode=755")
        for name in _LOCAL_FOLDERS:
            (USR_LOCAL / name).mkdir()


def _bring_usr(plan: Plan) -> None:
    """Put an overlay over /usr, so that root may write there; else show it read-only.

    An overlay cannot copy up folders whose owner is not mapped, hence not with one account only.
    """
    usr = Path("/usr")
    if not plan.one_account:
        upper, work = _CHANGES_OF_USR / "upper", _CHANGES_OF_USR / "work"
        upper.mkdir(parents=True)
        work.mkdir()
        _CHANGES_OF_USR.chmod(0o700)
        layers = f"lowerdir={_OLD_ROOT}/usr,upperdir={upper},workdir={work}"
        with contextlib.suppress(OSError):
            kernel.mount("overlay", usr, "overlay", _PLAIN, layers)
            return
    _bind_read_only(_OLD_ROOT / "usr", usr)


def _bind_read_only(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    kernel.mount(str(source), target, flags=kernel.BIND | kernel.RECURSIVE)
    kernel.make_read_only(target)


def _bring_devices() -> None:
    folder = Path("/dev")
    folder.mkdir()
    for name in _DEVICES:
        source = _OLD_ROOT / "dev" / name
        if source.exists():
            (folder / name).touch()
            kernel.mount(str(source), folder / name, flags=kernel.BIND)
    (folder / "shm").mkdir()
    (folder / "fd").symlink_to("/proc/self/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        (folder / name).symlink_to(f"/proc/self/fd/{number}")


def _make_writable_folders(plan: Plan) -> None:
    root_home = Path("/root")
    root_home.mkdir(exist_ok=True)
    root_home.chmod(0o711)  # the interpreter of the stand-ins may lie below it
    Path("/var/run").symlink_to("/run")
    for folder in BUILD_USER_FOLDERS:
        folder.mkdir(exist_ok=True)
        folder.chmod(0o1777 if folder != HOME else 0o755)
        kernel.mount(str(folder), folder, flags=kernel.BIND)
    if not plan.one_account:
        os.chown(HOME, etc_files.BUILD_USER_ID, etc_files.BUILD_USER_ID)


def _protect_proc() -> None:
    """Keep root inside from the settings of the machine's kernel."""
    for name in _HIDDEN_PROC_FOLDERS:
        path = Path("/proc") / name
        if path.exists():
            kernel.mount(str(path), path, flags=kernel.BIND | kernel.RECURSIVE)
            kernel.make_read_only(path)
    for name in ("kcore", "keys", "timer_list"):
        path = Path("/proc") / name
        if path.exists():
            kernel.mount("/dev/null", path, flags=kernel.BIND)
