"""What a customizer does stays in its build VM, and nothing of the VM stays behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from localcloud.build_vm.machine import BuildVmSettings, LocalBuildVm
from tests.localcloud.build_vm.conftest import opened
from tests.localcloud.build_vm.templates import (
    ROOT,
    TMP,
    mounts,
    processes_with,
    run,
    shell,
    template,
)


def is_there(path: str) -> bool:
    """Return whether this user sees something at `path`."""
    return os.path.lexists(path)


async def until(condition: object, seconds: float = 10) -> None:
    """Wait until `condition()` is true; the deadline only ends a test that has failed."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.01)


async def test_nothing_that_root_writes_inside_reaches_the_machine(
    each_machine: LocalBuildVm, folder: Path
) -> None:
    """A recipe is executed on somebody's desk: not one file there may change."""
    name = f"kiln-{os.getpid()}-{time.monotonic_ns()}"
    places = ["/etc", "/opt", "/srv", "/var/lib", "/root", "/usr/local/bin", TMP, "/home", "/"]
    lines = [f"sudo touch {place}/{name}" for place in places]
    lines += [f"sudo touch /usr/share/{name} || true", "echo done"]
    ended = await run(each_machine, folder, template(shell(*lines)))
    assert ended.said()[0] == "done"
    assert [place for place in [*places, "/usr/share"] if is_there(f"{place}/{name}")] == []


async def test_the_machines_own_files_are_out_of_sight(
    each_machine: LocalBuildVm, folder: Path
) -> None:
    """Code of an uploader runs here; the developer's files, keys and accounts are not for it."""
    secret = folder / "secret.txt"
    secret.write_text("a secret", encoding="utf-8")
    lines = [
        f"sudo test ! -e {secret}",
        f"sudo test ! -e {ROOT / 'host.json'}",
        "sudo test ! -e /old-root",
        "sudo test ! -e /etc/ssh/ssh_host_rsa_key",
        "sudo grep -c '^root:\\*:' /etc/shadow",
        "ls /home /sys | tr '\\n' ' '",
    ]
    ended = await run(each_machine, folder, template(shell(*lines)))
    assert ended.said()[:2] == ["1", "/home: packer  /sys: "]


async def test_root_inside_cannot_reach_the_kernel(
    each_machine: LocalBuildVm, folder: Path
) -> None:
    """Being root in the build VM must not mean being root on the machine."""
    attempts = [
        "sudo mount -t tmpfs none /mnt",
        "sudo mount -o remount,rw /proc/sys",
        "sudo umount /usr",
        "sudo mknod /tmp/disk b 254 0",
        "echo x | sudo tee /proc/sys/kernel/core_pattern >/dev/null",
        "sudo unshare --mount true",
        "sudo nsenter --target 1 --net true",
    ]
    lines = [f"if {attempt} 2>/dev/null; then echo '{attempt}'; fi" for attempt in attempts]
    ended = await run(each_machine, folder, template(shell(*lines, "echo that was all")))
    assert ended.said()[0] == "that was all"


async def test_nothing_but_the_vms_own_addresses_can_be_reached(
    each_machine: LocalBuildVm, folder: Path
) -> None:
    """A build that fetches from anywhere else would work here by luck only."""
    listener = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    connect = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)"
    lines = [
        f"if python3 -c '{connect}' {host} {number} 2>/dev/null; then echo reached {host}; fi"
        for host, number in (("127.0.0.1", port), ("192.0.2.1", 80), ("168.63.129.16", 80))
    ]
    ended = await run(each_machine, folder, template(shell(*lines, "echo that was all")))
    listener.close()
    await listener.wait_closed()
    assert ended.said()[0] == "that was all"


async def test_each_run_gets_a_new_machine(machine: LocalBuildVm, folder: Path) -> None:
    """What one build left must not make the next one work."""
    wanted = template(shell("test ! -e /opt/app", "sudo mkdir /opt/app", "hostname"))
    first = await run(machine, folder / "1", wanted)
    second = await run(machine, folder / "2", wanted)
    assert first.result.succeeded
    assert second.result.succeeded
    assert first.said()[0].startswith("pkrvm")
    assert first.said()[0] != second.said()[0]


async def test_runs_go_on_side_by_side(machine: LocalBuildVm, folder: Path) -> None:
    """Several templates build at once; each has its ports, files and log for itself."""
    runs = [
        run(machine, folder / str(number), template(shell(f"echo {number} > /tmp/n", "cat /tmp/n")))
        for number in range(4)
    ]
    ended = await asyncio.gather(*runs)
    assert [each.said()[0] for each in ended] == ["0", "1", "2", "3"]


async def test_a_run_that_takes_too_long_is_killed_with_all_its_processes(
    settings: BuildVmSettings, folder: Path
) -> None:
    """A hung customizer must not hold the local cloud, nor live on in the background."""
    limited = BuildVmSettings(settings.tokens, settings.blob_port, settings.ca_bundle, 1.0)
    machine = await opened(limited)
    mark = f"987{time.monotonic_ns()}"
    lines = [f"sudo sleep {mark} &", f"setsid sleep {mark} &", f"sleep {mark}"]
    ended = await run(machine, folder, template(shell(*lines, name="hangs")))
    assert ended.result.failed_step == "hangs"
    assert "context deadline exceeded" in ended.result.message
    assert processes_with(mark) == []
    assert ended.log.splitlines()[-1].startswith("Done exporting Packer logs to Azure")


async def test_a_cancelled_run_leaves_nothing_behind(
    each_machine: LocalBuildVm, folder: Path
) -> None:
    """Cancelling a build in the simulator cancels the task; the machine must go with it."""
    mark = f"986{time.monotonic_ns()}"
    before = mounts()
    wanted = template(shell(f"sudo sleep {mark}"))
    task = asyncio.create_task(run(each_machine, folder, wanted))
    await until(lambda: processes_with(mark))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert processes_with(mark) == []
    assert mounts() == before


RUN_FOR_EVER = """
import asyncio, sys
from pathlib import Path
from localcloud.build_vm.machine import BuildVmSettings, open_build_vm
from localcloud.build_vm.instance_metadata import TokenSource

async def main() -> None:
    tokens = TokenSource("http://127.0.0.1:9/", "", str)
    machine = await open_build_vm(BuildVmSettings(tokens, 10000, Path(sys.argv[1])))
    step = {"type": "Shell", "inline": [f"sudo sleep {sys.argv[2]}"]}
    log = Path(sys.argv[3]) / "x" / "customization.log"
    await machine.run({"properties": {"customize": [step]}}, [], log)

asyncio.run(main())
"""


async def test_the_build_vm_ends_with_a_killed_control_plane(
    machine: LocalBuildVm, settings: BuildVmSettings, folder: Path
) -> None:
    """A SIGKILL gives nobody the time to clean up; the kernel has to do it."""
    mark = f"985{time.monotonic_ns()}"
    words = [sys.executable, "-c", RUN_FOR_EVER, str(settings.ca_bundle), mark, str(folder)]
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT)
    await until(lambda: len(processes_with(mark)) > 2)
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    await until(lambda: processes_with(mark) == [])
