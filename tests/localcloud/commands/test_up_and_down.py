"""`up` and `down`: nothing half started, nothing left."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from localcloud.command_line import main
from localcloud.commands.parsing import running_state
from localcloud.endpoints import choose_ports
from localcloud.lost_processes import lost_processes
from tests.localcloud.command_process import command_process
from tests.localcloud.running_processes import processes_of

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.local_cloud


def test_a_detached_cloud_stays_until_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Up, up again, status, down: each says what is."""
    directory, port = ["--directory", str(tmp_path)], str(choose_ports().host)
    up = [sys.executable, "-m", "localcloud", "up", "--detach", "--port", port, *directory]
    assert subprocess.run(up, cwd=ROOT, capture_output=True, check=True).returncode == 0
    state = running_state(tmp_path)
    assert state
    try:
        assert main(["up", "--detach", *directory]) == 0
        assert "is up already" in capsys.readouterr().out
        assert main(["status", *directory]) == 0
        assert f"http://127.0.0.1:{port}/api" in capsys.readouterr().out
        os.kill(state.pids["host"], signal.SIGKILL)
        while "host" in state.running_pids():
            time.sleep(0.01)
        assert main(["status", *directory]) == 3
        again = subprocess.run(up, cwd=ROOT, capture_output=True, check=True, text=True).stdout
        assert "this has ended: host. Starting all of it anew" in again
        assert f"python -m localcloud down --directory {tmp_path}" in again
        assert main(["status", *directory]) == 0
    finally:
        assert main(["down", *directory]) == 0
    assert running_state(tmp_path) is None
    assert main(["status", *directory]) == 3


def test_a_cloud_whose_folder_was_deleted_can_be_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`git clean -fdx` is quickly typed, and the processes would run on for ever."""
    directory = tmp_path / "cloud"
    up = [sys.executable, "-m", "localcloud", "up", "--detach", "--no-host"]
    up += ["--directory", str(directory), "--port", str(choose_ports().host)]
    subprocess.run(up, cwd=ROOT, capture_output=True, check=True)
    shutil.rmtree(directory)
    assert len(lost_processes(directory)) == 2
    assert lost_processes(tmp_path) == []
    assert main(["down", "--directory", str(directory)]) == 0
    assert "whose files are gone, is stopped" in capsys.readouterr().out
    assert lost_processes(directory) == []
    assert not directory.exists()


def test_a_cloud_stays_up_though_nobody_reads_what_it_says(tmp_path: Path) -> None:
    """`make up | head -1` asks for a cloud."""
    up = f"'{sys.executable}' -m localcloud up --detach --directory '{tmp_path}'"
    up += f" --port {choose_ports().host}"
    subprocess.run(["bash", "-c", f"{up} | true"], cwd=ROOT, capture_output=True, check=True)
    try:
        assert main(["status", "--directory", str(tmp_path)]) == 0
    finally:
        main(["down", "--directory", str(tmp_path)])


def test_two_starts_at_once_are_one_cloud(tmp_path: Path) -> None:
    """Else one of them has processes that no `down` finds."""
    up = [sys.executable, "-m", "localcloud", "up", "--detach", "--directory", str(tmp_path)]
    up += ["--port", str(choose_ports().host)]
    both = [subprocess.Popen(up, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate()[0] for process in both]
    try:
        assert sorted("is up already" in text for text in said) == [False, True]
        assert main(["status", "--directory", str(tmp_path)]) == 0
    finally:
        main(["down", "--directory", str(tmp_path)])


def test_a_start_that_is_killed_leaves_no_process(tmp_path: Path) -> None:
    """Nobody has written down yet what it had started."""
    up = ["up", "--detach", "--directory", str(tmp_path), "--port", str(choose_ports().host)]
    with command_process(*up) as process:
        while not (tmp_path / "logs/control-plane.log").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    deadline = time.monotonic() + 60
    while processes_of(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_of(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_stops_a_cloud_in_the_foreground(tmp_path: Path, number: signal.Signals) -> None:
    """It is the usual way to end it, so it is no failure, and nothing stays."""
    up = ["up", "--no-host", "--directory", str(tmp_path), "--port", str(choose_ports().host)]
    with command_process(*up) as process:
        assert process.stdout
        while "Ctrl-C stops it" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(number)
        assert "Stopping" in process.stdout.read()
    assert process.returncode == 0
    assert running_state(tmp_path) is None


def test_a_part_that_dies_ends_a_cloud_in_the_foreground(tmp_path: Path) -> None:
    """Half a cloud that looks alive costs an afternoon."""
    up = ["up", "--no-host", "--directory", str(tmp_path), "--port", str(choose_ports().host)]
    with command_process(*up, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        while "Ctrl-C stops it" not in process.stdout.readline():
            assert process.poll() is None
        state = running_state(tmp_path)
        assert state
        os.kill(state.pids["control_plane"], signal.SIGKILL)
        complaint = process.stderr.read()
    assert process.returncode == 1
    assert "The control plane ended by itself, with code -9" in complaint


@pytest.mark.parametrize("below", ["", "deeper/still"])
def test_a_directory_that_cannot_be_written_is_one_line(
    below: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stack trace would hide the one thing that is wrong."""
    (tmp_path / "file").write_text("not a folder")
    assert main(["up", "--detach", "--directory", str(tmp_path / "file" / below)]) == 1
    said = capsys.readouterr().err
    assert "cannot hold a local cloud" in said
    assert "--directory" in said


def test_a_port_that_cannot_be_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is started."""
    with pytest.raises(SystemExit):
        main(["up", "--port", "99999"])
    assert "it must be 1 to 65535" in capsys.readouterr().err
