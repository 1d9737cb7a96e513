"""Whether the resource groups are there that AIB does not make, and fit where it is particular.

image-builder-json: the group of a managed image must exist; a staging group that exists must be
empty and in the template's subscription and region, and one that does not is made by AIB.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from imaging.errors import Fault
from imaging.recipe import Recipe
from imaging.recipe.distribute import ManagedImageTarget
from imaging.recipe.raw_parts import Part
from imaging.recipe.target_rules import region_key
from imaging.surroundings import arm_paths
from imaging.surroundings.check import Check, in_other_subscription

_GROUPS_READ = "Microsoft.Resources/subscriptions/resourceGroups/read"
_CONTENT_READ = "Microsoft.Resources/subscriptions/resourceGroups/resources/read"


def group_checks(
    recipe: Recipe, subscription_id: str, region: str, resource_group: str
) -> Iterator[Check]:
    """List what to ask about resource groups.

    Args:
        recipe: what image to make.
        subscription_id: where the template will be.
        region: its region; empty when nothing tells it.
        resource_group: its resource group; empty when nothing tells it.
    """
    for index, target in enumerate(recipe.properties.distribute):
        if isinstance(target, ManagedImageTarget):
            yield _group_of_image(f"properties.distribute[{index}].imageId", target.image_id)
    if recipe.properties.staging_resource_group:
        staging = recipe.properties.staging_resource_group
        yield from _staging_group(staging, subscription_id, region, resource_group)


def _group_of_image(place: str, image_id: str) -> Check:
    group_id = image_id[: image_id.lower().index("/providers/")]
    return Check(
        place=place,
        value=image_id,
        subject=f"resource group {group_id.rpartition('/')[2]}",
        path=arm_paths.of_resource(group_id, arm_paths.RESOURCES_API),
        right=_GROUPS_READ,
        way_out="make it first, or name one that exists",
    )


def _staging_group(
    group_id: str, subscription_id: str, region: str, resource_group: str
) -> Iterator[Check]:
    group = Check(
        place="properties.stagingResourceGroup",
        value=group_id,
        subject=f"staging resource group {group_id.rpartition('/')[2]}",
        path=arm_paths.of_resource(group_id, arm_paths.RESOURCES_API),
        right=_GROUPS_READ,
        way_out=(
            "name an empty one in the template's subscription and region, or leave it out (better)"
        ),
        absence="allowed",
    )
    certain = in_other_subscription(group.subject, group_id, subscription_id)
    if not certain and group_id.rpartition("/")[2].lower() == resource_group.lower():
        certain = f"{group.subject} will hold the template itself, so it is never empty"
    yield replace(
        group,
        certain=certain,
        misfits=partial(_is_at_home, group, region),
    )
    if certain:
        return
    content = replace(
        group,
        path=arm_paths.of_content(group_id),
        right=_CONTENT_READ,
        subject=f"content of {group.subject}",
        way_out=(
            "delete the template that uses it (a failed build keeps its own; the group's tag"
            " imageTemplateName names it), name an empty one, or leave it out (better)"
        ),
    )
    yield replace(content, misfits=partial(_is_empty, content))


def _is_at_home(group: Check, region: str, found: Part) -> Iterator[Fault]:
    place = region_key(found["location"].text())
    if region and place and place != region:
        yield group.fault(f"{group.subject} is in {place}, the template will be in {region}")


def _is_empty(content: Check, found: Part) -> Iterator[Fault]:
    if next(found["value"].items(), None) is not None:
        yield content.fault(f"{content.subject.removeprefix('content of ')} is not empty")
