"""What a good recipe offers."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from imaging.recipe.recipe_name import recipe_name_problem
from tests.imaging.recipe.documents import (
    GALLERY,
    LEFT_OUT,
    LINUX,
    SUBNETS,
    WINDOWS,
    changed,
    faults,
    read,
)
from tests.imaging.template.recipes import AIB_IDENTITY

P = "properties"
RESTART = {"type": "WindowsRestart"}


def test_a_recipe_offers_what_a_build_needs() -> None:
    """The other rooms ask these and never look into the file."""
    document = changed(
        LINUX,
        ("location", "West Europe"),
        ("identity", {"type": "UserAssigned", "userAssignedIdentities": {AIB_IDENTITY: {}}}),
        ("tags", {"team": "web"}),
        ("artifact", {"destination": "app"}),
        (f"{P}.buildTimeoutInMinutes", 90),
    )
    recipe = read(document)
    assert (recipe.name, recipe.location, recipe.identity) == ("webapp", "westeurope", AIB_IDENTITY)
    assert (recipe.os_type, recipe.timeout_minutes, recipe.run_output_names) == (
        "Linux",
        90,
        ("image",),
    )
    assert recipe.tags == {"team": "web"}
    assert recipe.artifact is not None
    assert recipe.artifact.destination == "app"
    assert recipe.sha256 == hashlib.sha256(json.dumps(document).encode()).hexdigest()


@pytest.mark.parametrize("minutes", [0, LEFT_OUT])
def test_no_timeout_means_the_service_s_four_hours(minutes: object) -> None:
    """The build's deadline is reckoned from it."""
    document = changed(
        LINUX, (f"{P}.buildTimeoutInMinutes", 0), (f"{P}.buildTimeoutInMinutes", minutes)
    )
    assert read(document).timeout_minutes == 240


@pytest.mark.parametrize(
    ("document", "os_type"),
    [
        (LINUX, "Linux"),
        (WINDOWS, "Windows"),
        (changed(LINUX, (f"{P}.customize", [RESTART])), "Windows"),
        (changed(LINUX, (f"{P}.customize", LEFT_OUT)), None),
        (
            changed(LINUX, (f"{P}.customize", LEFT_OUT), ("artifact", {"osType": "Windows"})),
            "Windows",
        ),
        (
            changed(
                LINUX,
                (f"{P}.customize", LEFT_OUT),
                (f"{P}.validate", {"inVMValidations": [{"type": "PowerShell", "inline": ["dir"]}]}),
            ),
            "Windows",
        ),
    ],
)
def test_the_steps_tell_the_operating_system(document: dict[str, Any], os_type: str | None) -> None:
    """Nothing else in a template does."""
    assert read(document).os_type == os_type


def test_everything_that_the_service_knows_can_be_written() -> None:
    """A recipe that leaves out no property of API version 2025-10-01 is accepted."""
    steps = [
        {
            "type": "PowerShell",
            "name": "a",
            "scriptUri": "https://example.com/a.ps1",
            "sha256Checksum": "a" * 64,
            "runElevated": True,
            "runAsSystem": True,
            "validExitCodes": [0, 3010],
        },
        {
            "type": "File",
            "name": "b",
            "sourceUri": "https://example.com/b",
            "sha256Checksum": "",
            "destination": "C:\\b",
        },
        {
            "type": "WindowsRestart",
            "name": "c",
            "restartCommand": "shutdown /r",
            "restartCheckCommand": "",
            "restartTimeout": "2h",
        },
        {
            "type": "WindowsUpdate",
            "name": "d",
            "searchCriteria": "",
            "filters": ["include:$true"],
            "updateLimit": 0,
        },
    ]
    document = changed(
        GALLERY,
        (f"{P}.customize", steps),
        (f"{P}.source.planInfo", {"planName": "a", "planProduct": "b", "planPublisher": "c"}),
        (
            f"{P}.optimize",
            {
                "vmBoot": {"state": "Enabled"},
                "workload": {
                    "state": "Disabled",
                    "scriptUri": "https://example.com/w",
                    "sha256Checksum": "b" * 64,
                },
            },
        ),
        (
            f"{P}.validate",
            {
                "continueDistributeOnFailure": True,
                "sourceValidationOnly": False,
                "inVMValidations": steps[:2],
            },
        ),
        (f"{P}.errorHandling", {"onCustomizerError": "cleanup", "onValidationError": "abort"}),
        (
            f"{P}.vmProfile",
            {
                "vmSize": "",
                "osDiskSizeGB": 0,
                "userAssignedIdentities": [AIB_IDENTITY],
                "vnetConfig": {"subnetId": f"{SUBNETS}/a", "proxyVmSize": ""},
            },
        ),
        (f"{P}.additionalDataDisks", [{"sizeGB": 64}]),
        (f"{P}.stagingResourceGroup", ""),
        (f"{P}.managedResourceTags", {"a": ""}),
        (f"{P}.distribute.0.excludeFromLatest", True),
        (f"{P}.distribute.0.replicationMode", "Shallow"),
        (f"{P}.distribute.0.artifactTags", {"a": "b"}),
        (f"{P}.distribute.0.versioning", {"scheme": "Latest", "major": -1}),
        (f"{P}.distribute.0.targetRegions.0.storageAccountType", "Premium_LRS"),
        ("$schema", "https://example.com/recipe.schema.json"),
        ("description", "all of it"),
    )
    assert faults(document) == []


@pytest.mark.parametrize("name", ["webapp", "_site", "2nd", "web.app-1", "Web_App", "x" * 64])
def test_a_folder_s_usual_name_is_a_recipe_s_name(name: str) -> None:
    """The old task's folders become recipes; the name is one segment of a blob's place."""
    assert recipe_name_problem(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a/b",
        "a\\b",
        "..",
        ".a",
        "-a",
        "My App 2",
        "gr\u00fc\u00df",
        "a ",
        " a",
        "a\nb",
        "a:b",
        "{{a",
        "%41",
        "x" * 65,
    ],
)
def test_a_name_that_is_no_folder_is_refused(name: str) -> None:
    """The name is a blob's path, a tag and a folder in the image."""
    assert faults(LINUX, name) == [str(recipe_name_problem(name))]
