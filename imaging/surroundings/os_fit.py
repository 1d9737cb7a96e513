"""Whether an image that Azure shows is one that AIB takes, and whether two go together."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.errors import Fault
from imaging.recipe import Recipe
from imaging.recipe.artifact_block import OsType
from imaging.recipe.raw_parts import Part
from imaging.surroundings.check import Check

_ONE_SECURITY_TYPE = {
    "trustedlaunch": "TrustedLaunchSupported",
    "confidentialvm": "ConfidentialVmSupported",
}


def os_misfits(
    check: Check, os_type: OsType | None, found_type: Part, found_state: Part
) -> Iterator[Fault]:
    """Say what of an image's system does not fit.

    Args:
        check: what asked.
        os_type: system of the recipe; None when it does not tell.
        found_type: Linux or Windows, as Azure says it.
        found_state: Generalized or Specialized, as Azure says it.
    """
    shown = found_type.text()
    if os_type and shown and shown.lower() != os_type.lower():
        yield check.fault(f"{check.subject} is for {shown}, the recipe's steps are for {os_type}")
    # image-builder-json: sources and definitions must be generalized.
    if found_state.text().lower() == "specialized":
        yield check.fault(f"{check.subject} is Specialized, AIB takes Generalized images only")


def security_note(check: Check, found: Part) -> Iterator[str]:
    """Say that an image definition is for one security type alone.

    AIB's support of such sources and targets is limited: its build VM may be refused as one that
    is not of this type (build-vm-image#32). Those that end with `Supported` are for every VM.

    Args:
        check: what asked.
        found: the definition, as Azure shows it.
    """
    for feature in found["properties"]["features"].items():
        value = feature["value"].text()
        wider = _ONE_SECURITY_TYPE.get(value.lower())
        if feature["name"].text().lower() == "securitytype" and wider:
            yield (
                f"{check.subject} has SecurityType {value}, which AIB supports in part only; "
                f"one with {wider} takes images for both kinds of VM"
            )


def smaller_disk(check: Check, recipe: Recipe, found_size: Part) -> Iterator[Fault]:
    """Say that the recipe's OS disk is smaller than the source's; a disk can only grow.

    Args:
        check: what asked for the source.
        recipe: says how big the disk shall be.
        found_size: of the source in GB, as Azure says it.
    """
    profile = recipe.properties.vm_profile
    wanted, least = (profile and profile.os_disk_size_gb) or 0, found_size.value
    if wanted and isinstance(least, int) and wanted < least:
        yield Fault(
            "properties.vmProfile.osDiskSizeGB",
            f"is {wanted}; asked Azure: {check.subject} has an OS disk of {least} GB; "
            f"write at least {least}, or leave it out",
        )


def other_kind(check: Check, os_type: OsType | None, target: Part, source: Part) -> Iterator[Fault]:
    """Say that an image definition is for another kind of image than the source; AIB changes none.

    Args:
        check: what asked for the definition.
        os_type: system of the recipe; both were held to it where it tells one.
        target: the definition, as Azure shows it.
        source: image, definition or newest version in a list that the build starts from.
    """
    newest = next(source.items(), source)
    wanted, found = _generation(target), _generation(newest)
    if wanted and found and wanted != found:
        yield check.fault(f"{check.subject} is for generation {wanted}, the source is {found}")
    wanted, found = _system(target), _system(newest)
    if os_type is None and wanted and found and wanted.lower() != found.lower():
        yield check.fault(f"{check.subject} is for {wanted}, the source is {found}")


def _generation(shown: Part) -> str:
    return shown["properties"]["hyperVGeneration"].text().upper()


def _system(shown: Part) -> str:
    """Read the system of a definition, a managed image or a Marketplace image."""
    properties = shown["properties"]
    places = (
        properties["osType"],
        properties["storageProfile"]["osDisk"]["osType"],
        properties["osDiskImage"]["operatingSystem"],
    )
    return next((place.text() for place in places if place.text()), "")
