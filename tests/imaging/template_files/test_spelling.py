"""Which name is meant by a misspelt one: slips of the pen are mended, meanings are not touched."""

from __future__ import annotations

import pytest

from imaging.recipe.schema import recipe_schema
from imaging.template_files.spelling import right_name, right_type

# What old API versions and Microsoft's own samples call other names that the place has.
OLD_NAMES = {
    ("imageId", "galleryImageId"),
    ("imageId", "imageVersionId"),
    ("imageVersionId", "imageId"),
    ("name", "planName"),
    ("publisher", "planPublisher"),
    ("tags", "artifactTags"),
    ("uri", "scriptUri"),
    ("uri", "sourceUri"),
}
PLACES = {
    name: list(place.get("properties", {}))
    for name, place in {**recipe_schema()["$defs"], "": recipe_schema()}.items()
}
NAMES = sorted({name for names in PLACES.values() for name in names})


@pytest.mark.parametrize("place", PLACES)
def test_no_known_name_is_repaired_into_another(place: str) -> None:
    """A name that another place has was no slip: it was put into the wrong place."""
    known = PLACES[place]
    meant = {name: right_name(name, known, ()) for name in NAMES}
    assert {pair for pair in meant.items() if pair[0] != pair[1]} <= OLD_NAMES


@pytest.mark.parametrize(("written", "known"), [
    *((name, "runElevated") for name in (
        "runNotElevated", "runUnelevated", "unelevated", "notRunElevated", "runNonElevated",
        "neverRunElevated", "dontRunElevated", "runDeelevated", "skipRunElevated")),
    *((name, "excludeFromLatest") for name in (
        "includeFromLatest", "notExcludeFromLatest", "dontExcludeFromLatest",
        "neverExcludeFromLatest", "doNotExcludeFromLatest", "unexcludeFromLatest",
        "excludeNotFromLatest")),
    *((name, "continueDistributeOnFailure") for name in (
        "dontContinueDistributeOnFailure", "discontinueDistributeOnFailure",
        "notContinueDistributeOnFailure")),
    ("notSourceValidationOnly", "sourceValidationOnly"),
    *((name, "osDiskSizeGB") for name in (
        "maxOsDiskSizeGB", "minOsDiskSizeGB", "osDiskMaxSizeGB", "osDiskSizeMB")),
    ("buildTimeoutInHours", "buildTimeoutInMinutes"),
    ("maxReplicaCount", "replicaCount"),
])  # fmt: skip
def test_a_name_of_another_meaning_stays_what_it_is(written: str, known: str) -> None:
    """The opposite of what was meant would be built without a word."""
    assert right_name(written, [known], ()) == written


@pytest.mark.parametrize(("written", "meant"), [
    ("aritfactTags", "artifactTags"),
    ("inVMValidation", "inVMValidations"),
    ("InVmValidations", "inVMValidations"),
    ("customise", "customize"),
    ("runElevatd", "runElevated"),
    ("run_elevated", "runElevated"),
    ("excludeFromLastest", "excludeFromLatest"),
    ("osDiskSizesGB", "osDiskSizeGB"),
    ("targetRegion", "targetRegions"),
    ("buildTimeoutInMinute", "buildTimeoutInMinutes"),
    ("galeryImageId", "galleryImageId"),
    ("userAsignedIdentities", "userAssignedIdentities"),
])  # fmt: skip
def test_a_slip_of_the_pen_is_mended(written: str, meant: str) -> None:
    """The service refuses it, and nobody can mean anything else."""
    assert right_name(written, [meant], ()) == meant


@pytest.mark.parametrize(("written", "meant"), [
    ("UnmanagedImage", None),
    ("NonManagedImage", None),
    ("ManagedImages", "ManagedImage"),
    ("managed-image", "ManagedImage"),
])  # fmt: skip
def test_a_kind_of_another_meaning_is_not_mended_either(written: str, meant: str | None) -> None:
    """It chooses what is built from, and where to."""
    assert right_type(written, ["ManagedImage", "SharedImage"]) == meant
