"""What a run leaves at its end: run outputs, and the images they name in the Compute simulator.

Targets are served in their order. One that cannot be served fails the run; the others are made.
"""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from localcloud.compute.models import ComputeStore, published_version
from localcloud.image_builder import gallery_versions, identities
from localcloud.image_builder.build_vm_protocol import FetchFailed, NotInLocalCloud
from localcloud.image_builder.lifecycle import Run, RunStatus
from localcloud.image_builder.models import RunOutput, Template
from localcloud.image_builder.resource_groups import ResourceGroups, group_of
from localcloud.image_builder.simulator_settings import SimulatorSettings
from localcloud.image_builder.staging_store import StagingStore
from localcloud.image_builder.surroundings import Surroundings

logger = logging.getLogger(__name__)

VHD_CONTAINER = "vhds"
_VHD_FOOTER = b"conectix".ljust(512, b"\0")


class TargetFailed(Exception):  # noqa: N818 - an outcome of the distribution, named as one
    """A target cannot be served; the text says which and why."""


def is_due(run: Run, status: RunStatus, now: datetime) -> bool:
    """Tell whether the time has come for what a run distributes, if it does."""
    if run.distributed_utc is not None or not run.distributes:
        return False
    if status.state in ("Succeeded", "PartiallySucceeded"):
        return True
    delay = run.outcome.image_appears_after_seconds if run.outcome else None
    if status.state != "Failed" or delay is None or status.end_utc is None:
        return False
    return now >= status.end_utc + timedelta(seconds=delay)


class Distribution:
    """Publishes images."""

    def __init__(
        self,
        surroundings: Surroundings,
        settings: SimulatorSettings,
        compute: ComputeStore,
        groups: ResourceGroups,
    ) -> None:
        self._store = StagingStore(surroundings.log_store)
        self._fetcher = surroundings.fetcher
        self._known_identities = settings.identity_client_ids
        self._scratch: Path = settings.scratch_directory
        self._compute = compute
        self._groups = groups

    def distribute(
        self, template: Template, distributed_utc: datetime, unwritten: dict[str, str]
    ) -> str:
        """Publish every target and replace the template's run outputs.

        Args:
            template: its last run has got so far, and its VHDs are uploaded.
            distributed_utc: when the distribution began; old version numbers are made of it.
            unwritten: what `upload_vhds` answered.

        Returns:
            How the run's message tells of the targets that failed; empty when none did.
        """
        template.outputs = {}
        targets: list[dict[str, Any]] = template.properties.get("distribute") or []
        failed: list[str] = []
        for index, target in enumerate(targets):
            output = RunOutput(str(target["runOutputName"]))
            try:
                self._publish(template, target, output, distributed_utc, unwritten)
            except TargetFailed as failure:
                failed.append(f"[Error {len(failed)}] [Distribute {index}] {failure}")
            else:
                template.outputs[output.name] = output
        if not failed:
            return ""
        told = f"Failed in distributing {len(failed)} images out of total {len(targets)}"
        return f"{told}: {{{' '.join(failed)}}}"

    def _publish(
        self,
        template: Template,
        target: dict[str, Any],
        output: RunOutput,
        distributed_utc: datetime,
        unwritten: dict[str, str],
    ) -> None:
        kind = str(target["type"]).lower()
        if kind == "managedimage":
            output.artifact_id = self._managed_image(target)
        elif kind == "sharedimage":
            output.artifact_id = self._gallery_version(template, target, distributed_utc)
        elif output.name in unwritten:
            raise TargetFailed(unwritten[output.name])
        else:
            output.artifact_uri = self._vhd_uri(template, target, distributed_utc)

    async def upload_vhds(self, template: Template, distributed_utc: datetime) -> dict[str, str]:
        """Put VHDs where their targets say, or into the staging group; twice does no harm.

        Returns:
            By the name of its run output, why one could not be written.
        """
        unwritten: dict[str, str] = {}
        for target in template.properties.get("distribute") or []:
            if str(target["type"]).lower() != "vhd":
                continue
            name = _vhd_name(template, distributed_utc)
            content = self._scratch / name
            content.write_bytes(_VHD_FOOTER)
            try:
                if target.get("uri"):
                    await self._write_vhd(template, target, content)
                else:
                    await self._store.upload(VHD_CONTAINER, name, content)
            except TargetFailed as failure:
                unwritten[str(target["runOutputName"])] = str(failure)
            content.unlink()
        return unwritten

    async def _write_vhd(self, template: Template, target: dict[str, Any], content: Path) -> None:
        """Write one with the rights of the template's identity, unless it belongs elsewhere."""
        if self._fetcher is None:
            return
        url, name = str(target["uri"]), target["runOutputName"]
        assigned = identities.assigned(template.identity)
        client_id = identities.client_id(assigned[0], self._known_identities) if assigned else ""
        try:
            await self._fetcher.put(url, client_id, content)
        except NotInLocalCloud as elsewhere:
            logger.warning("vhd_not_written template=%s why=%s", template.address.name, elsewhere)
        except FetchFailed as failure:
            address = url.partition("?")[0]
            why = str(failure).removeprefix(f"{address}: ")
            text = f"Error publishing VHD '{name}' to {address}: {why}"
            raise TargetFailed(text) from failure

    def _managed_image(self, target: dict[str, Any]) -> str:
        image_id = str(target["imageId"])
        self._require_group(image_id)
        body = {"location": target["location"], "tags": target.get("artifactTags") or {}}
        self._compute.put(image_id, "Microsoft.Compute/images", body)
        return image_id

    def _gallery_version(
        self, template: Template, target: dict[str, Any], distributed_utc: datetime
    ) -> str:
        wanted_id = str(target["galleryImageId"])
        definition_id, _, explicit = wanted_id.partition("/versions/")
        self._require_group(definition_id)
        if not self._compute.has_definition(definition_id):
            raise _unpublished(wanted_id, "the image definition is not there")
        if explicit and self._compute.get(wanted_id) is not None:
            raise _unpublished(wanted_id, "it exists already")
        name = explicit or gallery_versions.written(
            self._next_version(template, target, definition_id, distributed_utc)
        )
        body = published_version(target, template.location, distributed_utc)
        self._compute.publish_version(definition_id, name, body)
        return f"{definition_id}/versions/{name}"

    def _require_group(self, image_id: str) -> None:
        """Let images into existing groups only (image-builder-json, distribute)."""
        group_id = group_of(image_id)
        if self._groups.find(group_id) is None:
            name = group_id.rpartition("/")[2]
            raise _unpublished(image_id, f"resource group '{name}' could not be found")

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


def _unpublished(image_id: str, why: str) -> TargetFailed:
    return TargetFailed(f"Error publishing MDI to {image_id}: {why}")


def _vhd_name(template: Template, distributed_utc: datetime) -> str:
    safe = re.sub(r"[^A-Za-z0-9\-]", "-", template.address.name)
    return f"{safe}_{distributed_utc:%Y%m%d%H%M%S}.vhd"
