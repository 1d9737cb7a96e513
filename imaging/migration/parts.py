"""Parts of a recipe that task and action share: source, targets, Windows updates."""

from __future__ import annotations

import re
from collections.abc import Mapping

from imaging.migration.draft import Draft
from imaging.migration.references import open_references
from imaging.migration.run_values import Kind
from imaging.migration.steps import Tool
from imaging.recipe.showing import show

_VERSION = re.compile(r"/versions/[^/]*$", re.IGNORECASE)
_PLATFORM_PARTS = ("publisher", "offer", "sku", "version")
_SOURCE = ("properties", "source")
_TARGET = ("properties", "distribute", 0)

_WAIT_BEFORE_UPDATES = {
    "type": "PowerShell",
    "name": "wait_before_windows_update",
    "inline": ["Start-Sleep -Seconds 300"],
}
_WINDOWS_UPDATE = {
    "type": "WindowsUpdate",
    "searchCriteria": "IsInstalled=0",
    "filters": ["exclude:$_.Title -like '*Preview*'", "include:$true"],
}


def put_identity(draft: Draft, name: str) -> None:
    """Write the identity that the build runs as, if the step names one.

    Args:
        draft: gets it.
        name: of the input with its resource id.
    """
    identity = draft.resource_id(name)
    if identity:
        draft.put(("identity", "type"), "UserAssigned")
        draft.put(("identity", "userAssignedIdentities", identity), {}, name)


def put_platform_image(draft: Draft, image: str, version: str, name: str) -> None:
    """Write a Marketplace image as the source.

    Args:
        draft: gets it.
        image: `publisher:offer:sku`, with or without `:version`.
        version: if the image names none.
        name: of the input that the image comes from.
    """
    draft.put(_SOURCE, {"type": "PlatformImage"}, name)
    parts = [part.strip() for part in image.split(":")]
    if len(parts) == len(_PLATFORM_PARTS) and parts[-1].lower() in {"linux", "windows"}:
        parts.pop()  # the task's own list once named the system behind each image
    if len(parts) == len(_PLATFORM_PARTS) - 1:
        parts.append(version)
    if len(parts) != len(_PLATFORM_PARTS) or not all(parts):
        draft.refuse_open(name, draft.filled(name))
        draft.refuse(name, f"is '{image}'; it must be Publisher:Offer:Sku")
        return
    for key, part in zip(_PLATFORM_PARTS, parts, strict=True):
        draft.put((*_SOURCE, key), part, name)
    if parts[1].lower() == "ubuntuserver":
        draft.note(f"{image} gets no more updates; choose a newer image in properties.source")


def put_image_source(draft: Draft, kind: str, key: str, name: str) -> None:
    """Write a managed image or a gallery version as the source.

    Args:
        draft: gets it.
        kind: AIB's type.
        key: AIB's property with the id.
        name: of the input.
    """
    draft.put((*_SOURCE, "type"), kind)
    draft.put((*_SOURCE, key), draft.resource_id(name), name)


def put_managed_image(draft: Draft, id_input: str, location: str, location_input: str) -> None:
    """Write a managed image as the target.

    Args:
        draft: gets it.
        id_input: name of the input with the id.
        location: its region.
        location_input: name of the input with the region.
    """
    draft.put((*_TARGET, "type"), "ManagedImage", id_input)
    draft.put((*_TARGET, "runOutputName"), "ManagedImage_distribute")
    draft.put((*_TARGET, "imageId"), draft.resource_id(id_input), id_input)
    draft.put((*_TARGET, "location"), location, location_input)


def put_gallery_image(draft: Draft, id_input: str, regions: list[str], regions_input: str) -> None:
    """Write a gallery image as the target; a version that only a run knows is left to AIB.

    Args:
        draft: gets it.
        id_input: name of the input with the definition or version.
        regions: names of regions.
        regions_input: name of the input with the regions.
    """
    definition = draft.filled(id_input)
    version = _VERSION.search(definition)
    if version and open_references(version[0]):
        definition = _VERSION.sub("", definition)
        output = "the output custom-image-uri" if draft.step.tool is Tool.ACTION else "$(imageUri)"
        draft.note(
            f"{id_input}: {version[0][1:]} is left out, AIB numbers the versions itself; "
            f"later steps read the id from {output}"
        )
    definition = draft.with_parameters(id_input, definition, Kind.NAME, is_id=True)
    draft.put((*_TARGET, "type"), "SharedImage", id_input)
    draft.put((*_TARGET, "runOutputName"), "SharedImage_distribute")
    draft.put((*_TARGET, "galleryImageId"), definition, id_input)
    for index, region in enumerate(regions):
        draft.put((*_TARGET, "targetRegions", index, "name"), region_name(region), regions_input)


def put_vhd(draft: Draft, uri_input: str = "") -> None:
    """Write a VHD as the target.

    Args:
        draft: gets it.
        uri_input: name of the input with its address, if the tool has one.
    """
    draft.put((*_TARGET, "type"), "VHD")
    draft.put((*_TARGET, "runOutputName"), "VHD_distribute")
    if uri_input and draft.has(uri_input):
        draft.put((*_TARGET, "uri"), draft.resource_id(uri_input), uri_input)
    else:
        draft.note(
            "VHD: AIB writes it to Kiln's own container (setting IMAGES_CONTAINER), where it "
            "stays; the old one lay with the template and went when that went"
        )


def put_customizers(draft: Draft, *steps: Mapping[str, object], source: str = "") -> None:
    """Append steps that run in the build VM.

    Args:
        draft: gets them.
        steps: in AIB's own form.
        source: the input that they come from.
    """
    done = len(draft.document.get("properties", {}).get("customize", []))
    for index, step in enumerate(steps, done):
        draft.put(("properties", "customize", index), dict(step), source)


def put_windows_updates(draft: Draft, name: str) -> None:
    """Append Windows updates, after the wait that both tools put before them.

    Args:
        draft: gets them.
        name: of the input that asks for them.
    """
    put_customizers(draft, _WAIT_BEFORE_UPDATES, _WINDOWS_UPDATE, source=name)


def put_number(
    draft: Draft, place: tuple[str | int, ...], name: str, *, zero_counts: bool = False
) -> None:
    """Write a whole number.

    Args:
        draft: gets it.
        place: keys and indexes from the top down.
        name: of the input.
        zero_counts: whether 0 is a value; both tools mostly mean nothing by it.
    """
    text = draft.text(name)
    if text.removeprefix("-").isdecimal() and len(text) < len(str(10**9)):
        draft.put(place, int(text) if zero_counts else int(text) or None, name)
    elif text:
        draft.refuse(name, f"is {show(text)}; it must be a whole number")


def region_name(name: str) -> str:
    """Write a region as Azure compares it; what a parameter holds is left to the run."""
    return name if "${{" in name else re.sub(r"\s", "", name).lower()
