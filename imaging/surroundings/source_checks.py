"""Whether the source image exists where the template will be."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from imaging.errors import Fault
from imaging.recipe import Recipe
from imaging.recipe.artifact_block import OsType
from imaging.recipe.raw_parts import Part
from imaging.recipe.source import ManagedImageSource, PlatformImage, SharedImageVersion
from imaging.recipe.target_rules import region_key
from imaging.surroundings import arm_paths
from imaging.surroundings.check import Check, in_other_subscription
from imaging.surroundings.os_fit import os_misfits, security_note, smaller_disk

_SOURCE = "properties.source"
_IMAGES_READ = "Microsoft.Compute/images/read"
_MARKETPLACE_READ = "Microsoft.Compute/locations/publishers/artifacttypes/offers/skus/versions/read"
_VERSIONS_READ = "Microsoft.Compute/galleries/images/versions/read"
_DEFINITIONS_READ = "Microsoft.Compute/galleries/images/read"
_LATEST = "latest"
_PLAN_KEYS = ("name", "product", "publisher")


def source_checks(recipe: Recipe, subscription_id: str, region: str) -> Iterator[Check]:
    """List what to ask about the source; the last one tells its generation.

    Args:
        recipe: what image to make.
        subscription_id: where the template will be.
        region: its region; empty when nothing tells it.
    """
    source = recipe.properties.source
    if isinstance(source, PlatformImage):
        yield from _marketplace(recipe, source, subscription_id, region)
    elif isinstance(source, ManagedImageSource):
        yield _managed_image(recipe, source, subscription_id, region)
    else:
        yield _gallery_version(recipe, source, region)
        yield _source_definition(recipe, source)


def _marketplace(
    recipe: Recipe, source: PlatformImage, subscription_id: str, region: str
) -> Iterator[Check]:
    names = (source.publisher, source.offer, source.sku, source.version)
    if not region or not all(name.strip(".") for name in names):
        return  # a name of dots alone would climb up in the path
    urn = ":".join(names)
    check = Check(
        place=_SOURCE,
        value=urn,
        subject=f"Marketplace image {urn} in {region}",
        path=arm_paths.of_marketplace(subscription_id, region, names),
        right=_MARKETPLACE_READ,
        way_out=(
            f"list what there is: az vm image list --all --location {region} "
            f"--publisher {source.publisher}"
        ),
    )
    has_plan = source.plan_info is not None
    yield replace(check, misfits=partial(_marketplace_misfits, check, recipe, has_plan))


def _marketplace_misfits(
    check: Check, recipe: Recipe, has_plan: bool, found: Part
) -> Iterator[Fault]:
    if found.value == []:
        yield check.fault(f"{check.subject} has no version")
    shown = next(found.items(), found)["properties"]
    disk = shown["osDiskImage"]
    yield from os_misfits(check, recipe.os_type, disk["operatingSystem"], Part(None))
    yield from smaller_disk(check, recipe, disk["sizeInGb"])
    if shown["plan"]["name"].text() and not has_plan:
        parts = {f"plan{key.title()}": shown["plan"][key].text() for key in _PLAN_KEYS}
        asked = replace(
            check,
            place=f"{_SOURCE}.planInfo",
            value="",
            way_out=f"add planInfo: {json.dumps(parts)}, and accept its terms once",
        )
        yield asked.fault(f"{check.subject} is sold with a purchase plan")


def _managed_image(
    recipe: Recipe, source: ManagedImageSource, subscription_id: str, region: str
) -> Check:
    check = Check(
        place=f"{_SOURCE}.imageId",
        value=source.image_id,
        subject=f"managed image {_last(source.image_id)}",
        path=arm_paths.of_resource(source.image_id, arm_paths.COMPUTE_API),
        right=_IMAGES_READ,
        way_out=(
            "name a generalized image of the system that the steps are for, in the template's "
            f"subscription and in {region}"
        ),
    )
    return replace(
        check,
        certain=in_other_subscription(check.subject, source.image_id, subscription_id),
        misfits=partial(_fits_template, check, recipe, region),
    )


def _fits_template(check: Check, recipe: Recipe, region: str, found: Part) -> Iterator[Fault]:
    """AIB wants it in the template's subscription and region (image-builder-json, source)."""
    place = region_key(found["location"].text())
    if region and place and place != region:
        yield check.fault(f"{check.subject} is in {place}, the template will be in {region}")
    disk = found["properties"]["storageProfile"]["osDisk"]
    yield from smaller_disk(check, recipe, disk["diskSizeGB"])
    yield from os_misfits(check, recipe.os_type, disk["osType"], disk["osState"])


def _gallery_version(recipe: Recipe, source: SharedImageVersion, region: str) -> Check:
    version_id = source.image_version_id
    image_id, _, version = version_id.rpartition("/versions/")
    is_latest = version.lower() == _LATEST
    asked = f"{image_id}/versions" if is_latest else version_id
    check = Check(
        place=f"{_SOURCE}.imageVersionId",
        value=version_id,
        subject=f"gallery image version {_last(image_id)}/{version}",
        path=arm_paths.of_resource(asked, arm_paths.GALLERY_API),
        right=_VERSIONS_READ,
        way_out=f"name a version that is replicated to {region or 'the region of the template'}",
    )
    if is_latest:
        return replace(check, misfits=partial(_some_is_replicated, check, region))
    return replace(check, misfits=partial(_can_be_used, check, recipe, region))


def _source_definition(recipe: Recipe, source: SharedImageVersion) -> Check:
    """A version says nothing of its system; its definition does."""
    image_id = source.image_version_id.rpartition("/versions/")[0]
    check = Check(
        place=f"{_SOURCE}.imageVersionId",
        value=source.image_version_id,
        subject=f"image definition {_last(image_id)}",
        path=arm_paths.of_resource(image_id, arm_paths.GALLERY_API),
        right=_DEFINITIONS_READ,
        way_out="name a generalized image of the system that the steps are for",
    )
    return replace(check, misfits=partial(_defines_system, check, recipe.os_type))


def _defines_system(check: Check, os_type: OsType | None, found: Part) -> Iterator[Fault | str]:
    shown = found["properties"]
    yield from os_misfits(check, os_type, shown["osType"], shown["osState"])
    yield from security_note(check, found)


def _can_be_used(check: Check, recipe: Recipe, region: str, found: Part) -> Iterator[Fault]:
    disk = found["properties"]["storageProfile"]["osDiskImage"]
    yield from smaller_disk(check, recipe, disk["sizeInGB"])
    regions = _regions_of(found)
    if region and regions and region not in regions:
        there = ", ".join(regions)
        yield check.fault(f"{check.subject} is replicated to {there} and not to {region}")


def _some_is_replicated(check: Check, region: str, found: Part) -> Iterator[Fault]:
    if not isinstance(found["value"].value, list) or found["nextLink"].text():
        return
    listed = [
        version
        for version in found["value"].items()
        if version["properties"]["publishingProfile"]["excludeFromLatest"].value is not True
    ]
    if not listed:
        yield check.fault("the image has no version that may be the latest")
    elif region and not any(_may_be_in(region, _regions_of(version)) for version in listed):
        yield check.fault(f"no version of the image is replicated to {region}")


def _may_be_in(region: str, regions: Iterable[str]) -> bool:
    known = list(regions)
    return not known or region in known


def _regions_of(version: Part) -> list[str]:
    regions = version["properties"]["publishingProfile"]["targetRegions"].items()
    return [region_key(region["name"].text()) for region in regions]


def _last(resource_id: str) -> str:
    return resource_id.rpartition("/")[2]
