"""Commands that surely end badly are refused; those that only may are left to advice."""

from __future__ import annotations

import pytest

from tests.imaging.recipe.documents import LINUX, changed, faults, read

KEY = "Ab1/" * 21 + "Ab1=="
SIGNATURE = "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1v%3D"
P = "properties.customize[0].inline"


def refused(kind: str, *lines: str) -> list[str]:
    """Read a recipe of one step; answer its faults."""
    step = {"type": kind, "inline": list(lines)}
    document = changed(LINUX, ("properties.customize", [step]))
    try:
        read(document)
    except Exception:  # noqa: BLE001 - the faults are read below, whatever it was
        return faults(document)
    return []


@pytest.mark.parametrize(("kind", "line", "said"), [
    ("Shell", "sudo reboot", "restarts or stops the build VM, which AIB takes for a failure"),
    ("Shell", "  /sbin/reboot ;", "restarts or stops the build VM"),
    ("Shell", "sudo shutdown -r now", "restarts or stops the build VM"),
    ("Shell", "sudo -n /usr/sbin/poweroff", "restarts or stops the build VM"),
    ("Shell", "shutdown -h now", "restarts or stops the build VM"),
    ("Shell", "telinit 6", "restarts or stops the build VM"),
    ("PowerShell", "Stop-Computer -Force", "restarts or stops the build VM unseen by AIB"),
    ("PowerShell", "shutdown /s", "restarts or stops the build VM unseen by AIB"),
    ("PowerShell", "shutdown /s /t 0", "restarts or stops the build VM unseen by AIB"),
    ("PowerShell", "ri $env:SystemDrive\\DeprovisioningScript.ps1", "deletes AIB's deprovision"),
    ("Shell", "init 6", "restarts or stops the build VM"),
    ("PowerShell", "Restart-Computer -Force", 'write {"type": "WindowsRestart"} as a step of its'),
    ("PowerShell", "restart-computer", "restarts or stops the build VM unseen by AIB"),
    ("PowerShell", "shutdown /r /t 0", "restarts or stops the build VM unseen by AIB"),
    ("PowerShell", "shutdown.exe -t 5 -r -f", "restarts or stops the build VM unseen by AIB"),
    ("PowerShell", "Remove-Item C:\\DeprovisioningScript.ps1 -Force", "deletes AIB's deprovision"),
    ("Shell", "sudo rm -f /tmp/DeprovisioningScript.sh", "deletes AIB's deprovisioning script"),
    ("Shell", f"echo '-----BEGIN RSA PRIVATE KEY-----\n{KEY}' > k", "holds a private key, and e"),
    ("Shell", f"export C='AccountName=a;AccountKey={KEY}'", "holds the key of a storage account"),
    ("Shell", f"c='SharedAccessKey={KEY[-46:]}'", "holds a shared access key"),
    ("PowerShell", f"iwr 'https://a.example/b?sv=1&sig={SIGNATURE}'", "holds a shared access sig"),
])  # fmt: skip
def test_a_command_that_surely_ends_badly_is_refused(kind: str, line: str, said: str) -> None:
    """AIB would find it after half an hour, or never."""
    (fault,) = refused(kind, line)
    assert fault.startswith(f"{P}[0]: {said}") or said in fault
    assert KEY not in fault
    assert SIGNATURE not in fault


@pytest.mark.parametrize(("kind", "lines"), [
    ("Shell", ["[ -f /a ] || exit 0", "sudo reboot"]),
    ("Shell", ["cat > /opt/again.sh <<'END'", "reboot", "END"]),
    ("Shell", ["echo '", "reboot", "' > /opt/again.sh"]),
    ("Shell", ["if [ -f /a ]; then", "reboot", "fi"]),
    ("Shell", ["echo sudo \\", "reboot"]),
    ("Shell", ["shutdown -c", "echo reboot"]),
    ("Shell", ["# sudo reboot"]),
    ("PowerShell", ["if ($pending) {", "Restart-Computer", "}"]),
    ("PowerShell", ["$script = @'", "Restart-Computer", "'@"]),
    ("PowerShell", ["shutdown /s /t 0", "shutdown /a"]),
    ("Shell", ["test -f /etc/passwd ||", "sudo reboot"]),
    ("Shell", ["true &&", "sudo reboot"]),
    ("Shell", ["select a in b", "do", "reboot", "done"]),
    ("Shell", ["reboot() { echo no; }", "reboot"]),
    ("Shell", ["exec /bin/true", "reboot"]),
    ("Shell", ["sudo shutdown -r +30", "sudo shutdown -c"]),
    ("Shell", ["alias reboot=true", "reboot"]),
    ("PowerShell", ["<#", "Restart-Computer -Force", "#>"]),
    ("PowerShell", ["Write-Output a,", "Restart-Computer"]),
    ("PowerShell", ["throw 'x'", "Restart-Computer"]),
    ("PowerShell", ["shutdown /r /t 3600"]),
    ("Shell", ["rm -f /opt/x/DeprovisioningScript.sh"]),
    ("PowerShell", ["Remove-Item D:\\backup\\DeprovisioningScript.ps1"]),
    ("Shell", ["grep -q -- '-----BEGIN RSA PRIVATE KEY-----' x"]),
    ("Shell", [f"export A='AccountKey=Eby8vdM02xNOcqF{KEY}'"]),
    ("PowerShell", ["Copy-Item a.ps1 C:\\DeprovisioningScript.ps1"]),
    ("PowerShell", [
        "Remove-Item C:\\DeprovisioningScript.ps1", "Copy-Item a.ps1 C:\\DeprovisioningScript.ps1",
    ]),
    ("Shell", ["curl 'https://a.example/b?sv=1&sig=$SIGNATURE'"]),
    ("Shell", ['c="AccountKey=$(cat /run/key)"']),
    ("Shell", ["grep -q 'BEGIN PRIVATE' key.pem"]),
])  # fmt: skip
def test_a_command_that_may_be_right_is_not_refused(kind: str, lines: list[str]) -> None:
    """A guess must not stop a good build."""
    assert refused(kind, *lines) == []


def test_the_line_of_a_text_of_many_is_found_as_well() -> None:
    """Old templates have a whole script in one text."""
    assert len(refused("Shell", "set -e\nsudo apt-get -y upgrade\nsudo reboot\n")) == 1


def test_a_key_of_several_commands_is_found_at_its_beginning() -> None:
    """Whoever writes a here-document has one text for each line."""
    (fault,) = refused("Shell", "cat > k <<END", "-----BEGIN PRIVATE KEY-----", KEY, "END")
    assert fault.startswith(f"{P}[1]: holds a private key")


def test_a_script_that_a_file_step_writes_anew_may_be_deleted() -> None:
    """AIB documents it: a deprovisioning script of one's own."""
    steps = [
        {"type": "Shell", "inline": ["rm -f /tmp/DeprovisioningScript.sh"]},
        {
            "type": "File",
            "sourceUri": "https://a.example/own.sh",
            "destination": "/tmp/DeprovisioningScript.sh",  # noqa: S108 - AIB's own place
        },
    ]
    assert read(changed(LINUX, ("properties.customize", steps)))
    (fault,) = faults(changed(LINUX, ("properties.customize", steps[:1])))
    assert "deletes AIB's deprovisioning script" in fault
