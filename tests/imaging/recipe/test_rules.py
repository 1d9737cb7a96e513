"""Each rule of a recipe: what is said about a broken one, word for word, and where."""

from __future__ import annotations

from typing import Any

import pytest

from tests.imaging.recipe.broken_rules import BROKEN, C0, D0, P
from tests.imaging.recipe.documents import GALLERY, LEFT_OUT, LINUX, WINDOWS, changed, faults


@pytest.mark.parametrize(("document", "place", "value", "said"), BROKEN)
def test_a_broken_rule_is_named_with_place_value_and_way_out(
    document: dict[str, Any], place: str, value: object, said: str
) -> None:
    """People fix what they can read; the right words are half of the product."""
    assert faults(changed(document, (place, value))) == [said]


@pytest.mark.parametrize(("place", "value"), [
    ("tags", {f"t{n}": "" for n in range(48)}),
    ("tags", {"n" * 512: "v" * 256}),
    ("parameters", {f"p{n}": {"type": "boolean", "default": True} for n in range(32)}),
    ("artifact", {"destination": "d" * 128, "position": 1}),
    (f"{P}.managedResourceTags", {f"t{n}": "" for n in range(50)}),
    (f"{P}.buildTimeoutInMinutes", 6),
    (f"{P}.buildTimeoutInMinutes", 960),
    (f"{P}.vmProfile", {"osDiskSizeGB": 4095}),
    (f"{P}.additionalDataDisks", [{"sizeGB": 1}, {"sizeGB": 32_767}]),
    (f"{C0}.inline", ["x" * 32_767]),
    (f"{D0}.runOutputName", "n" * 64),
    (f"{D0}.versioning", {"scheme": "Latest", "major": -1}),
])  # fmt: skip
def test_a_limit_may_be_reached(place: str, value: object) -> None:
    """One less than what is told would be refused without a reason."""
    assert faults(changed(GALLERY, (place, value))) == []


NEEDED = [
    "/etc/sudoers.d", "/usr/lib/python3/dist-packages", "/usr/lib/x86_64-linux-gnu",
    "/var/lib/dpkg", "/usr/local", "/usr/local/bin/x", "/home/packer/", "C:/Packages/Plugins",
    "C:\\Windows\\System32\\Sysprep", "C:\\Users\\packer", "C:\\ProgramData\\Microsoft",
    "C:\\Program Files\\WindowsPowerShell\\Modules",
]  # fmt: skip
OWN = [
    "app", "/opt/app", "/app", "/usr/local/app", "/usr/local/binaries", "/var/www/app",
    "/home/me/app", "C:\\app", "C:\\Windows\\Temp\\app", "C:\\Program Files\\App",
    "D:\\Users\\me\\app",
]  # fmt: skip


@pytest.mark.parametrize("destination", [*NEEDED, *OWN])
def test_nothing_that_deprovisioning_needs_is_removed_after_the_build(destination: str) -> None:
    """It comes after the removal, with the image's own sudo, Python or sysprep."""
    document = WINDOWS if destination[1:2] == ":" else LINUX
    block = {"destination": destination, "removeAfterBuild": True}
    found = [fault.split(":")[0] for fault in faults(changed(document, ("artifact", block)))]
    assert found == (["artifact.removeAfterBuild"] if destination in NEEDED else [])


@pytest.mark.parametrize("document", [LINUX, WINDOWS, GALLERY])
def test_the_recipes_of_these_tests_have_no_fault(document: dict[str, Any]) -> None:
    """Else the tests above would prove nothing."""
    assert faults(document) == []


def test_all_faults_are_named_at_once() -> None:
    """One round of fixing, not ten; a wrong value does not hide the rules over several."""
    broken = changed(
        GALLERY,
        (f"{P}.buildTimeoutInMinutes", 3),
        (f"{C0}.type", "shell"),
        (f"{D0}.replicationRegions", ["eastus"]),
        (f"{D0}.targetRegions.0.replicaCount", "2"),
        ("location", "<region>"),
        ("dependsOn", []),
    )
    assert [fault.split(":")[0] for fault in faults(broken)] == [
        "dependsOn",
        "location",
        f"{P}.buildTimeoutInMinutes",
        f"{P}.customize[0].type",
        f"{P}.distribute[0].replicationRegions",
        f"{P}.distribute[0].targetRegions[0].replicaCount",
    ]


def test_an_artifact_without_any_hint_of_the_operating_system_needs_one() -> None:
    """Kiln cannot write a script for an unknown system."""
    silent = changed(LINUX, (f"{P}.customize", LEFT_OUT), ("artifact", {}))
    assert faults(silent) == [
        "artifact.osType: is missing; no customizer tells whether this is Linux or Windows"
    ]
    assert faults(changed(silent, ("artifact.osType", "Linux"))) == []
