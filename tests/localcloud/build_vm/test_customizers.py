"""Customizers are executed as AIB executes them, by real shells."""

from __future__ import annotations

from pathlib import Path

from localcloud.build_vm.machine import LocalBuildVm
from localcloud.build_vm.provisioning import FILE_LIMIT_BYTES
from tests.localcloud.build_vm.templates import TMP, downloaded, run, shell, template


async def test_a_file_lands_at_its_destination_and_a_script_can_use_it(
    each_machine: LocalBuildVm, folder: Path
) -> None:
    """The artifact reaches the image by a File customizer, whatever the isolation."""
    wanted = template(
        {"type": "File", "sourceUri": "https://x/c/app.zip", "destination": f"{TMP}/a b.zip"},
        shell("sha256sum '/tmp/a b.zip'", "stat -c %U '/tmp/a b.zip'"),
    )
    app = downloaded(0, folder / "0.fp", b"the app")
    ended = await run(each_machine, folder, wanted, [app])
    assert ended.result.succeeded
    assert ended.said()[:2] == [f"{app.sha256}  /tmp/a b.zip", "packer"]
    assert "==> azure-arm: Uploading app.zip => /tmp/a b.zip" in ended.log


async def test_sudo_writes_where_the_build_user_may_not(
    each_machine: LocalBuildVm, folder: Path
) -> None:
    """Forgetting sudo is the most common mistake in a recipe; it must fail here as in Azure."""
    with_sudo = [
        "sudo mkdir -p /opt/app /etc/nginx /srv/www",
        "echo 1 > /tmp/x",
        "sudo cp /tmp/x /etc/nginx/x.conf",
        "sudo install -m 755 /tmp/x /usr/local/bin/x",
        "sudo cp /tmp/x /etc/systemd/system/x.service",
        "cat /etc/nginx/x.conf; whoami; sudo whoami",
    ]
    ended = await run(each_machine, folder, template(shell(*with_sudo)))
    assert ended.said()[:3] == ["1", "packer", "root"]
    for command in ("mkdir /opt/x", "touch /etc/x", "touch /usr/local/bin/x", "touch /usr/bin/x"):
        ended = await run(each_machine, folder, template(shell(command)))
        assert not ended.result.succeeded, command


async def test_the_first_failing_command_ends_the_run_with_its_exit_code(
    machine: LocalBuildVm, folder: Path
) -> None:
    """A wrong command fails the build, and the log's readers find the step and the cause."""
    wanted = template(shell("true"), shell("echo before", "sh -c 'exit 7'", "echo after", name="s"))
    ended = await run(machine, folder, template(*wanted["properties"]["customize"], shell("true")))
    assert (ended.result.failed_step, ended.result.exit_code) == ("s", 7)
    assert ended.said() == ["before"]
    assert "errored: Script exited with non-zero exit status: 7. Allowed exit codes" in ended.log
    assert ended.log.count("Starting provisioner shell") == 2
    assert ended.log.count("ending shell") == 1
    assert ended.log.splitlines()[-1].startswith("Done exporting Packer logs to Azure")


async def test_lines_share_one_script_and_steps_do_not_share_variables(
    machine: LocalBuildVm, folder: Path
) -> None:
    """Packer joins the inline commands of a customizer; each customizer is a process of its own."""
    wanted = template(shell("cd /usr", "X=1", 'echo "$PWD $X"'), shell('echo "$PWD-$X-"'))
    ended = await run(machine, folder, wanted)
    assert ended.said()[:2] == ["/usr 1", "/home/packer--"]


async def test_inline_commands_run_under_sh_with_packers_variables(
    machine: LocalBuildVm, folder: Path
) -> None:
    """A recipe that needs bash must say so: Packer's shebang is /bin/sh -e."""
    lines = ['echo "$PACKER_BUILD_NAME $PACKER_BUILDER_TYPE"', "head -1 $0", "ls /tmp/script_*"]
    ended = await run(machine, folder, template(shell(*lines), shell("ls /tmp | wc -l")))
    said = ended.said()
    assert said[:2] == ["azure-arm azure-arm", "#!/bin/sh -e"]
    assert said[3] == "1", "the first script was deleted, the second one runs"


async def test_a_downloaded_script_keeps_its_shebang_and_loses_its_windows_line_ends(
    machine: LocalBuildVm, folder: Path
) -> None:
    """Scripts are often edited on Windows; Packer repairs them on upload."""
    script = downloaded(
        0, folder / "0.fp", b'#!/bin/bash\r\narray=(a b)\r\necho "${#array[@]}"\r\n'
    )
    wanted = template({"type": "Shell", "scriptUri": "https://x/s.sh"})
    ended = await run(machine, folder, wanted, [script])
    assert ended.said()[0] == "2"


async def test_standard_error_is_in_the_log_too(machine: LocalBuildVm, folder: Path) -> None:
    """The cause of a failure is mostly on standard error."""
    ended = await run(machine, folder, template(shell("echo oh no >&2")))
    assert "PACKER OUT ==> azure-arm: oh no" in ended.log


async def test_a_missing_folder_fails_the_upload(each_machine: LocalBuildVm, folder: Path) -> None:
    """AIB does not make the folders of a File customizer's destination."""
    step = {"type": "File", "name": "f", "sourceUri": "https://x/a", "destination": f"{TMP}/no/a"}
    ended = await run(each_machine, folder, template(step), [downloaded(0, folder / "f", b"")])
    assert ended.result.failed_step == "f"
    assert ended.result.message == "Upload failed: scp: /tmp/no/a: No such file or directory"


async def test_a_destination_outside_tmp_is_refused(machine: LocalBuildVm, folder: Path) -> None:
    """On Linux AIB places files below /tmp only."""
    step = {"type": "File", "sourceUri": "https://x/a", "destination": "/opt/a"}
    ended = await run(machine, folder, template(step), [downloaded(0, folder / "f", b"")])
    assert ended.result.message == "Upload failed: /opt/a is not below /tmp"


async def test_a_file_of_20_mb_is_refused(machine: LocalBuildVm, folder: Path) -> None:
    """In Azure such an upload takes hours; here it fails at once and says why."""
    step = {"type": "File", "sourceUri": "https://x/big.bin", "destination": f"{TMP}/big.bin"}
    big = downloaded(0, folder / "f", b"")
    with big.content_path.open("wb") as content:
        content.truncate(FILE_LIMIT_BYTES)
    ended = await run(machine, folder, template(step), [big])
    assert "big.bin has 20971520 bytes" in ended.result.message


async def test_validations_run_after_the_customizers(machine: LocalBuildVm, folder: Path) -> None:
    """A failed validation is told from a failed customizer: AIB may still distribute."""
    script = downloaded(1, folder / "v", b"test -d /opt/app && exit 4\n")
    wanted = template(
        shell("sudo mkdir /opt/app"), validate=[{"type": "Shell", "scriptUri": "https://x/v"}]
    )
    result = (await run(machine, folder, wanted, [script])).result
    assert (result.failed_in_validation, result.exit_code) == (True, 4)
    assert result.failed_step == "validation Shell[0]"


async def test_windows_steps_are_skipped_and_the_log_says_so(
    machine: LocalBuildVm, folder: Path
) -> None:
    """There is no Windows here; such a recipe must still go through, honestly."""
    wanted = template(
        {"type": "PowerShell", "inline": ["exit 1"]},
        {"type": "WindowsRestart"},
        {"type": "File", "sourceUri": "https://x/a", "destination": "c:\\a"},
    )
    ended = await run(machine, folder, wanted)
    assert ended.result.succeeded
    assert ended.log.count("not executed in the local build VM") == 4
    assert "(telemetry) ending windows-restart" in ended.log


async def test_the_log_ends_with_deprovisioning_that_is_not_executed(
    machine: LocalBuildVm, folder: Path
) -> None:
    """AIB adds a last step of its own; a script left by the customizers replaces its command."""
    ended = await run(machine, folder, template(shell("true")))
    (line,) = ended.said()
    assert line.startswith("not executed in the local build VM: /usr/sbin/waagent -force")
    wanted = template(shell("echo exit 1 > /tmp/DeprovisioningScript.sh"))
    ended = await run(machine, folder, wanted)
    assert ended.result.succeeded
    assert ended.said()[-1].endswith(": sudo sh /tmp/DeprovisioningScript.sh")


async def test_a_step_without_its_download_fails_the_run(
    machine: LocalBuildVm, folder: Path
) -> None:
    """A run must not succeed because a script was forgotten."""
    wanted = template({"type": "Shell", "name": "s", "scriptUri": "https://x/s.sh"})
    ended = await run(machine, folder, wanted)
    assert ended.result.message == "s: neither inline commands nor a downloaded script"


async def test_a_background_process_does_not_hold_the_run(
    machine: LocalBuildVm, folder: Path
) -> None:
    """A customizer may start its server to try it; the run ends with the script."""
    ended = await run(machine, folder, template(shell("sleep 1000 & echo started")))
    assert ended.result.succeeded
    assert ended.said()[0] == "started"


async def test_much_output_arrives_whole_and_in_order(machine: LocalBuildVm, folder: Path) -> None:
    """The last lines before an exit are the ones that explain it."""
    ended = await run(machine, folder, template(shell("seq 20000; printf unfinished; exit 1")))
    assert ended.said() == [str(number) for number in range(1, 20001)] + ["unfinished"]


async def test_a_broken_pipe_ends_a_writer_silently(machine: LocalBuildVm, folder: Path) -> None:
    """Python ignores SIGPIPE and children inherit that; `yes | head` in a recipe would complain."""
    ended = await run(machine, folder, template(shell("yes | head -1", "sudo yes | head -1")))
    assert ended.said()[:2] == ["y", "y"]
    assert "Broken pipe" not in ended.log
