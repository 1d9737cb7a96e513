"""What AIB does when a template is submitted: look at source and targets, download the files.

Files are downloaded now and not at the run (recorded: `sha256Checksum` is filled in when the
creation has succeeded), so a changed file needs a new template.
"""

from __future__ import annotations

import hashlib
import logging
import re
from pathlib import Path
from typing import Any

from localcloud.compute.models import ComputeStore
from localcloud.image_builder import identities
from localcloud.image_builder.build_vm_protocol import DownloadedFile, FetchFailed
from localcloud.image_builder.exceptions import IDENTITY_NEEDED, SEE_TROUBLESHOOTING
from localcloud.image_builder.models import ProvisioningError, Template
from localcloud.image_builder.regions import region_key
from localcloud.image_builder.resource_groups import ResourceGroup, ResourceGroups, group_of
from localcloud.image_builder.simulator_settings import SimulatorSettings
from localcloud.image_builder.sources import Sources
from localcloud.image_builder.submission_failed import SubmissionFailed, failed
from localcloud.image_builder.surroundings import Surroundings

logger = logging.getLogger(__name__)

_GROUP = re.compile(r"/?subscriptions/[^/]+/resourceGroups/[^/]+", re.IGNORECASE)
INTERNAL_ERROR = ProvisioningError(
    "InternalOperationError",
    "Internal error occurred. This is a generic error. To identify possible causes, go to "
    "https://aka.ms/azvmimagebuilderts.",
    "ServerError",
)


class Submissions:
    """Checks and downloads for templates, each in a task of its own."""

    def __init__(
        self,
        surroundings: Surroundings,
        settings: SimulatorSettings,
        compute: ComputeStore,
        groups: ResourceGroups,
        sources: Sources,
    ) -> None:
        self._surroundings = surroundings
        self._settings = settings
        self._compute = compute
        self._groups = groups
        self._sources = sources

    async def submit(self, template: Template) -> None:
        """Do the work of a PUT; the submission then knows its end and its error."""
        submission, clock = template.submission, self._surroundings.clock
        try:
            with clock.busy():
                _check_identity(template)
                self._take_staging_group(template)
                template.exact_version = self._sources.exact_version(template)
                self._check_targets(template)
                if template.version.strict:
                    self._check_strictly(template)
                submission.downloads = await self._download(template)
        except SubmissionFailed as failure:
            submission.error = failure.error
        except Exception as error:  # noqa: BLE001 - a fault of the tool fails the template only
            logger.warning("submission_broke template=%s error=%r", template.address.name, error)
            submission.error = INTERNAL_ERROR
        submission.downloads_utc = clock.now()

    def _take_staging_group(self, template: Template) -> None:
        """Look at a group that the template names; AIB makes one that does not exist."""
        given = str(template.properties.get("stagingResourceGroup") or "")
        if not given:
            return
        if not _GROUP.fullmatch(given):
            raise _bad_staging_group(given, "is no id of a resource group")
        group = self._groups.find(template.exact_staging_group)
        template.made_staging_group = group is None
        if template.version.strict:
            _check_staging_subscription(template)
            if group is not None:
                self._check_staging_group(template, group)

    def _check_staging_group(self, template: Template, group: ResourceGroup) -> None:
        group_id, own_id = template.exact_staging_group, template.address.resource_id
        if group.location != region_key(template.location):
            text = f"is in {group.location} and not in the template's region"
            raise _bad_staging_group(group_id, text)
        for resource in self._groups.content(group_id):
            if resource["id"].lower() != own_id.lower():
                raise _bad_staging_group(group_id, f"is not empty, it has {resource['id']}")

    def _check_targets(self, template: Template) -> None:
        for target in template.properties.get("distribute") or []:
            if str(target.get("type")).lower() != "sharedimage":
                continue
            definition_id = str(target["galleryImageId"]).partition("/versions/")[0]
            is_there = self._groups.find(group_of(definition_id)) is not None
            if not (is_there and self._compute.has_definition(definition_id)):
                text = f"Gallery image definition {definition_id} was not found."
                raise failed("BadSharedImageDistribute", text)

    def _check_strictly(self, template: Template) -> None:
        """Look at more than was recorded of older versions."""
        self._sources.check(template)
        for target in template.properties["distribute"]:
            if target["type"] == "SharedImage":
                self._check_target_regions(target)
                self._check_kind(template, str(target["galleryImageId"]))

    def _check_kind(self, template: Template, target_id: str) -> None:
        """Let only such images into a definition as it is for."""
        definition_id = target_id.partition("/versions/")[0]
        target = self._sources.definition_facts(definition_id)
        source = self._sources.facts(template.properties["source"])
        if target.is_specialized:
            raise failed("BadSharedImageDistribute", f"{definition_id} is for Specialized images.")
        if source.generation and target.generation not in ("", source.generation):
            text = (
                "Validation failed: Error with Hyper-V Version validation (cross-generation for "
                f"multiple Hyper-V Versions is not supported). The provided SIG: {definition_id}, "
                f"has a different Hyper-V Generation: {target.generation}, than source image: "
                f"{source.generation}."
            )
            raise failed("BadSharedImageDistribute", text)
        if source.system and target.system not in ("", source.system):
            text = (
                f"Validation failed: The provided SIG: {definition_id}, has a different operating "
                f"system: {target.system.title()}, than source image: {source.system.title()}."
            )
            raise failed("BadSharedImageDistribute", text)

    def _check_target_regions(self, target: dict[str, Any]) -> None:
        regions = [region["name"] for region in target.get("targetRegions") or []]
        regions += target.get("replicationRegions") or []
        home = self._compute.gallery_location(str(target["galleryImageId"]))
        if regions and home and region_key(home) not in map(region_key, regions):
            text = f"One of the target regions must be that of the gallery, {home}."
            raise failed("BadSharedImageDistribute", text)

    async def _download(self, template: Template) -> list[DownloadedFile]:
        assigned = identities.assigned(template.identity)
        known = self._settings.identity_client_ids
        client_id = identities.client_id(assigned[0], known) if assigned else ""
        folder, downloads = self.folder_of(template), []
        for index, step in enumerate(template.with_sources()):
            url = step.get("scriptUri") or step.get("sourceUri") or step.get("script")
            if not isinstance(url, str):
                continue
            target = folder / f"{index}.customizer"
            digest = await self._fetch(url, client_id, target, index)
            wanted = step.get("sha256Checksum")
            if wanted and wanted != digest:
                text = f"The checksum of '{_without_sas(url)}' is {digest} and not {wanted}."
                raise failed("Other", f"{text} {SEE_TROUBLESHOOTING}")
            template.checksums[index] = digest
            downloads.append(DownloadedFile(index, target, digest))
        return downloads

    async def _fetch(self, url: str, client_id: str, target: Path, index: int) -> str:
        if self._surroundings.fetcher is None:
            return hashlib.sha256(url.encode()).hexdigest()
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            return await self._surroundings.fetcher.fetch(url, client_id, target)
        except FetchFailed as failure:
            shown, local = _without_sas(url), f"x.{index}.customizer.fp"
            text = (
                f"Downloading external file ({shown}) to local file ({local}) [attempt 1 of 10] "
                f"failed: Error downloading '{shown}' to '{local}': {failure}."
            )
            raise failed("Other", f"{text} {SEE_TROUBLESHOOTING}") from failure

    def folder_of(self, template: Template) -> Path:
        """Return where the downloads of a template lie."""
        return self._settings.scratch_directory / "downloads" / template.submission.operation_id


def _without_sas(url: str) -> str:
    return url.partition("?")[0]


def _check_identity(template: Template) -> None:
    if template.version.needs_identity and not identities.assigned(template.identity):
        raise failed("Other", IDENTITY_NEEDED)


def _check_staging_subscription(template: Template) -> None:
    group_id, subscription = template.exact_staging_group, template.address.subscription
    if group_id.split("/")[2].lower() != subscription.lower():
        raise _bad_staging_group(group_id, "is not in the template's subscription")


def _bad_staging_group(group_id: str, what: str) -> SubmissionFailed:
    text = f"The staging resource group '{group_id}' {what}. {SEE_TROUBLESHOOTING}"
    return failed("BadStagingResourceGroup", text)
