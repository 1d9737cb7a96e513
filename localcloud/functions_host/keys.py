"""The host's keys: master, function and the two system keys, made at the first start."""

from __future__ import annotations

import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from localcloud.functions_host.faults import StartupError

_SYSTEM = ("blobs_extension", "durabletask_extension")


@dataclass(frozen=True)
class Keys:
    """The keys of this host."""

    master: str
    function: str
    system: dict[str, str]

    def opens(self, request: web.Request, *names: str) -> bool:
        """Tell whether the request carries one of the named keys, or the master key.

        Args:
            request: its header `x-functions-key` and its query value `code` are looked at.
            names: "function" or the name of a system key.
        """
        given = request.headers.get("x-functions-key") or request.query.get("code") or ""
        allowed = [self.master, *(self._named(name) for name in names)]
        return any(hmac.compare_digest(given.encode(), key.encode()) for key in allowed)

    def _named(self, name: str) -> str:
        return self.function if name == "function" else self.system[name]


def load_keys(folder: Path) -> Keys:
    """Read `keys.json` of the folder; write it first if it is not there.

    Raises:
        StartupError: the file cannot be written, read or understood.
    """
    path = folder / "keys.json"
    try:
        if not path.exists():
            _write_new(path)
        content = json.loads(path.read_text(encoding="utf-8"))
        return Keys(content["master"], content["function"], dict(content["systemKeys"]))
    except OSError as error:
        raise StartupError(
            f"{path} cannot be read or written ({error.strerror}); choose another folder"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise StartupError(f"{path} is damaged ({error}); delete it to get new keys") from error


def _write_new(path: Path) -> None:
    content = {
        "master": secrets.token_urlsafe(32),
        "function": secrets.token_urlsafe(32),
        "systemKeys": {name: secrets.token_urlsafe(32) for name in _SYSTEM},
    }
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(content, indent=2), encoding="utf-8")
    unfinished.replace(path)
