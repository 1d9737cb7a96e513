"""Whether the galleries can take what a build distributes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from imaging.errors import Fault
from imaging.recipe import Recipe
from imaging.recipe.distribute import SharedImageTarget
from imaging.recipe.raw_parts import Part
from imaging.recipe.target_rules import region_key
from imaging.surroundings import arm_paths
from imaging.surroundings.check import Check
from imaging.surroundings.os_fit import os_misfits, other_kind, security_note

_READ = "Microsoft.Compute/galleries/{}read"


def target_checks(recipe: Recipe, region: str, source_path: str) -> Iterator[Check]:
    """List what to ask about the gallery targets.

    Args:
        recipe: what image to make.
        region: of the template; empty when nothing tells it.
        source_path: where it is asked what the source is; empty if it is not asked.
    """
    for index, target in enumerate(recipe.properties.distribute):
        if isinstance(target, SharedImageTarget):
            place = f"properties.distribute[{index}]"
            yield from _gallery_target(recipe, target, place, region, source_path)


def _gallery_target(
    recipe: Recipe, target: SharedImageTarget, place: str, region: str, source_path: str
) -> Iterator[Check]:
    image_id, _, version = target.gallery_image_id.partition("/versions/")
    gallery_id, _, image = image_id.partition("/images/")
    gallery = gallery_id.rpartition("/")[2]
    asked = Check(
        place=f"{place}.galleryImageId",
        value=target.gallery_image_id,
        subject=f"gallery {gallery}",
        path=arm_paths.of_resource(gallery_id, arm_paths.GALLERY_API),
        right=_READ.format(""),
        way_out="AIB makes neither galleries nor image definitions: make it first",
    )
    yield replace(asked, misfits=partial(_is_a_target, asked, target, place))
    definition = replace(
        asked,
        subject=f"image definition {gallery}/{image}",
        path=arm_paths.of_resource(image_id, arm_paths.GALLERY_API),
        right=_READ.format("images/"),
        way_out="make a definition that fits, or name another",
    )
    yield replace(
        definition,
        misfits=partial(_fits, definition, recipe, region),
        beside=source_path,
        clashes=partial(other_kind, definition, recipe.os_type),
    )
    if version:
        yield replace(
            asked,
            subject=f"version {version} of {gallery}/{image}",
            path=arm_paths.of_resource(target.gallery_image_id, arm_paths.GALLERY_API),
            right=_READ.format("images/versions/"),
            way_out="name a new one, or leave /versions/… out and AIB counts up",
            absence="wanted",
        )


def _is_a_target(
    asked: Check, target: SharedImageTarget, place: str, found: Part
) -> Iterator[Fault]:
    """AIB wants the gallery's own region among the targets (image-builder-json, distribute)."""
    home = region_key(found["location"].text())
    by_name = target.target_regions
    named = [region.name for region in by_name] if by_name else target.replication_regions or []
    if not home or not named or home in {region_key(name) for name in named}:
        return
    key = "targetRegions" if by_name else "replicationRegions"
    listed = ", ".join(named)
    yield Fault(
        f"{place}.{key}",
        f"is {listed}; asked Azure: {asked.subject} is in {home}; add {home}, AIB wants it among "
        "the regions",
    )


def _fits(definition: Check, recipe: Recipe, region: str, found: Part) -> Iterator[Fault | str]:
    shown = found["properties"]
    yield from os_misfits(definition, recipe.os_type, shown["osType"], shown["osState"])
    yield from security_note(definition, found)
    home = region_key(found["location"].text())
    if region and home and home != region:  # image-builder-json, distribute
        yield (
            f"{definition.subject} is in {home}, the template will be in {region}: AIB copies the "
            "image there first, which takes time and costs"
        )
