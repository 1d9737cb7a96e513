"""What a template starts from: whether AIB takes it, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from localcloud.compute import marketplace
from localcloud.compute.models import ComputeStore
from localcloud.image_builder.models import Template
from localcloud.image_builder.regions import region_key
from localcloud.image_builder.resource_groups import ResourceGroups, group_of
from localcloud.image_builder.submission_failed import failed


@dataclass(frozen=True)
class ImageFacts:
    """What Compute tells of an image or an image definition; empty where it does not.

    Args:
        system: LINUX or WINDOWS.
        generation: V1 or V2.
        is_specialized: whether it is the disk of one machine, which AIB does not take.
        disk_gb: size of its OS disk.
    """

    system: str = ""
    generation: str = ""
    is_specialized: bool = False
    disk_gb: int | None = None


class Sources:
    """The images that templates start from, and the definitions that they go to.

    Args:
        compute: the images and galleries.
        groups: where they are.
    """

    def __init__(self, compute: ComputeStore, groups: ResourceGroups) -> None:
        self._compute = compute
        self._groups = groups

    def exact_version(self, template: Template) -> str | None:
        """Return the version that a source means.

        Up to API 2023-07-01, a version in a gallery that nobody put is taken as given, because the
        recordings do not tell of each where it comes from.

        Raises:
            SubmissionFailed: there is none.
        """
        source = template.properties["source"]
        kind = str(source.get("type")).lower()
        if kind == "platformimage":
            return _platform_version(source)
        if kind != "sharedimageversion":
            return None
        version_id = str(source["imageVersionId"])
        definition_id, _, name = version_id.partition("/versions/")
        if name.lower() != "latest":
            must_exist = template.version.strict or self._compute.has_put_gallery(version_id)
            if must_exist and self._look(version_id) is None:
                text = f"Gallery image version {version_id} was not found."
                raise failed("BadSharedImageVersionSource", text)
            return version_id
        latest = self._compute.latest_version(definition_id)
        if latest is None:
            raise failed("BadSharedImageVersionSource", f"No version found of {definition_id}.")
        return f"{definition_id}/versions/{latest}"

    def check(self, template: Template) -> None:
        """Look at what must be generalized, and at the place of a managed image.

        Raises:
            SubmissionFailed: AIB does not take the source.
        """
        source = template.properties["source"]
        if source["type"] == "ManagedImage":
            code, image_id = "BadManagedImageSource", str(source["imageId"])
            self._check_managed_image(template, image_id)
        elif source["type"] == "SharedImageVersion":
            code = "BadSharedImageVersionSource"
            image_id = str(source["imageVersionId"]).partition("/versions/")[0]
        else:
            return
        if self.facts(source).is_specialized:
            raise failed(code, f"{image_id} is Specialized, only Generalized images are supported.")

    def facts(self, source: dict[str, Any]) -> ImageFacts:
        """Return what is known of a source; of `versions/latest`, not its disk."""
        if source["type"] == "ManagedImage":
            return _of_image(self._look(str(source["imageId"])))
        if source["type"] == "PlatformImage":
            return _of_platform_image(source)
        version_id = str(source["imageVersionId"])
        definition_id, _, name = version_id.partition("/versions/")
        definition = self.definition_facts(definition_id)
        version = None if name.lower() == "latest" else self._look(version_id)
        disk_gb = _at(version, "properties", "storageProfile", "osDiskImage", "sizeInGB")
        return ImageFacts(
            definition.system, definition.generation, definition.is_specialized, _size(disk_gb)
        )

    def definition_facts(self, definition_id: str) -> ImageFacts:
        """Return what is known of an image definition."""
        shown = _at(self._look(definition_id), "properties")
        return ImageFacts(
            _text(shown, "osType"),
            _text(shown, "hyperVGeneration"),
            _text(shown, "osState") == "SPECIALIZED",
        )

    def _check_managed_image(self, template: Template, image_id: str) -> None:
        image = self._look(image_id)
        if image is None:
            raise failed("BadManagedImageSource", f"Managed image {image_id} was not found.")
        subscription = f"/subscriptions/{template.address.subscription}/"
        was_put = self._compute.get(image_id) is not None
        is_here = region_key(image["location"]) == region_key(template.location)
        if (was_put and not is_here) or not image_id.lower().startswith(subscription.lower()):
            text = f"Managed image {image_id} must be of the template's subscription and region."
            raise failed("BadManagedImageSource", text)

    def _look(self, resource_id: str) -> dict[str, Any] | None:
        if self._groups.find(group_of(resource_id)) is None:
            return None
        return self._compute.look(resource_id)


def _platform_version(source: dict[str, Any]) -> str:
    version = str(source.get("version") or "latest")
    if version.lower() != "latest":
        return version
    name = [str(source.get(part, "")) for part in ("publisher", "offer", "sku")]
    latest = marketplace.latest_version(*name)
    if latest is None:
        raise failed("BadPIRSource", f"Platform image {':'.join(name)} was not found.")
    return latest


def _of_platform_image(source: dict[str, Any]) -> ImageFacts:
    publisher, offer, sku = (str(source[part]) for part in ("publisher", "offer", "sku"))
    if marketplace.versions_of(publisher, offer, sku) is None:
        return ImageFacts()
    shown = marketplace.properties_of(publisher, sku)
    system = _text(_at(shown, "osDiskImage"), "operatingSystem")
    return ImageFacts(system, _text(shown, "hyperVGeneration"))


def _of_image(image: dict[str, Any] | None) -> ImageFacts:
    disk = _at(image, "properties", "storageProfile", "osDisk")
    return ImageFacts(
        _text(disk, "osType"),
        _text(_at(image, "properties"), "hyperVGeneration"),
        _text(disk, "osState") == "SPECIALIZED",
        _size(_at(disk, "diskSizeGB")),
    )


def _at(value: Any, *keys: str) -> Any:  # noqa: ANN401 - JSON that somebody put
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(value: Any, key: str) -> str:  # noqa: ANN401 - JSON that somebody put
    found = _at(value, key)
    return found.upper() if isinstance(found, str) else ""


def _size(value: Any) -> int | None:  # noqa: ANN401 - JSON that somebody put
    return value if isinstance(value, int) else None
