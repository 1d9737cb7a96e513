"""Whether there is a place for the VHDs that AIB shall write to Kiln's own storage."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.recipe import Recipe
from imaging.recipe.distribute import VhdTarget
from imaging.surroundings.check import Check

IMAGES_CONTAINER_PATH = "the container IMAGES_CONTAINER"


def vhd_checks(recipe: Recipe, images_container: str) -> Iterator[Check]:
    """Ask for the container, if a VHD goes there.

    Args:
        recipe: what image to make.
        images_container: setting IMAGES_CONTAINER; empty when nobody can look at it.
    """
    vhds = [target for target in recipe.properties.distribute if isinstance(target, VhdTarget)]
    names = [vhd.run_output_name for vhd in vhds if not vhd.uri]
    if names and images_container:
        yield Check(
            place="setting IMAGES_CONTAINER",
            value=images_container,
            subject=f"container {images_container}",
            path=IMAGES_CONTAINER_PATH,
            right="Storage Blob Data Reader",
            way_out=(
                f"make it, because AIB writes VHD {', '.join(names)} there at the end of the run, "
                "and give AIB's identity Storage Blob Data Contributor on it"
            ),
        )
