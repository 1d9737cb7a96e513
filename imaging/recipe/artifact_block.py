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
# AIB puts its last step there, or takes an image's own (image-builder-json).
_DEPROVISIONING = re.compile(
    r"(?:/tmp/|[a-z]:[\\/])?DeprovisioningScript\.(?:sh|ps1)[\\/]?", re.IGNORECASE
)
# Below these lie sh, sudo, waagent, its Python, sysprep and whole programs, in folders that differ
# from image to image; what AIB's deprovisioning needs at the end must not be deleted before it.
_LINUX_NEEDED = re.compile(
    r"/(?:bin|boot|etc|lib|lib32|lib64|libx32|run|sbin|usr|var)/.*|/home/[^/]+"
)
_LINUX_SPARE = re.compile(
    r"/usr/local/(?!(?:bin|etc|lib|lib64|libexec|sbin|share)(?:/|$)).+"
    r"|/(?:usr/src|var/opt|var/tmp|var/www)/.+"
)
_WINDOWS_NEEDED = re.compile(
    r"(?:packages|windows|windowsazure|recovery)(?:\\.*)?|users\\[^\\]+|programdata\\microsoft.*"
    r"|program files(?: \(x86\))?\\(?:common files|windows|powershell).*"
)
# PROGRA~1 is Program Files, and what a short name stands for only the VM knows.
_SHORT_NAME = re.compile(r"~[0-9]")
_WINDOWS_SPARE = re.compile(r"windows\\temp\\.+")
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
    if _DEPROVISIONING.fullmatch(destination):
        return "it must be another folder: AIB's deprovisioning script has its place there"
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
        path = destination[3:].lower().replace("/", "\\").rstrip("\\")
        patterns = (_WINDOWS_NEEDED, _WINDOWS_SPARE)
        if _SHORT_NAME.search(path):
            return (
                f"may delete what the image needs: {destination} has a short name; write the long "
                "one as artifact.destination"
            )
    else:
        path = destination.rstrip("/")
        patterns = (_LINUX_NEEDED, _LINUX_SPARE)
    needed, spare = (pattern.fullmatch(path) for pattern in patterns)
    if needed and not spare:
        return (
            "would delete what the image or its deprovisioning needs; let artifact.destination be "
            "a folder of its own, as /opt/app or C:\\app"
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
