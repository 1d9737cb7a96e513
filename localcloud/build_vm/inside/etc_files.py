"""The scratch root's /etc: a selected copy of the machine's, with its own accounts and names.

Nothing that identifies or protects the machine comes along: no shadow, no keys, no resolver.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

_COPIED = (
    "alternatives", "bash.bashrc", "bash_completion.d", "ca-certificates", "ca-certificates.conf",
    "crypto-policies", "debian_version", "gai.conf", "host.conf", "inputrc", "issue", "ld.so.cache",
    "ld.so.conf", "ld.so.conf.d", "locale.alias", "locale.gen", "localtime", "login.defs",
    "lsb-release", "magic", "magic.mime", "mime.types", "networks", "nsswitch.conf", "os-release",
    "pam.d", "perl", "pki/ca-trust", "pki/tls", "profile", "protocols", "python3", "redhat-release",
    "rpc", "services", "shells", "skel", "ssl/certs", "ssl/openssl.cnf", "terminfo", "timezone",
)  # fmt: skip

_FOLDERS = (
    "apt/apt.conf.d", "apt/preferences.d", "apt/sources.list.d", "cron.d", "cron.daily", "default",
    "init.d", "logrotate.d", "modprobe.d", "network", "profile.d", "security/limits.d",
    "ssh/sshd_config.d", "ssl/private", "sudoers.d", "sysctl.d", "systemd/system",
    "systemd/system/multi-user.target.wants", "tmpfiles.d", "udev/rules.d",
)  # fmt: skip

BUNDLE_PATHS = ("ssl/certs/ca-certificates.crt", "ssl/cert.pem", "pki/tls/certs/ca-bundle.crt")
"""Where Debian, OpenSSL's default and Red Hat look for trusted certificates, below /etc."""

BUILD_USER = "packer"
BUILD_USER_ID = 1000
_LAST_SYSTEM_ID = 999
_NOBODY_ID = 65534

_WRITTEN = {
    "environment": 'PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\n',
    "fstab": "",
    "machine-id": "",
    "motd": "",
    "resolv.conf": "",
    "ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\n#PermitRootLogin prohibit-password\n"
    "#PasswordAuthentication yes\nX11Forwarding yes\nUsePAM yes\n",
    "sudoers": "root ALL=(ALL:ALL) ALL\n",
    "waagent.conf": "Provisioning.Agent=auto\nResourceDisk.Format=n\n",
}


def write_etc(machine: Path, target: Path, host_name: str, ca_bundle: bytes) -> None:
    """Fill the new `target` from the machine's /etc at `machine`.

    Args:
        machine: the machine's own /etc.
        target: the folder to make.
        host_name: name of the build VM.
        ca_bundle: PEM text of every certificate that programs inside shall trust.
    """
    for name in _FOLDERS:
        (target / name).mkdir(parents=True, exist_ok=True)
    for name in _COPIED:
        _copy(machine / name, target / name)
    for name, text in _WRITTEN.items():
        (target / name).write_text(text, encoding="utf-8")
    _write_accounts(machine, target)
    (target / "hostname").write_text(f"{host_name}\n", encoding="utf-8")
    hosts = f"127.0.0.1 localhost\n127.0.1.1 {host_name}\n"
    (target / "hosts").write_text(hosts, encoding="utf-8")
    for name in BUNDLE_PATHS:
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(ca_bundle)


def _write_accounts(machine: Path, target: Path) -> None:
    user = f"{BUILD_USER}:x:{BUILD_USER_ID}:{BUILD_USER_ID}:Packer:/home/{BUILD_USER}:/bin/bash"
    accounts = [*_system_lines(machine / "passwd"), user]
    groups = [*_system_lines(machine / "group"), f"{BUILD_USER}:x:{BUILD_USER_ID}:"]
    shadow = [f"{line.split(':')[0]}:*:19000:0:99999:7:::" for line in accounts]
    for name, lines in (("passwd", accounts), ("group", groups), ("shadow", shadow)):
        (target / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    gshadow = "\n".join(f"{line.split(':')[0]}:*::" for line in groups)
    (target / "gshadow").write_text(gshadow + "\n", encoding="utf-8")
    for name in ("shadow", "gshadow", "sudoers"):
        (target / name).chmod(0o600)


def _system_lines(path: Path) -> list[str]:
    """Return the lines of a passwd or group file that are the system's, not a person's."""
    kept = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        fields = line.split(":")
        number = fields[2] if len(fields) > 2 else ""  # noqa: PLR2004 - name, password, number
        if number.isdigit() and (int(number) <= _LAST_SYSTEM_ID or int(number) == _NOBODY_ID):
            kept.append(line)
    return kept


def _copy(source: Path, target: Path) -> None:
    """Copy what can be read; the machine's unreadable files are none of our business."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_symlink():
        target.symlink_to(os.readlink(source))  # noqa: PTH115 - the text of the link, unresolved
    elif source.is_dir():
        target.mkdir(exist_ok=True)
        with contextlib.suppress(PermissionError):
            for entry in source.iterdir():
                _copy(entry, target / entry.name)
    elif source.is_file():
        with contextlib.suppress(PermissionError):
            shutil.copyfile(source, target)
            shutil.copymode(source, target)
