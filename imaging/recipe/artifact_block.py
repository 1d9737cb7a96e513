"""`artifact`, the block that is Kiln's own: where the uploaded archive goes."""

from __future__ import annotations

import ntpath
import posixpath
import re
from typing import Annotated, Literal

from pydantic import Field

from imaging import limits
from imaging.quoting import unquotable_reason
from imaging.recipe.strict_model import StrictModel, must

OsType = Literal["Linux", "Windows"]
WantedAccess = Literal["auto", "service", "identity", "sas"]

_LINUX_SYSTEM_FOLDERS = (
    "/bin /boot /dev /etc /home /lib /lib64 /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp "
    "/usr /var"
)
_LINUX_SYSTEM = frozenset(["", *_LINUX_SYSTEM_FOLDERS.split(" ")])
_LINUX_KERNEL = ("/dev/", "/proc/", "/sys/")
_WINDOWS_SYSTEM = frozenset(
    [
        "",
        "windows",
        "windows\\system32",
        "windows\\temp",
        "program files",
        "program files (x86)",
        "programdata",
        "users",
    ]
)
# What AIB's deprovisioning needs at the end (sh, sudo, waagent, sysprep), or whole programs do.
_LINUX_NEEDED_FOLDERS = (
    "/etc/init.d /etc/pam.d /etc/ssh /etc/sudoers.d /etc/systemd /usr/bin /usr/lib /usr/lib64 "
    "/usr/libexec /usr/local /usr/local/bin /usr/local/lib /usr/local/sbin /usr/sbin /usr/share "
    "/var/cache /var/lib /var/lib/waagent /var/log /var/run /var/spool /var/tmp"
)
_LINUX_NEEDED = frozenset(_LINUX_NEEDED_FOLDERS.split(" "))
_WINDOWS_NEEDED = frozenset(["deprovisioningscript.ps1", "packages", "windows", "windowsazure"])
_WINDOWS_FORBIDDEN = frozenset('<>:"/|?*')
_WINDOWS_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def is_windows_path(path: str) -> bool:
    """Say whether a text is an absolute Windows path.

    Args:
        path: any text.
    """
    return re.match(r"[A-Za-z]:[\\/]", path) is not None


def destination_problem(destination: str) -> str | None:
    """Say what is wrong with a destination, or None.

    Args:
        destination: a folder's name or an absolute path.
    """
    problem = unquotable_reason(destination)
    if problem or not destination.strip() or destination != destination.strip():
        return (
            problem or "it must be a folder's name or an absolute path, without blanks at its ends"
        )
    if is_windows_path(destination):
        return _windows_problem(destination)
    if destination.startswith("/"):
        return _linux_problem(destination)
    return folder_problem(destination)


def removal_problem(destination: str) -> str | None:
    """Say why a destination must not be deleted after the build, or None.

    Args:
        destination: without a problem of its own.
    """
    if is_windows_path(destination):
        folders = destination[3:].lower().replace("/", "\\").split("\\")
        is_needed = folders[0] in _WINDOWS_NEEDED and folders[:2] != ["windows", "temp"]
    else:
        is_needed = destination.rstrip("/") in _LINUX_NEEDED
    if is_needed:
        return (
            "would delete what the image or its deprovisioning needs; "
            "let artifact.destination be a folder of its own"
        )
    return None


def folder_problem(folder: str) -> str | None:
    """Say what is wrong with the name of a single folder, or None.

    Args:
        folder: the name, to be used on Linux or Windows.
    """
    if "/" in folder or "\\" in folder:
        return "it must be one folder's name without slashes, or an absolute path"
    if folder.startswith((".", "-")) or len(folder.encode()) > limits.FOLDER_MAX_LENGTH:
        return (
            "a folder's name must not begin with . or - "
            f"and have at most {limits.FOLDER_MAX_LENGTH} bytes"
        )
    return None


def windows_name_problem(name: str) -> str | None:
    """Say why Windows cannot have a folder of that name, or None.

    Args:
        name: one segment of a path.
    """
    if (
        set(name) & _WINDOWS_FORBIDDEN
        or name.endswith((".", " "))
        or _WINDOWS_DEVICE.fullmatch(name)
    ):
        return (
            'Windows has no such folder: no <>:"/|?*, no dot or blank at the end, '
            "no device name as CON"
        )
    return None


def _linux_problem(path: str) -> str | None:
    if path.rstrip("/") in _LINUX_SYSTEM or path.startswith(_LINUX_KERNEL):
        return "it must be a folder below it, not the system's own folder"
    if posixpath.normpath(path) != path.rstrip("/") or "//" in path:
        return "it must be a plain path without . and .. and double slashes"
    return None


def _windows_problem(path: str) -> str | None:
    plain = path.replace("/", "\\").rstrip("\\")
    if ntpath.normpath(plain) != plain and len(plain) > len("C:"):
        return "it must be a plain path without . and .. and double backslashes"
    if plain[3:].lower() in _WINDOWS_SYSTEM:
        return "it must be a folder below it, not the system's own folder"
    return next(filter(None, map(windows_name_problem, plain[3:].split("\\"))), None)


class ArtifactPlace(StrictModel):
    """Where the uploaded archive goes in the build VM, and how it gets there."""

    destination: Annotated[str, must(destination_problem)] | None = None
    """Folder's name or absolute path; /tmp/<recipe> or C:\\buildArtifacts\\<recipe> if left out."""
    unpack: bool = True
    """Unpack the archive into the destination; false leaves it beside, as <destination>.zip."""
    position: Annotated[int, Field(ge=0)] = 0
    """Place among the customizers; 0 is before all of them."""
    remove_after_build: bool = False
    """Delete folder and archive in a last step, so that they are not in the image."""
    access: WantedAccess = "auto"
    """service (AIB brings it, below 20 MB), identity (the VM's), sas (signed address), auto."""
    os_type: OsType | None = None
    """Linux or Windows; needed where no customizer tells it."""
    required: bool = True
    """Whether a build without an uploaded archive is refused."""
