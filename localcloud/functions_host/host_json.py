"""What host.json says, as far as this host follows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from localcloud.functions_host.faults import StartupError


def read_host_json(app_folder: Path) -> dict[str, Any]:
    """Return the content of host.json, {} if there is none.

    Raises:
        StartupError: the file is not a JSON object.
    """
    path = app_folder / "host.json"
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StartupError(f"{path} is not valid JSON: {error}") from error
    if not isinstance(content, dict):
        raise StartupError(f"{path} holds a {type(content).__name__}; it must be an object")
    return content


def extension_text(host_json: Mapping[str, Any], path: str, default: str) -> str:
    """Return a text of host.json's `extensions`, such as `http.routePrefix`, or the default.

    Raises:
        StartupError: there is something else in its place.
    """
    found = _extension_value(host_json, path, default)
    if not isinstance(found, str):
        raise StartupError(f"host.json: extensions.{path} is {found!r}; it must be a text")
    return found


def extension_number(host_json: Mapping[str, Any], path: str, default: int) -> int:
    """Return a whole number of host.json's `extensions`, 1 or more, or the default.

    Raises:
        StartupError: there is something else in its place.
    """
    found = _extension_value(host_json, path, default)
    if not isinstance(found, int) or found < 1:
        raise StartupError(f"host.json: extensions.{path} is {found!r}; it must be 1 or more")
    return found


def _extension_value(host_json: Mapping[str, Any], path: str, default: object) -> object:
    found: object = host_json.get("extensions", {})
    for name in path.split("."):
        if not isinstance(found, dict) or name not in found:
            return default
        found = found[name]
    return found
