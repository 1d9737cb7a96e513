"""Whether there is a place for the VHDs that AIB shall write to Kiln's own storage account."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.recipe import Recipe
from imaging.recipe.addresses import blob_place
from imaging.recipe.distribute import VhdTarget
from imaging.surroundings.check import Check

CONTAINER_PATH = "container "


def vhd_checks(recipe: Recipe, images_url: str) -> Iterator[Check]:
    """Ask for the containers of VHDs; those of other accounts Kiln cannot see.

    Args:
        recipe: what image to make.
        images_url: address of the container IMAGES_CONTAINER; empty when nobody can look at it.
    """
    account_url, _, images_container = images_url.rpartition("/")
    for index, target in enumerate(recipe.properties.distribute):
        if not images_url or not isinstance(target, VhdTarget):
            continue
        if not target.uri:
            yield _check("setting IMAGES_CONTAINER", images_container, target.run_output_name)
        elif target.uri.lower().startswith(f"{account_url.lower()}/"):
            place = f"properties.distribute[{index}].uri"
            yield _check(place, blob_place(target.uri)[0] or "$root", target.run_output_name)


def _check(place: str, container: str, run_output_name: str) -> Check:
    return Check(
        place=place,
        value=container,
        subject=f"container {container}",
        path=f"{CONTAINER_PATH}{container}",
        right="Storage Blob Data Reader",
        way_out=(
            f"make it, because AIB writes VHD {run_output_name} there at the end of the run, "
            "and give AIB's identity Storage Blob Data Contributor on it"
        ),
    )
