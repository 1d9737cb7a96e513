"""Everything around a build that its recipe and the settings name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from imaging.recipe import Recipe
from imaging.recipe.target_rules import region_key
from imaging.surroundings.access_checks import identity_checks, subnet_checks
from imaging.surroundings.check import Check
from imaging.surroundings.group_checks import group_checks
from imaging.surroundings.providers import provider_check
from imaging.surroundings.source_checks import source_checks
from imaging.surroundings.spelling_checks import region_check, size_check
from imaging.surroundings.target_checks import target_checks
from imaging.surroundings.vhd_checks import vhd_checks


@dataclass(frozen=True)
class Needs:
    """What decides about a template beside the recipe.

    Args:
        subscription_id: where the template will be.
        location: setting BUILD_LOCATION, for recipes without `location`.
        aib_identity_id: setting AIB_IDENTITY_ID, for recipes without `identity`.
        build_vm_identity_id: setting BUILD_VM_IDENTITY_ID; only some builds use it.
        images_url: address of the container IMAGES_CONTAINER; empty when nobody can look at it.
        resource_group: where the template will be; empty when nothing tells it.
    """

    subscription_id: str
    location: str | None = None
    aib_identity_id: str | None = None
    build_vm_identity_id: str | None = None
    images_url: str = ""
    resource_group: str = ""


def checks_of(recipe: Recipe, needs: Needs) -> list[Check]:
    """List what to ask Azure about a build.

    Args:
        recipe: what image to make.
        needs: what decides beside it.
    """
    region = region_key(recipe.location or needs.location or "")
    return [*_checks(recipe, needs, region)]


def _checks(recipe: Recipe, needs: Needs, region: str) -> Iterator[Check]:
    yield provider_check(needs.subscription_id)
    yield region_check(
        recipe, needs.subscription_id, "" if recipe.location else needs.location or ""
    )
    yield from size_check(recipe, needs.subscription_id, region)
    of_source = [*source_checks(recipe, needs.subscription_id, region)]
    yield from of_source
    yield from target_checks(recipe, region, of_source[-1].path if of_source else "")
    yield from group_checks(recipe, needs.subscription_id, region, needs.resource_group)
    yield from identity_checks(recipe, needs.aib_identity_id, needs.build_vm_identity_id)
    yield from subnet_checks(recipe)
    yield from vhd_checks(recipe, needs.images_url)
