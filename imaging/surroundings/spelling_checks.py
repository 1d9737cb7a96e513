"""Whether regions and VM sizes are spelt as Azure has them.

A misspelt target region ends a run when it distributes, after everything else is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from functools import partial

from imaging.errors import Fault
from imaging.recipe import Recipe
from imaging.recipe.distribute import ManagedImageTarget, SharedImageTarget
from imaging.recipe.raw_parts import Part
from imaging.recipe.target_rules import region_key
from imaging.surroundings import arm_paths
from imaging.surroundings.check import Check


def region_check(recipe: Recipe, subscription_id: str, location: str) -> Check:
    """Ask for the regions of the subscription.

    Args:
        recipe: what image to make.
        subscription_id: where the template will be.
        location: setting BUILD_LOCATION, where the recipe has no `location`; else empty.
    """
    named = dict(_named_regions(recipe))
    if location:
        named["setting BUILD_LOCATION"] = location
    check = Check(
        place="",
        value=", ".join(sorted(set(map(region_key, named.values())))),
        subject="regions",
        path=arm_paths.of_locations(subscription_id),
        right="Microsoft.Resources/subscriptions/locations/read",
        way_out="",
        absence="allowed",
        is_lasting=True,
    )
    return replace(check, misfits=partial(_unknown_regions, named))


def size_check(recipe: Recipe, subscription_id: str, region: str) -> Iterator[Check]:
    """Ask for the VM sizes of the region, if the recipe names one.

    Args:
        recipe: what image to make.
        subscription_id: where the template will be.
        region: its region; empty when nothing tells it.
    """
    profile = recipe.properties.vm_profile
    size = (profile and profile.vm_size) or ""
    if not size or not region:
        return
    check = Check(
        place="properties.vmProfile.vmSize",
        value=size,
        subject=f"VM size {size}",
        path=arm_paths.of_vm_sizes(subscription_id, region),
        right="Microsoft.Compute/locations/vmSizes/read",
        way_out=f"list what there is: az vm list-sizes --location {region} --output table",
        absence="allowed",
        is_lasting=True,
    )
    yield replace(check, misfits=partial(_no_such_size, check, region))


def _named_regions(recipe: Recipe) -> Iterator[tuple[str, str]]:
    if recipe.location:
        yield "location", recipe.location
    for index, target in enumerate(recipe.properties.distribute):
        place = f"properties.distribute[{index}]"
        if isinstance(target, ManagedImageTarget):
            yield f"{place}.location", target.location
        if isinstance(target, SharedImageTarget):
            for number, region in enumerate(target.target_regions or []):
                yield f"{place}.targetRegions[{number}].name", region.name
            for number, name in enumerate(target.replication_regions or []):
                yield f"{place}.replicationRegions[{number}]", name


def _unknown_regions(named: dict[str, str], found: Part) -> Iterator[Fault]:
    known = {region["name"].text().lower() for region in found["value"].items()}
    if not known:
        return
    for place, name in named.items():
        key = region_key(name)
        if key not in known:
            close = get_close_matches(key, sorted(known), 1)
            meant = f"did you mean {close[0]}?" if close else "see az account list-locations"
            what = "asked Azure: it is no region of the subscription"
            yield Fault(place, f"is {name}; {what}; {meant}")


def _no_such_size(check: Check, region: str, found: Part) -> Iterator[str]:
    """Note it only: a list may be shorter than what a subscription was allowed."""
    known = {size["name"].text().lower() for size in found["value"].items()}
    if known and check.value.lower() not in known:
        yield str(check.fault(f"it is no VM size of {region}"))
