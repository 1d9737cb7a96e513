"""The whole cloud on a desk: Azurite, the control plane and the Functions host, as one object.

    with LocalCloud(directory, app=ROOT, speed=200) as cloud:
        cloud.upload(path, "webapp/1/webapp.zip")

Everything listens on loopback, keeps its files in one directory and is stopped with the block, or
by the orphan guard if we die first. It is no part of the app and refuses to run in Azure.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from localcloud.app_settings import container_names, read_sample
from localcloud.certificate import ensure_certificate
from localcloud.client import CloudClient
from localcloud.endpoints import is_port_free
from localcloud.errors import StateError
from localcloud.orphan_guard import OrphanGuard
from localcloud.processes import Processes
from localcloud.start_lock import prepare_directory
from localcloud.state import new_state


@dataclass(frozen=True)
class CloudOptions:
    """What may differ between two local clouds.

    Args:
        host_port: port of the Functions host; a free one if None.
        recipes: folder whose *.json are put into the recipes container.
        execute_customizers: whether a run executes its customizers in a build VM.
        settings: settings of the app that shall differ from its sample.
    """

    host_port: int | None = None
    recipes: Path | None = None
    execute_customizers: bool = True
    settings: Mapping[str, str] = field(default_factory=dict)


class LocalCloud(CloudClient):
    """A local cloud that this process owns.

    Args:
        directory: where it keeps everything; what an earlier one left there is used again.
        app: folder of the app, with function_app.py and its sample settings.
        speed: how many times faster than real time its clock runs.
        options: everything else.

    Raises:
        LocalCloudError: something is missing, or does not start.
    """

    def __init__(
        self,
        directory: Path,
        app: Path,
        speed: float = 1.0,
        options: CloudOptions | None = None,
    ) -> None:
        _refuse_in_azure(os.environ)
        self.options = options or CloudOptions()
        sample = read_sample(app)
        super().__init__(
            new_state(directory.resolve(), app.resolve(), speed, self.options.host_port)
        )
        self._containers = container_names(sample)
        self._guard = OrphanGuard()
        prepare_directory(self.state.directory)
        self.certificate = ensure_certificate(self.state.certificate_folder)
        processes = Processes(self.state, self.certificate, self._guard)
        self.azurite = processes.azurite()
        self.control_plane = processes.control_plane(
            execute_customizers=self.options.execute_customizers
        )
        self.host = processes.host(self.app_environment() | dict(self.options.settings))

    def start(self) -> None:
        """Start everything and return once it serves.

        Raises:
            LocalCloudError: the text says which part did not start, and why.
        """
        if not is_port_free(self.state.ports.host):
            raise StateError(
                f"port {self.state.ports.host} is taken; choose another with --port, "
                "or stop what listens there"
            )
        self.start_azure()
        with self._stopped_on_failure():
            self.host.start()
            self._remember_processes()

    def start_azure(self) -> None:
        """Start storage, identity and Resource Manager, without the Functions host.

        Raises:
            LocalCloudError: as for `start`.
        """
        with self._stopped_on_failure():
            self.state.write()  # the control plane reads it
            self.azurite.launch()
            self.control_plane.launch()
            self.azurite.wait_until_ready()
            self.storage.ensure_containers(self._containers)
            self._put_recipes()
            self.control_plane.wait_until_ready()
            self._remember_processes()

    def stop(self) -> None:
        """Stop everything; what is stopped already is fine."""
        self.close()
        self.host.stop()
        self.control_plane.ask_to_stop()
        self.azurite.stop()
        self.control_plane.stop()
        self._guard.close()
        self.state = self.state.stopped()
        self.state.write()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @contextlib.contextmanager
    def _stopped_on_failure(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.stop()
            raise

    def _remember_processes(self) -> None:
        parts = {"azurite": self.azurite, "control_plane": self.control_plane, "host": self.host}
        pids = {name: part.pid for name, part in parts.items() if part.pid}
        self.state = replace(self.state, pids=pids)
        self.state.write()

    def let_go(self) -> None:
        """Leave everything running when this process ends."""
        for pid in self.state.pids.values():
            self._guard.forget(pid)
        self._guard.close()

    def _put_recipes(self) -> None:
        if self.options.recipes:
            for path in sorted(self.options.recipes.glob("*.json")):
                self.put_recipe(path.stem, path.read_text())


def _refuse_in_azure(environment: Mapping[str, str]) -> None:
    """Refuse to start in App Service or Functions, where every token here would be a forgery.

    Raises:
        StateError: this is Azure.
    """
    if "WEBSITE_INSTANCE_ID" in environment:
        raise StateError(
            "WEBSITE_INSTANCE_ID is set, so this is Azure: the local cloud runs on a desk only"
        )
