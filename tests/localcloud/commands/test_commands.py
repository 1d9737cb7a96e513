"""The commands of `python -m localcloud`, as a person or a script calls them."""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from rich.console import Console

from localcloud.client import CloudClient
from localcloud.cloud import LocalCloud
from localcloud.command_line import main, run_command
from localcloud.commands import builds
from localcloud.commands.parsing import attach
from localcloud.commands.upload import artifact_name, choose_recipe, store_recipe
from localcloud.errors import LocalCloudError
from tests.localcloud.command_process import command_process

ROOT = Path(__file__).parents[3]
_COMMANDS = ("up", "down", "status", "upload", "builds", "faults", "env", "demo")
pytestmark = pytest.mark.local_cloud


def run(cloud: LocalCloud, *words: str) -> int:
    """Run a command on a cloud that runs."""
    return main([*words, "--directory", str(cloud.state.directory)])


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    """A zip of the example web app, named after its recipe."""
    path = tmp_path / "webapp.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("app.py", "webapp.service", "static/index.html"):
            archive.write(ROOT / "examples/webapp" / name, name)
    return path


@pytest.mark.parametrize("command", _COMMANDS)
def test_help_shows_what_to_type(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Examples are what people copy."""
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    assert f"examples:\n  python -m localcloud {command}" in capsys.readouterr().out


def test_a_command_that_is_shown_can_be_pasted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Folders have blanks in their names, too."""
    folder = tmp_path / "my cloud"
    assert main(["builds", "--directory", str(folder)]) == 1
    assert f"up --detach --directory '{folder}'" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["status"], ["env"], ["builds"], ["faults", "list"]])
def test_commands_say_how_to_start_a_cloud_where_none_runs(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stack trace of a refused connection would say nothing."""
    code = main([*words, "--directory", str(tmp_path)])
    said = capsys.readouterr()
    assert code in {1, 3}
    assert "local cloud runs in" in said.out + said.err


def test_down_is_fine_where_nothing_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Scripts call it first and last, whatever happened between."""
    assert main(["down", "--directory", str(tmp_path)]) == 0
    assert "No local cloud runs" in capsys.readouterr().out


def test_an_upload_is_followed_to_its_image(
    local_cloud: LocalCloud, artifact: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole of Kiln, as a person sees it."""
    assert run(local_cloud, "upload", str(artifact), "--release", "18-1", "--follow") == 0
    said = capsys.readouterr().out
    assert "imagebuilder-vststask/webapp/18-1/webapp_" in said
    assert "Run the build: Customizing" in said
    assert "$(imageUri) = " in said
    assert run(local_cloud, "builds") == 0
    listed = capsys.readouterr().out
    assert "Succeeded" in listed
    build_id = next(iter(local_cloud.claims()))
    narrow = Console(file=io.StringIO(), width=60)
    builds.run(argparse.Namespace(directory=local_cloud.state.directory, id=None), narrow)
    assert build_id[:12] in narrow.file.getvalue()  # type: ignore[attr-defined] - a StringIO
    assert run(local_cloud, "builds", build_id[:8]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == build_id


def test_a_build_that_fails_is_exit_code_1(
    local_cloud: LocalCloud, artifact: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script that goes on after a failed build would deploy an old image."""
    local_cloud.put_recipe("broken", '{"properties": {}}')
    words = ("upload", str(artifact), "--recipe", "broken", "--follow")
    assert run(local_cloud, *words) == 1
    assert "RecipeInvalid" in capsys.readouterr().out


def test_env_is_a_settings_file_for_another_host(
    local_azure: LocalCloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its json form is what Core Tools reads."""
    assert run(local_azure, "env", "--format", "json") == 0
    content = json.loads(capsys.readouterr().out)
    assert content["IsEncrypted"] is False
    assert content["Values"]["ARM_ENDPOINT"] == local_azure.endpoints.arm_url


def test_env_can_be_read_by_a_shell(
    local_azure: LocalCloud, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Values with blanks or quotes must not be executed."""
    assert run(local_azure, "env") == 0
    script = tmp_path / "env"
    script.write_text(capsys.readouterr().out + 'printf %s "$ARM_ENDPOINT"\n')
    told = subprocess.run(["sh", str(script)], capture_output=True, text=True, check=True)
    assert told.stdout == local_azure.endpoints.arm_url


def test_faults_are_planned_listed_and_cleared(
    local_azure: LocalCloud, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """So that a failure can be seen without waiting for Azure's."""
    plan = tmp_path / "plan.json"
    plan.write_text('{"id": "f1", "match": {"call": "cancel"}, "answer": {"status": 500}}')
    assert run(local_azure, "faults", "add", f"@{plan}") == 0
    capsys.readouterr()
    assert run(local_azure, "faults", "list") == 0
    assert [fault["id"] for fault in json.loads(capsys.readouterr().out)] == ["f1"]
    assert run(local_azure, "faults", "clear", "f2") == 1
    assert "there is no fault plan 'f2'" in capsys.readouterr().err
    assert run(local_azure, "faults", "list", "f1") == 1
    assert run(local_azure, "faults", "add", plan.read_text().replace("f1", "f2")) == 0
    assert run(local_azure, "faults", "clear", "f1") == 0
    assert [fault["id"] for fault in local_azure.faults()] == ["f2"]
    assert run(local_azure, "faults", "clear") == 0
    assert local_azure.faults() == []


@pytest.mark.parametrize("plan", ["no json", "@/none.json", "[1]"])
def test_a_plan_that_cannot_be_read_is_one_line(
    local_azure: LocalCloud, plan: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And names what is wrong."""
    assert run(local_azure, "faults", "add", plan) == 1
    assert "error: the plan " in capsys.readouterr().err


def test_a_recipe_that_is_not_there_is_answered_with_those_that_are(
    local_azure: LocalCloud,
) -> None:
    """A typing error is found at a glance."""
    local_azure.put_recipe("webapp", "{}")
    client: CloudClient = attach(local_azure.state.directory)
    with pytest.raises(LocalCloudError, match=r"no recipe 'wabapp' .*there: .*webapp"):
        choose_recipe(client, "wabapp", Path("x.zip"))
    assert choose_recipe(client, None, Path("webapp.tar.gz")) == "webapp"
    client.close()


def test_an_upload_may_bring_its_recipe(
    local_cloud: LocalCloud, artifact: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever writes a recipe wants to see it built, without a tool for storage."""
    mine = tmp_path / "my-own.json"
    mine.write_text((ROOT / "examples/recipes/managed-image.json").read_text())
    words = ("upload", str(artifact), "--recipe-file", str(mine), "--follow")
    assert run(local_cloud, *words) == 0
    assert "my-own" in capsys.readouterr().out
    container = local_cloud.container("RECIPES_CONTAINER")
    assert "my-own.json" in list(CloudClient(local_cloud.state).storage.names(container))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("mine.json", None, "mine.json: No such file"),
        ("mine.json", b"\xff\xfe{", "it must be JSON in UTF-8"),
        ("mine.zip", b"PK", "a recipe is a JSON file, <name>.json"),
    ],
)
def test_what_cannot_be_a_recipe_is_not_stored(
    local_cloud: LocalCloud, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    """The build would fail and the mistake would stay in the cloud."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LocalCloudError, match=said):
        store_recipe(CloudClient(local_cloud.state), None, path)


@pytest.mark.parametrize("suffix", [".zip", ".tar.gz", ".tgz"])
def test_an_upload_keeps_the_kind_of_archive(suffix: str) -> None:
    """Kiln tells by the name how to unpack it."""
    name = artifact_name("webapp", "1-1", Path(f"My.App{suffix}"))
    assert name.startswith("webapp/1-1/webapp_")
    assert name.endswith(suffix)


def test_a_file_that_is_no_archive_is_not_uploaded() -> None:
    """It would end in quarantine, minutes later."""
    with pytest.raises(LocalCloudError, match="must end in"):
        artifact_name("webapp", "1-1", Path("notes.txt"))


def test_a_reader_that_leaves_early_is_no_error(local_cloud: LocalCloud) -> None:
    """`env | head -1` is what people type."""
    command = f"'{sys.executable}' -m localcloud env --directory '{local_cloud.state.directory}'"
    ended = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | true"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stderr == ""


def test_a_speed_beyond_reason_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """At 100,000 a second of work looks like a day, and every build times out."""
    with pytest.raises(SystemExit):
        main(["up", "--speed", "100000"])
    assert "at most 1000" in capsys.readouterr().err


def test_ctrl_c_leaves_a_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    """Whenever it comes; a terminal without one looks broken."""
    terminal = Console(file=io.StringIO(), force_terminal=True)

    def interrupted(_: argparse.Namespace, console: Console) -> int:
        """End as Ctrl-C ends a display that has just begun."""
        console.show_cursor(show=False)
        raise KeyboardInterrupt

    args = argparse.Namespace(run=interrupted)
    assert run_command(args, terminal, Console(stderr=True)) == 130
    assert terminal.file.getvalue().endswith("\x1b[?25h")  # type: ignore[attr-defined] - a StringIO
    assert capsys.readouterr().err == "stopped\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_stopped_while_it_loads_shows_no_stack_trace(
    number: signal.Signals,
) -> None:
    """On a busy machine loading takes a second, and impatient people are quick."""
    telling = {**os.environ, "PYTHONPROFILEIMPORTTIME": "1"}
    with command_process("status", env=telling, stderr=subprocess.PIPE) as process:
        assert process.stderr
        while "rich.color" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(number)
        assert "Traceback" not in process.stderr.read()
    assert process.returncode == 130
