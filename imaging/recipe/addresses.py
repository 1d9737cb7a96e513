"""Addresses in a recipe: files that AIB fetches, and blobs that it writes."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from imaging.limits import CONTAINER_NAME_PATTERN, HOST_NAME_MAX_LENGTH

# RFC 1123: letters, digits and inner hyphens, 63 characters at most.
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)
_UNESCAPED = re.compile(r"[\\{}<>^`|\"]|\$\(|%(?![0-9A-Fa-f]{2})")


def url_problem(text: str) -> str | None:
    """Say what is wrong with the address of a file, or None.

    Args:
        text: as written; its query may be a signature, so no message repeats it.
    """
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return "it must be an https address"
    if not text.isprintable() or " " in text or not port_is_fine:
        return "it must be an https address without blanks and control characters"
    if parts.scheme != "https" or not parts.hostname:
        return "it must begin with https:// and name a host"
    if "@" in parts.netloc:
        return "it must not contain a user or password"
    return _host_problem(parts.hostname) or _path_problem(parts)


def blob_url_problem(text: str) -> str | None:
    """Say what is wrong with the address of a blob that AIB writes, or None.

    Args:
        text: as written.
    """
    problem = url_problem(text)
    if problem:
        return problem
    container, name = blob_place(text)
    is_blob = ".blob." in text.partition("://")[2].partition("/")[0] or _is_ip_address(_host(text))
    has_name = bool(name) and not name.endswith("/") and "//" not in urlsplit(text).path
    if "?" in text or not is_blob or not has_name:
        return (
            "it must be the address of a blob, as "
            "https://account.blob.core.windows.net/vhds/app.vhd, without a query"
        )
    if container and not re.fullmatch(CONTAINER_NAME_PATTERN, container):
        return (
            f"its container {container} must have 3 to 63 lower-case letters, digits and single "
            "hyphens"
        )
    return None


def blob_place(url: str) -> tuple[str, str]:
    """Return container and name of a blob; a name alone lies in the account's root container.

    Args:
        url: its address.
    """
    path = urlsplit(url).path[1:]
    if _is_ip_address(_host(url)):  # Azurite has the account in front of the path
        path = path.partition("/")[2]
    container, slash, name = path.partition("/")
    return (container, name) if slash else ("", container)


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _host_problem(host: str) -> str | None:
    if _is_ip_address(host):
        return None
    labels = host.rstrip(".").split(".")
    fine = len(host) <= HOST_NAME_MAX_LENGTH and all(map(_LABEL.fullmatch, labels))
    if not fine or labels[-1].isdigit():
        return "its host must be a name of letters, digits, hyphens and dots"
    return None


def _path_problem(parts: SplitResult) -> str | None:
    found = _UNESCAPED.search(parts.path) or _UNESCAPED.search(parts.query)
    if found is None:
        return None
    return f"it must not contain {found[0]}, which an address writes as %{ord(found[0][0]):02X}"


def _is_ip_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
