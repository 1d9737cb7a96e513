"""Programs that the local build VM cannot have for real: sudo, package tools, service control.

`sudo` works (see sudo.py). The others do nothing, say so in the log and succeed: there is no
package archive to install from and no systemd to talk to, and a recipe that needs them should still
have its remaining steps proven.
"""

from __future__ import annotations

import shlex
from pathlib import Path

FOLDER = Path("/run/build-vm/bin")

NOT_AVAILABLE = (
    "apt", "apt-add-repository", "apt-get", "add-apt-repository", "cloud-init", "dnf",
    "hostnamectl", "journalctl", "loginctl", "modprobe", "reboot", "service", "shutdown", "snap",
    "sysctl", "systemctl", "tdnf", "timedatectl", "ufw", "update-grub", "update-initramfs",
    "waagent", "yum", "zypper",
)  # fmt: skip
"""Commands that only say `not available in the local build VM` and succeed."""

ONE_ACCOUNT_ONLY = ("chgrp", "chown")
"""Commands that cannot work where the kernel lends us one account only."""

_SAYS_SO = """#!/bin/sh
echo "local build VM: ${0##*/} is not available here; skipped: ${0##*/} $*" >&2
exit 0
"""


def write_stand_ins(sudo_source: str, interpreter: Path, *, one_account: bool) -> None:
    """Write the programs to `FOLDER` and cover the system's own of the same name.

    Args:
        sudo_source: the text of sudo.py.
        interpreter: the Python that runs it.
        one_account: whether root and the build user are one account for the kernel.
    """
    FOLDER.mkdir(parents=True)
    names = NOT_AVAILABLE + (ONE_ACCOUNT_ONLY if one_account else ())
    for name in names:
        _write(FOLDER / name, _SAYS_SO)
    program = FOLDER.parent / "sudo.py"
    program.write_text(sudo_source, encoding="utf-8")
    start = f'exec {shlex.quote(str(interpreter))} -IS {program} "$@"'
    _write(FOLDER / "sudo", f"#!/bin/sh\n{start}\n")
    if not Path("/usr/bin/python3").exists():
        (FOLDER / "python3").symlink_to(interpreter)


def covered_programs() -> list[tuple[Path, Path]]:
    """Return (stand-in, program of the system) for those that are also called by full path."""
    folders = [Path("/usr/bin"), Path("/usr/sbin"), Path("/bin"), Path("/sbin")]
    pairs = [
        (stand_in, folder / stand_in.name)
        for stand_in in sorted(FOLDER.iterdir())
        for folder in folders
        if not folder.is_symlink() and stand_in.name != "python3"
    ]
    return [
        (stand_in, program)
        for stand_in, program in pairs
        if program.is_file() and not program.is_symlink()
    ]


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
