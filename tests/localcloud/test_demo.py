"""`make demo`: the first thing that a newcomer runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from localcloud.azurite import find_node
from localcloud.command_line import main
from localcloud.demo import zip_folder
from tests.localcloud.command_process import command_process

ROOT = Path(__file__).parents[2]


@pytest.mark.local_cloud
def test_the_demo_ends_with_an_image_and_stops_everything(tmp_path: Path) -> None:
    """It has to work on the first try, or nobody makes a second one."""
    ended = subprocess.run(
        [sys.executable, "-m", "localcloud", "demo", "--speed", "200"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "/galleries/kilnlocal/images/webapp/versions/1.0.0" in ended.stdout
    assert "everything is stopped" in ended.stdout
    assert list(tmp_path.glob("kiln-demo-*")) == []


@pytest.mark.local_cloud
def test_the_demo_says_where_steps_are_not_executed(tmp_path: Path) -> None:
    """A template whose commands nobody has run must not look proven."""
    only_node = tmp_path / "bin"
    only_node.mkdir()
    (only_node / "node").symlink_to(find_node())
    ended = subprocess.run(
        [sys.executable, "-m", "localcloud", "demo", "--speed", "200"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path), "PATH": str(only_node)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Shell steps are logged, not executed" in ended.stdout


@pytest.mark.local_cloud
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_demo_that_is_interrupted_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    """Whoever stops it, or closes the terminal, wants no files and no processes of it."""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with command_process("demo", env=environment, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        while "upload" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(number)
        process.stdout.read()
    assert process.returncode == 130
    assert list(tmp_path.glob("kiln-demo-*")) == []


def test_a_demo_that_cannot_start_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In Azure, or where something is missing, there are no logs to point to."""
    monkeypatch.setenv("WEBSITE_INSTANCE_ID", "1")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert main(["demo"]) == 1
    assert "logs" not in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_the_demo_takes_no_directory(capsys: pytest.CaptureFixture[str]) -> None:
    """It has one of its own, and deletes it."""
    with pytest.raises(SystemExit):
        main(["demo", "--directory", "x"])
    assert "unrecognized arguments: --directory x" in capsys.readouterr().err


def test_a_zip_holds_the_contents_of_the_folder_and_not_the_folder(tmp_path: Path) -> None:
    """The pipeline task zips like that, and recipes count on it."""
    (tmp_path / "app/__pycache__").mkdir(parents=True)
    (tmp_path / "app/static").mkdir()
    (tmp_path / "app/static/a.html").write_text("a")
    (tmp_path / "app/__pycache__/b.pyc").write_text("b")
    path = zip_folder(tmp_path / "app", tmp_path / "app.zip")
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["static/a.html"]
