"""The three processes of a local cloud: what each is started with, and when it serves."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from localcloud.azurite import AzuriteSettings
from localcloud.certificate import Certificate
from localcloud.child_process import ChildProcess
from localcloud.endpoints import HEALTH_PATH
from localcloud.orphan_guard import OrphanGuard
from localcloud.probe import answered_status
from localcloud.state import CloudState

PROJECT_ROOT = Path(__file__).parents[1]
# A developer's own sign-in, and settings of another app, must not reach the processes.
_NOT_INHERITED = ("ARM_", "AZURE_", "AzureWebJobs", "FUNCTIONS_", "IDENTITY_", "MSI_", "WEBSITE_")
_OK = 200


def inherited_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return what the processes may take over from this one."""
    kept = {
        name: value for name, value in environment.items() if not name.startswith(_NOT_INHERITED)
    }
    loopback = "127.0.0.1,localhost"
    return kept | {"PYTHONUNBUFFERED": "1", "NO_PROXY": loopback, "no_proxy": loopback}


class Processes:
    """Makes the processes of one cloud; starts none of them.

    Args:
        state: the cloud.
        certificate: its certificate.
        guard: stops them if we die.
    """

    def __init__(self, state: CloudState, certificate: Certificate, guard: OrphanGuard) -> None:
        self._state = state
        self._certificate = certificate
        self._guard = guard

    def azurite(self) -> ChildProcess:
        """Return Azurite."""
        state = self._state
        settings = AzuriteSettings(
            ports=state.ports,
            directory=state.directory / "azurite",
            account_keys=state.account_keys,
            certificate=self._certificate,
        )
        context = self._certificate.client_context()
        ports = (state.ports.blob, state.ports.queue, state.ports.table)
        return ChildProcess(
            name="Azurite",
            command=settings.command(),
            environment=settings.environment(inherited_environment()),
            log_path=state.logs / "azurite.log",
            answers=lambda: all(answered_status(port, context=context) for port in ports),
            guard=self._guard,
        )

    def control_plane(self, *, execute_customizers: bool) -> ChildProcess:
        """Return the simulated Resource Manager with the identity endpoint."""
        command = [sys.executable, "-m", "localcloud.control_plane"]
        command += ["--directory", str(self._state.directory)]
        command += [] if execute_customizers else ["--no-build-vm"]
        port = self._state.ports.identity
        return ChildProcess(
            name="The control plane",
            command=command,
            environment=inherited_environment() | self._certificate.trust_variables(),
            log_path=self._state.logs / "control-plane.log",
            answers=lambda: answered_status(port, HEALTH_PATH) == _OK,
            folder=PROJECT_ROOT,
            guard=self._guard,
        )

    def host(self, settings: Mapping[str, str]) -> ChildProcess:
        """Return the Functions host.

        Args:
            settings: the app's settings.
        """
        state = self._state
        command = [sys.executable, "-m", "localcloud.functions_host", "--app", str(state.app)]
        command += ["--port", str(state.ports.host), "--rpc-port", str(state.ports.host_rpc)]
        command += ["--data", str(state.host_folder), "--speed", str(state.speed)]
        command += ["--clock-start", state.clock_started_utc]
        command += ["--clock-shows", state.clock_shown_utc]
        trust = self._certificate.trust_variables()
        return ChildProcess(
            name="The Functions host",
            command=command,
            environment=inherited_environment() | trust | dict(settings),
            log_path=state.logs / "host.log",
            answers=lambda: answered_status(state.ports.host, "/admin/host/status") == _OK,
            folder=PROJECT_ROOT,
            guard=self._guard,
        )
