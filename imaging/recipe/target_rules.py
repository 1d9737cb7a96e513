"""Rules of the distribution targets, each as a whole and all together."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.arm_ids import ArmIdKind, parse_arm_id
from imaging.errors import Fault
from imaging.recipe.raw_parts import Part


def broken_rules(recipe: Part) -> Iterator[Fault]:
    """Check each target and that they do not collide.

    Args:
        recipe: the whole recipe.
    """
    targets = list(recipe["properties"]["distribute"].items())
    for target in targets:
        if target["type"].value == "SharedImage":
            yield from _regions(target)
            yield from _version(target)
    yield from _repeated(
        [target["runOutputName"] for target in targets], "is used twice; each target needs its own"
    )
    for key in ("imageId", "galleryImageId", "uri"):
        yield from _repeated(
            [target[key] for target in targets],
            "is the target twice; each target needs its own image",
        )
    yield from _source_again(recipe["properties"]["source"], targets)


def region_key(name: str) -> str:
    """Write a region as Azure compares it: "West Europe" is westeurope.

    Args:
        name: a region's name or display name.
    """
    return name.replace(" ", "").lower()


def _regions(target: Part) -> Iterator[Fault]:
    new, old = target["targetRegions"], target["replicationRegions"]
    if new.value is not None and old.value is not None:
        yield old.fault("must not stand beside targetRegions; keep targetRegions")
    if target.has("storageAccountType") and old.value is None:
        yield target["storageAccountType"].fault(
            "belongs to replicationRegions; say it in each of targetRegions"
        )
    yield from _repeated(
        [region["name"] for region in new.items()], "is named twice; once is enough"
    )
    yield from _repeated(list(old.items()), "is named twice; once is enough")


def _version(target: Part) -> Iterator[Fault]:
    image = parse_arm_id(ArmIdKind.GALLERY_IMAGE, target["galleryImageId"].text())
    if image and image.version and target.has("versioning"):
        yield target["versioning"].fault(
            "must be left out, because galleryImageId names the version itself"
        )


def _source_again(source: Part, targets: list[Part]) -> Iterator[Fault]:
    for source_key, key in (("imageId", "imageId"), ("imageVersionId", "galleryImageId")):
        used = source[source_key].text().lower()
        for target in targets:
            if used and target[key].text().lower() == used:
                yield target[key].fault("is the source of this build; write to another image")


def _repeated(parts: list[Part], message: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for part in parts:
        name = region_key(part.text())
        if name and name in seen:
            yield part.fault(message)
        seen.add(name)
