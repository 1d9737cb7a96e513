"""The build VM's sudo understands the command lines that recipes use."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.build_vm.inside import sudo
from localcloud.build_vm.machine import LocalBuildVm
from tests.localcloud.build_vm.templates import run, shell, template


@pytest.mark.parametrize(
    ("line", "user", "command"),
    [
        ("ls -l", "root", ["ls", "-l"]),
        ("-n -E apt-get -y install x", "root", ["apt-get", "-y", "install", "x"]),
        ("-nE -- -odd", "root", ["-odd"]),
        ("-u www-data id", "www-data", ["id"]),
        ("-uwww-data id", "www-data", ["id"]),
        ("--user=www-data id", "www-data", ["id"]),
        ("-g adm id", "root", ["id"]),
        ("A=1 B=2 env", "root", ["env"]),
        ("./a=b/c x", "root", ["./a=b/c", "x"]),
    ],
)
def test_options_end_where_the_command_begins(line: str, user: str, command: list[str]) -> None:
    """The command's own options must not be taken for sudo's."""
    request = sudo.read_command_line(line.split())
    assert (request.user, request.command) == (user, command)


def test_an_option_that_is_not_known_is_refused_by_name() -> None:
    """What is not simulated says so."""
    with pytest.raises(sudo.Refused, match="option -e is not available"):
        sudo.read_command_line(["-e", "/etc/fstab"])
    with pytest.raises(sudo.Refused, match="option -u needs a value"):
        sudo.read_command_line(["-u"])


def test_exported_variables_are_lost_unless_they_are_asked_for() -> None:
    """Ubuntu's sudo resets the environment; a recipe that forgets it fails in Azure."""
    inherited = {"SECRET": "x", "LANG": "C.UTF-8", "PATH": "/odd", "USER": "packer", "HOME": "/h"}
    plain = sudo.environment_for(sudo.read_command_line(["A=1", "env"]), inherited)
    kept = sudo.environment_for(sudo.read_command_line(["-E", "env"]), inherited)
    assert "SECRET" not in plain
    assert plain["A"] == "1"
    assert plain["HOME"] == "/root"
    assert plain["PATH"] == kept["PATH"] == sudo.SECURE_PATH
    assert (kept["SECRET"], kept["HOME"]) == ("x", "/h")


async def test_exit_codes_input_and_folders_pass_through(
    each_machine: LocalBuildVm, folder: Path
) -> None:
    """Scripts test the exit code of sudo's command and pipe into `sudo tee`."""
    lines = [
        "sudo sh -c 'exit 9' || echo $?",
        "echo piped | sudo tee /etc/piped",
        "cd /usr/share && sudo pwd",
        "sudo -i pwd",
        "sudo no-such-command || echo $?",
        "sudo -u no-such-user true || echo $?",
        "sudo sudo whoami",
        "sudo bash -c 'kill -9 $$' || echo $?",
    ]
    said = (await run(each_machine, folder, template(shell(*lines)))).said()
    assert said[:8] == ["9", "piped", "/usr/share", "/root", "1", "1", "root", "137"]


async def test_a_killed_sudo_takes_its_command_along(machine: LocalBuildVm, folder: Path) -> None:
    """`timeout 1 sudo …` must not leave the command behind."""
    lines = ["timeout 0.3 sudo sleep 984 || echo $?", "while pgrep -f 'sleep 984'; do :; done"]
    ended = await run(machine, folder, template(shell(*lines)))
    assert ended.result.succeeded
    assert ended.said()[0] == "124"


async def test_programs_that_cannot_work_here_say_so_and_succeed(
    each_machine: LocalBuildVm, folder: Path
) -> None:
    """Without an archive and systemd the rest of a recipe should still be proven."""
    lines = ["sudo apt-get install -y nginx", "sudo systemctl enable x", "waagent -version"]
    ended = await run(each_machine, folder, template(shell(*lines)))
    assert ended.result.succeeded
    text = "local build VM: apt-get is not available here; skipped: apt-get install -y nginx"
    assert text in ended.log
    assert ended.log.count("is not available here; skipped") == 3


async def test_ownership_is_kept_where_the_kernel_lends_two_accounts(
    each_machine: LocalBuildVm, folder: Path
) -> None:
    """Web files mostly end up with www-data; with one account only, chown is a stand-in."""
    lines = ["sudo mkdir /srv/w", "sudo chown www-data:www-data /srv/w", "stat -c %U /srv/w"]
    ended = await run(each_machine, folder, template(shell(*lines)))
    if "chown is not available here" in ended.log:
        assert ended.result.succeeded
    else:
        assert ended.said()[0] == "www-data"
