"""What a build keeps elsewhere: files that AIB brings, containers of VHDs, staging groups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from imaging.surroundings.check import Verdict
from imaging.surroundings.file_checks import files_of, judge_files
from imaging.surroundings.look import Look
from tests.imaging.surroundings.recipes import NEEDS, SUBSCRIPTION, asked, recipe, verdict

URL = "https://files.example/tool.tar?sig=CANARY"
FILE = {"type": "File", "sourceUri": URL, "destination": "/tmp/tool.tar"}  # noqa: S108 - AIB wants /tmp
SHELL = {"type": "Shell", "inline": ["true"]}
IMAGES = "https://kiln.blob.core.windows.net/images"
VHD: dict[str, Any] = {"type": "VHD", "runOutputName": "disk"}


def judged(look: Look, **properties: Any) -> Verdict:
    """Judge a recipe whose files all answer the same."""
    found = Verdict()
    files = files_of(recipe(**properties))
    judge_files(files, {file.url: look for file in files}, found)
    return found


@pytest.mark.parametrize(
    ("properties", "place"),
    [
        ({"customize": [SHELL, FILE]}, "properties.customize[1].sourceUri"),
        (
            {"validate": {"inVMValidations": [SHELL, FILE]}},
            "properties.validate.inVMValidations[1].sourceUri",
        ),
    ],
)
def test_a_file_that_takes_hours_is_a_fault(properties: dict[str, Any], place: str):
    """AIB's own log shows it at one per cent for hours."""
    (fault,) = judged(Look("found", 20_000_000), **properties).faults
    assert fault.path == place
    assert "tool.tar, which has 20000000 bytes; a File step ends below 20000000" in fault.message
    assert "CANARY" not in str(fault)


def test_a_small_file_is_not_spoken_of():
    """It is what one expects."""
    found = judged(Look("found", 19_999_999), customize=[FILE])
    assert (found.faults, found.notes) == ([], [])


def test_a_file_that_kiln_cannot_see_is_a_note():
    """AIB reads it with its own identity, so it is no fault."""
    found = judged(Look("unknown", reason="HTTP 404 without a sign-in"), customize=[FILE])
    assert found.faults == []
    (note,) = found.notes
    assert note == (
        "properties.customize[0].sourceUri: the size of https://files.example/tool.tar is not known"
        " (HTTP 404 without a sign-in); AIB brings files below 20 MB"
    )


@pytest.mark.parametrize(("group", "is_refused"), [("Kiln-Builds", True), ("staging", False)])
def test_the_group_of_the_templates_is_no_staging_group(group: str, is_refused: bool):
    """AIB wants an empty one, and the template lies in it."""
    needs = replace(NEEDS, resource_group="kiln-builds")
    staging = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}"
    found = verdict(recipe(stagingResourceGroup=staging), {"/resources": {"value": []}}, needs)
    said = [
        "will hold the template itself, so it is never empty" in f.message for f in found.faults
    ]
    assert said == [True] * is_refused


def test_a_vhd_needs_the_container_that_it_goes_to():
    """AIB would find out when it distributes, at the end of the run."""
    one = recipe(distribute=[VHD])
    needs = replace(NEEDS, images_url=IMAGES)
    (fault,) = verdict(one, {"container images": Look("absent")}, needs).faults
    assert fault.path == "setting IMAGES_CONTAINER"
    assert "container images does not exist; make it, because AIB writes VHD disk" in fault.message
    assert verdict(one, {}, needs).faults == []


def test_a_vhd_with_an_address_in_the_same_account_needs_its_container():
    """Kiln can see whether it is there; in another account only AIB can."""
    uri = "https://Kiln.blob.core.windows.net/disks/web/d.vhd"
    (fault,) = verdict(
        recipe(distribute=[VHD | {"uri": uri}]),
        {"container disks": Look("absent")},
        replace(NEEDS, images_url=IMAGES),
    ).faults
    assert fault.path == "properties.distribute[0].uri"
    assert "container disks does not exist" in fault.message


@pytest.mark.parametrize(
    "target", [{}, VHD | {"uri": "https://a.blob.core.windows.net/vhds/d.vhd"}]
)
def test_the_container_is_asked_for_where_a_vhd_goes_there(target: dict[str, Any]):
    """Other builds do without it."""
    needs = replace(NEEDS, images_url=IMAGES)
    one = recipe(distribute=[target]) if target else recipe()
    assert [check for check in asked(one, needs) if check.subject.startswith("container")] == []
