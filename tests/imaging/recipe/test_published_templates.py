"""Templates that people published: accepted once filled in, refused for right reasons before."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from imaging.errors import RecipeError
from imaging.recipe import read_recipe

PUBLISHED = Path(__file__).parents[3] / "../shared/real/templates/resource"
FILES = sorted(PUBLISHED.glob("*.json"))
GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/group"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/aib"
VERSION = f"{GROUP}/providers/Microsoft.Compute/galleries/g/images/i/versions/1.0.0"
VALUES = {
    "imgBuilderId": IDENTITY,
    "subscriptionID": "00000000-0000-0000-0000-000000000001",
    "buildRGName": GROUP,
    "region1": "westus2",
    "region2": "eastus",
    "region": "westus2",
    "scriptUrl": "https://example.com/script.sh",
    "sigDefImgVersionId": VERSION,
}
ENVELOPE = {"apiVersion", "dependsOn", "type"}
# What stays wrong when the blanks are filled in; AIB refuses it with API version 2025-10-01, too.
STILL_WRONG = {
    "danielsollondon__testingArea_suse_0_Creating_a_Custom_SLES_Managed_Image_SLESImageTemplateLinux":
        {"properties.customize[0].script"},
    "Azure__quickquickstarts_9_Setting_up_a_Trigger_with_a_Custom_Linux_Image_helloImageTemplate":
        {"properties.source.exactVersion"},
}  # fmt: skip


def filled_in(text: str) -> dict[str, Any]:
    """Fill in placeholders and take the template out of its deployment."""
    text = re.sub(r"<([^<>]+)>", lambda match: VALUES.get(match[1], "name"), text)
    document: dict[str, Any] = json.loads(text)
    return {key: value for key, value in document.items() if key not in ENVELOPE}


def faults_in(name: str, content: bytes) -> list[tuple[str, str]]:
    """List the faults of a recipe."""
    try:
        read_recipe(name, content)
    except RecipeError as error:
        return [(fault.path, fault.message) for fault in error.faults]
    return []


pytestmark = pytest.mark.skipif(
    not FILES, reason="the published templates are not beside the repository"
)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_published_template_is_accepted_once_it_is_filled_in(file: Path) -> None:
    """What AIB takes, Kiln takes; the exceptions are listed with what is wrong."""
    document = filled_in(file.read_text(encoding="utf-8"))
    faults = faults_in("published", json.dumps(document).encode())
    assert {path for path, _ in faults} == STILL_WRONG.get(file.stem, set()), faults


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_as_published_it_is_refused_for_its_blanks_and_its_envelope_only(file: Path) -> None:
    """A person who forgot to fill in a template should hear exactly that."""
    faults = faults_in("published", file.read_bytes())
    known = STILL_WRONG.get(file.stem, set())
    others = [
        (path, message)
        for path, message in faults
        if path not in known and "placeholder" not in message and "ARM deployment" not in message
    ]
    assert faults
    assert others == []


RECORDED = sorted((PUBLISHED.parent / "recorded-put").glob("*.json"))
# Older API versions took these; the reasons for which Kiln does not.
NO_LONGER = (
    "AIB compares upper and lower case",
    "did you mean 'scriptUri'?",
    "it must have at least one entry",
    "it must be the id of a resource group",
)


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_a_template_that_the_service_took_is_taken_or_refused_for_a_listed_reason(
    file: Path,
) -> None:
    """Recorded requests show what people really send; a wrong refusal would stop their builds."""
    faults = faults_in("recorded", file.read_bytes())
    others = [
        fault
        for fault in faults
        if not fault[1].endswith(NO_LONGER[:3]) and NO_LONGER[3] not in fault[1]
    ]
    assert others == []
