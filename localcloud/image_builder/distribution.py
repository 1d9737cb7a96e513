"""What a successful run leaves: run outputs, and the images they name in the Compute simulator."""

from __future__ import annotations

import logging
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from localcloud.compute.models import ComputeStore, published_version
from localcloud.image_builder import gallery_versions, identities
from localcloud.image_builder.build_vm_protocol import FetchFailed
from localcloud.image_builder.models import RunOutput, Template
from localcloud.image_builder.simulator_settings import SimulatorSettings
from localcloud.image_builder.staging_store import StagingStore
from localcloud.image_builder.surroundings import Surroundings

logger = logging.getLogger(__name__)

VHD_CONTAINER = "vhds"
_VHD_FOOTER = b"conectix".ljust(512, b"\0")


class Distribution:
    """Publishes images."""

    def __init__(
        self, surroundings: Surroundings, settings: SimulatorSettings, compute: ComputeStore
    ) -> None:
        self._store = StagingStore(surroundings.log_store)
        self._fetcher = surroundings.fetcher
        self._known_identities = settings.identity_client_ids
        self._scratch: Path = settings.scratch_directory
        self._compute = compute

    def distribute(self, template: Template, distributed_utc: datetime) -> None:
        """Publish every target and replace the template's run outputs.

        Args:
            template: its last run has succeeded, and its VHD is uploaded.
            distributed_utc: when the distribution began; old version numbers are made of it.
        """
        template.outputs = {}
        for target in template.properties.get("distribute") or []:
            kind = str(target["type"]).lower()
            output = RunOutput(str(target["runOutputName"]))
            if kind == "managedimage":
                output.artifact_id = self._managed_image(target)
            elif kind == "sharedimage":
                output.artifact_id = self._gallery_version(template, target, distributed_utc)
            else:
                output.artifact_uri = self._vhd_uri(template, target, distributed_utc)
            template.outputs[output.name] = output

    async def upload_vhds(self, template: Template, distributed_utc: datetime) -> None:
        """Put VHDs where their targets say, or into the staging group; twice does no harm."""
        for target in template.properties.get("distribute") or []:
            if str(target["type"]).lower() != "vhd":
                continue
            name = _vhd_name(template, distributed_utc)
            content = self._scratch / name
            content.write_bytes(_VHD_FOOTER)
            if target.get("uri"):
                await self._write_vhd(template, str(target["uri"]), content)
            else:
                await self._store.upload(VHD_CONTAINER, name, content)
            content.unlink()

    async def _write_vhd(self, template: Template, url: str, content: Path) -> None:
        """Write one with the rights of the template's identity; what fails is said and survived."""
        if self._fetcher is None:
            return
        assigned = identities.assigned(template.identity)
        client_id = identities.client_id(assigned[0], self._known_identities) if assigned else ""
        try:
            await self._fetcher.put(url, client_id, content)
        except FetchFailed as failure:
            logger.warning("vhd_not_written template=%s why=%s", template.address.name, failure)

    def _managed_image(self, target: dict[str, Any]) -> str:
        image_id = str(target["imageId"])
        body = {"location": target["location"], "tags": target.get("artifactTags") or {}}
        self._compute.put(image_id, "Microsoft.Compute/images", body)
        return image_id

    def _gallery_version(
        self, template: Template, target: dict[str, Any], distributed_utc: datetime
    ) -> str:
        definition_id, _, explicit = str(target["galleryImageId"]).partition("/versions/")
        name = explicit or gallery_versions.written(
            self._next_version(template, target, definition_id, distributed_utc)
        )
        body = published_version(target, template.location, distributed_utc)
        self._compute.publish_version(definition_id, name, body)
        return f"{definition_id}/versions/{name}"

    def _next_version(
        self,
        template: Template,
        target: dict[str, Any],
        definition_id: str,
        distributed_utc: datetime,
    ) -> gallery_versions.Version:
        if not template.version.counts_versions:
            return gallery_versions.from_time(distributed_utc)
        names = [gallery_versions.parse(n) for n in self._compute.version_names(definition_id)]
        existing = [name for name in names if name is not None]
        versioning = target.get("versioning") or {}
        if str(versioning.get("scheme")).lower() == "source":
            source = str(template.exact_version or "").rpartition("/")[2]
            return gallery_versions.next_from_source(existing, source)
        major = versioning.get("major")
        return gallery_versions.next_latest(existing, -1 if major is None else int(major))

    def _vhd_uri(
        self, template: Template, target: dict[str, Any], distributed_utc: datetime
    ) -> str:
        if target.get("uri"):
            return str(target["uri"])
        name = _vhd_name(template, distributed_utc)
        return f"{self._store.blob_endpoint}/{VHD_CONTAINER}/{name}"

    async def forget(self, template: Template) -> None:
        """Delete the VHDs that lie in the staging group of a template."""
        prefix = f"{self._store.blob_endpoint}/{VHD_CONTAINER}/"
        for output in template.outputs.values():
            if (output.artifact_uri or "").startswith(prefix):
                name = str(output.artifact_uri).removeprefix(prefix)
                await self._store.delete(VHD_CONTAINER, name)


def _vhd_name(template: Template, distributed_utc: datetime) -> str:
    safe = re.sub(r"[^A-Za-z0-9\-]", "-", template.address.name)
    return f"{safe}_{distributed_utc:%Y%m%d%H%M%S}.vhd"
