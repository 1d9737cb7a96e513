"""What is said about a recipe that people usually regret."""

from __future__ import annotations

from typing import Any

import pytest

from tests.imaging.recipe.documents import (
    GALLERY_IMAGE,
    LINUX,
    SUBNETS,
    WINDOWS,
    changed,
    faults,
    read,
)
from tests.imaging.template.recipes import GROUP

P = "properties"
C0 = f"{P}.customize.0"
WAIT = {"type": "PowerShell", "inline": ["Start-Sleep -Seconds 300"]}
UPDATE = {"type": "WindowsUpdate"}
RESTART = {"type": "WindowsRestart"}
BLOB = {"type": "Shell", "sha256Checksum": "a" * 64}
OLD_TARGET = {
    "type": "SharedImage",
    "runOutputName": "out",
    "galleryImageId": GALLERY_IMAGE,
    "replicationRegions": ["westeurope"],
}
BIG_VM = (f"{P}.vmProfile", {"vmSize": "Standard_D4s_v5"})


ADVICE: list[tuple[list[tuple[str, object]], str]] = [
    (
        [(f"{P}.distribute.1", {"type": "VHD", "runOutputName": "disk"})],
        f"{P}.distribute[1].type: is VHD, from which no VM starts since 31 March 2026 without a",
    ),
    ([("location", "West Europe")], "location: is written as westeurope to AIB"),
    ([("location", "westeurop")], "location: is westeurop, where AIB was not when this list was"),
    (
        [(f"{P}.distribute.0.location", "westEurope")],
        f"{P}.distribute[0].location: is written as westeurope to AIB",
    ),
    (
        [(f"{C0}.inline", ["app --password hunter22"])],
        f"{P}.customize[0].inline[0]: looks like a secret",
    ),
    (
        [(f"{C0}.inline", ["export API_KEY=abcdef123"])],
        f"{P}.customize[0].inline[0]: looks like a secret",
    ),
    (
        [(f"{C0}.inline", ["curl 'https://a.example/b?sv=1&sig=abc'"])],
        f"{P}.customize[0].inline[0]: looks like a secret",
    ),
    (
        [(C0, {"type": "Shell", "scriptUri": "https://a.example/b?sig=x"})],
        f"{P}.customize[0].scriptUri: holds a shared access signature",
    ),
    (
        [(C0, BLOB | {"scriptUri": "https://a.example/b?token=x"})],
        f"{P}.customize[0].scriptUri: holds a token that shows in the template",
    ),
    (
        [(C0, {"type": "Shell", "scriptUri": "https://a.example/b"})],
        f"{P}.customize[0].scriptUri: is fetched without sha256Checksum",
    ),
    (
        [(f"{P}.stagingResourceGroup", GROUP)],
        f"{P}.stagingResourceGroup: must be empty, in the template's region",
    ),
    ([(f"{C0}.inline", ["make\r"])], f"{P}.customize[0].inline[0]: holds a carriage return"),
    (
        [(C0, {**BLOB, "scriptUri": "https://kiln1.BLOB.core.windows.net/scripts/a.sh"})],
        f"{P}.customize[0].scriptUri: is read by AIB's identity, which needs Storage Blob Data",
    ),
    (
        [(f"{P}.distribute", [OLD_TARGET])],
        f"{P}.distribute[0].replicationRegions: is deprecated; write targetRegions",
    ),
    ([("artifact", {"access": "sas"})], "artifact.access: puts a signature into the template"),
    (
        [(f"{P}.errorHandling", {"onCustomizerError": "abort"})],
        f"{P}.errorHandling.onCustomizerError: leaves the VM",
    ),
    (
        [(f"{P}.validate", {"sourceValidationOnly": True})],
        f"{P}.validate.sourceValidationOnly: checks the source image",
    ),
    ([(f"{P}.customize", [UPDATE]), BIG_VM], f"{P}.customize[0]: wants a WindowsRestart or a wait"),
    (
        [(f"{P}.customize", [WAIT, UPDATE])],
        f"{P}.vmProfile.vmSize: should be at least Standard_D2_v2",
    ),
    (
        [(f"{P}.customize", [WAIT, UPDATE]), (f"{P}.vmProfile", {"vmSize": "Standard_D1_v2"})],
        f"{P}.vmProfile.vmSize: should be at least Standard_D2_v2",
    ),
    (
        [(f"{P}.customize", [WAIT]), (f"{P}.buildTimeoutInMinutes", 30)],
        f"{P}.buildTimeoutInMinutes: is 30; Windows builds usually need 60 or more",
    ),
]


@pytest.mark.parametrize(("changes", "said"), ADVICE)
def test_what_is_usually_regretted_is_said_and_allowed(
    changes: list[tuple[str, object]], said: str
) -> None:
    """A warning in the report costs nothing; a refusal could be wrong."""
    warnings = read(changed(LINUX, *changes)).warnings
    assert [warning for warning in warnings if warning.startswith(said)] == list(warnings)
    assert len(warnings) == 1


@pytest.mark.parametrize(
    "line",
    [
        "read -r PASSWORD",
        "app --password-file /run/pw",
        "TOKEN=$(get-token)",
        "echo 'reset your password: now'",
        "apt-get install passwd",
    ],
)
def test_a_harmless_line_is_not_called_a_secret(line: str) -> None:
    """Warnings that cry wolf are not read."""
    assert read(changed(LINUX, (f"{C0}.inline", [line]))).warnings == ()


@pytest.mark.parametrize("before", [WAIT, RESTART, UPDATE])
def test_updates_after_a_wait_or_restart_are_fine(before: dict[str, Any]) -> None:
    """This is how the old task and the documentation do it."""
    recipe = read(changed(LINUX, (f"{P}.customize", [RESTART, before, UPDATE]), BIG_VM))
    assert recipe.warnings == ()


@pytest.mark.parametrize(
    "address",
    [
        "https://kiln1.blob.core.windows.net.evil.example/a.sh",
        "https://example.com/kiln1.blob.core.windows.net/a.sh",
    ],
)
def test_an_address_outside_of_azure_storage_needs_no_right(address: str) -> None:
    """AIB fetches it as anybody does."""
    assert read(changed(LINUX, (C0, {**BLOB, "scriptUri": address}))).warnings == ()


@pytest.mark.parametrize(
    ("document", "network", "count"), [(WINDOWS, True, 2), (WINDOWS, False, 1), (LINUX, True, 1)]
)
def test_a_given_group_of_a_windows_build_in_a_network_needs_one_right_more(
    document: dict[str, Any], network: bool, count: int
) -> None:
    """AIB would stop with a refusal that names an application nobody knows."""
    vm_profile = {"vnetConfig": {"subnetId": f"{SUBNETS}/vms"}} if network else {}
    changes = ((f"{P}.stagingResourceGroup", GROUP), (f"{P}.vmProfile", vm_profile))
    warnings = read(changed(document, *changes)).warnings
    assert len([one for one in warnings if one.startswith(f"{P}.stagingResourceGroup")]) == count
    assert ("needs Contributor on it" in "".join(warnings)) == (count == 2)


def test_a_vhd_in_the_root_container_is_asked_about() -> None:
    """Recorded traffic has a container's address there, and AIB took it for a blob's name."""
    vhd = {"type": "VHD", "runOutputName": "d", "uri": "https://a.blob.core.windows.net/vhds"}
    warnings = read(changed(LINUX, (f"{P}.distribute.1", vhd))).warnings
    assert f"{P}.distribute[1].uri: names a blob in the account's root container" in warnings[0]


def test_the_workload_of_the_optimization_is_a_file_as_others_are() -> None:
    """AIB fetches it like a step's script, and the template shows its address."""
    workload = {"state": "Enabled", "scriptUri": "https://a.example/w.sh?sig=x"}
    warnings = read(changed(LINUX, (f"{P}.optimize", {"workload": workload}))).warnings
    assert warnings[0].startswith(f"{P}.optimize.workload.scriptUri: holds a shared access sig")
    plain = workload | {"scriptUri": "https://a.example/w.sh"}
    warnings = read(changed(LINUX, (f"{P}.optimize", {"workload": plain}))).warnings
    assert warnings[0].startswith(f"{P}.optimize.workload.scriptUri: is fetched without sha256")


@pytest.mark.parametrize(("artifact", "is_said"), [
    ({"destination": "app"}, False), ({"destination": "/tmp/app"}, False), ({}, False),  # noqa: S108 - AIB wants /tmp
    ({"destination": "web"}, True),
])  # fmt: skip
def test_a_folder_of_the_archive_is_there(artifact: dict[str, Any], is_said: bool) -> None:
    """It is unpacked before the other steps."""
    step = BLOB | {"type": "File", "sourceUri": "https://a.example/b"}
    step |= {"destination": "/tmp/app/conf/b"}  # noqa: S108 - AIB wants /tmp
    steps = [step, {"type": "Shell", "inline": ["true"]}]
    document = changed(LINUX, (f"{P}.customize", steps), ("artifact", artifact))
    said = [one for one in read(document).warnings if "nothing before it names" in one]
    assert len(said) == is_said


@pytest.mark.parametrize(("before", "is_said"), [
    ([], True),
    ([{"type": "Shell", "inline": ["mkdir -p /tmp/app/conf"]}], False),
    ([{"type": "Shell", "inline": ["mkdir -p /tmp/other"]}], True),
])  # fmt: skip
def test_a_file_needs_its_folder(before: list[dict[str, Any]], is_said: bool) -> None:
    """AIB makes none, and the first such step of a recipe fails in the VM."""
    file = BLOB | {"type": "File", "sourceUri": "https://a.example/b"}
    step = file | {"destination": "/tmp/app/conf/b"}  # noqa: S108 - AIB wants /tmp
    steps = [*before, step, {"type": "Shell", "inline": ["true"]}]
    warnings = read(changed(LINUX, (f"{P}.customize", steps))).warnings
    said = [warning for warning in warnings if "is below /tmp/app/conf, and nothing" in warning]
    assert len(said) == is_said


def test_a_signature_is_not_repeated_in_a_fault() -> None:
    """Faults are stored with the build and shown to readers."""
    step = {"type": "File", "sourceUri": "http://a.example/b?sig=CANARY", "destination": "/tmp/b"}  # noqa: S108 - AIB wants /tmp
    assert "CANARY" not in " ".join(faults(changed(LINUX, (C0, step))))


@pytest.mark.parametrize(("kind", "line", "said"), [
    ("Shell", "sleep 9; sudo reboot", "restarts or stops the build VM, which AIB takes for a"),
    ("Shell", "sleep 9; sudo -n /usr/sbin/poweroff", "restarts or stops the build VM, which AIB"),
    ("Shell", "cd /tmp && sudo rm -rf *", "may delete AIB's deprovisioning script"),
    ("Shell", "find /tmp -mindepth 1 -delete", "may delete AIB's deprovisioning script"),
    ("Shell", 'rm -rf "/tmp"/*', "may delete AIB's deprovisioning script"),
    ("PowerShell", "ri C:\\*.ps1", "may delete AIB's deprovisioning script"),
    ("PowerShell", "cmd /c rd /s /q C:\\", "may delete AIB's deprovisioning script"),
    ("PowerShell", "cmd /c del /q C:\\*.ps1", "may delete AIB's deprovisioning script"),
    ("Shell", "make && sudo shutdown -r now", "restarts or stops the build VM, which AIB"),
    ("Shell", "sudo rm -rf /tmp/*", "may delete AIB's deprovisioning script"),
    ("Shell", "rm -rf /tmp", "may delete AIB's deprovisioning script"),
    ("PowerShell", "sleep 9; Restart-Computer", "restarts or stops the build VM; write"),
    ("PowerShell", "sleep 9; shutdown /r", "restarts or stops the build VM; write"),
    ("PowerShell", "Remove-Item C:\\* -Recurse", "may delete AIB's deprovisioning script"),
    ("Shell", "sudo /usr/sbin/waagent -force -deprovision+user", "generalizes the build VM"),
    ("PowerShell", "C:\\Windows\\System32\\Sysprep\\sysprep.exe /oobe /generalize", "generalizes"),
    ("PowerShell", "Start-Process sysprep -ArgumentList '/generalize'", "generalizes the build VM"),
    ("Shell", "# waagent -deprovision is AIB's", None),
    ("Shell", "echo 'waagent -force -deprovision' > /tmp/DeprovisioningScript.sh", None),
    ("Shell", "systemctl status waagent", None),
    ("PowerShell", "Get-ChildItem C:\\Windows\\System32\\Sysprep", None),
    ("Shell", "echo reboot later", None),
    ("Shell", "touch /var/run/reboot-required", None),
    ("Shell", "rm -rf /tmp/webapp /tmp/webapp.zip", None),
    ("PowerShell", "Remove-Item C:\\temp\\* -Recurse", None),
    ("PowerShell", "Remove-Item C:\\app\\*.ps1", None),
    ("Shell", "find /tmp/app -delete", None),
])  # fmt: skip
def test_a_command_that_ends_badly_in_a_build_vm_is_pointed_at(
    kind: str, line: str, said: str | None
) -> None:
    """It would be seen after half an hour, in a log that speaks of something else."""
    step = {"type": kind, "inline": [line]}
    warnings = read(changed(LINUX, (f"{P}.customize", [step]))).warnings
    assert [warning.partition(": ")[2].startswith(str(said)) for warning in warnings] == (
        [True] if said else []
    )
