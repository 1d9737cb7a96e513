"""The command line: what it prints, writes and answers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.__main__ import main
from tests.cli.pipelines import IDENTITY, task_file
from tests.imaging.archives.zip_builder import Raw, build_zip
from tests.imaging.template_files.templates import template

ROOT = Path(__file__).parents[2]
STEP = {"type": "Shell", "inline": ["true"]}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to work in, with a good recipe."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "webapp.json").write_text(json.dumps(template(customize=[STEP])))
    return tmp_path


def test_a_good_recipe_is_called_fine(folder, capsys):
    """One line each, so that many can be checked at once."""
    assert main(["recipe", "check", "webapp.json", "webapp.json"]) == 0
    fine = "webapp.json: fine as far as it can be told without Azure (Linux, 240 minutes,"
    rest = "outputs: out; from Kiln's settings: identity (AIB_IDENTITY_ID))"
    assert capsys.readouterr().out == 2 * f"{fine} {rest}\n"


def test_what_the_settings_will_supply_is_said(folder, capsys):
    """Whether the settings are there, and fit, is not in the recipe."""
    recipe = template(customize=[STEP])
    whole = recipe | {
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}
    }
    bare = {key: value for key, value in recipe.items() if key != "location"}
    (folder / "whole.json").write_text(json.dumps(whole))
    (folder / "bare.json").write_text(json.dumps(bare))
    assert main(["recipe", "check", "whole.json", "bare.json"]) == 0
    ends = [line.partition("outputs: out")[2] for line in capsys.readouterr().out.splitlines()]
    settings = "identity (AIB_IDENTITY_ID), location (BUILD_LOCATION)"
    assert ends == [")", f"; from Kiln's settings: {settings})"]


def test_a_bad_recipe_is_refused_with_all_its_faults(folder, capsys):
    """Exit code 1 stops a pipeline; the list saves the next three tries."""
    bad = template(buildTimeoutInMinutes=961, source={"type": "ISO"})
    (folder / "bad.json").write_text(json.dumps(bad))
    assert main(["recipe", "check", "bad.json", "webapp.json"]) == 1
    said = capsys.readouterr()
    assert "bad.json: properties.buildTimeoutInMinutes: is 961" in said.err
    assert "bad.json: properties.source.type" in said.err
    assert "webapp.json: fine" in said.out


def test_a_template_is_checked_as_a_build_would_read_it(folder, capsys):
    """A build repairs what has one meaning; whoever checks wants to read what is changed."""
    old = template(customize=[STEP], buildTimeoutInMinutes="90") | {"apiVersion": "2022-02-14"}
    (folder / "old.json").write_text("// by hand\n" + json.dumps(old))
    assert main(["recipe", "check", "old.json"]) == 0
    said = capsys.readouterr()
    assert "old.json: fine as far as it can be told without Azure (Linux, 90" in said.out
    assert "old.json: repaired: apiVersion: left out" in said.err


def test_repairs_are_listed_beside_the_faults_that_remain(folder, capsys):
    """Whoever corrects the file corrects both; no other command would come further with it."""
    old = template(customize=[STEP], buildTimeoutInMinutes=961) | {"apiVersion": "2022-02-14"}
    (folder / "old.json").write_text(json.dumps(old))
    repair, fault = (
        "apiVersion: left out, Kiln chooses the API version",
        "properties.buildTimeoutInMinutes: is 961",
    )
    for command in ("check", "repair"):
        assert main(["recipe", command, "old.json"]) == 1
        lines = capsys.readouterr().err.splitlines()
        assert [line[:60] for line in lines] == [
            f"old.json: repaired: {repair}"[:60],
            f"old.json: {fault}; it must be 0"[:60],
        ]


def test_values_are_asked_for_by_option_only_where_there_is_that_option(folder, capsys):
    """`check` reads what a build reads, and nobody can give a build a value by `--set`."""
    (folder / "old.json").write_text(json.dumps(template(stagingResourceGroup="<group>")))
    said = "properties.stagingResourceGroup: holds the placeholder <group>; write the real value"
    assert main(["recipe", "check", "old.json"]) == 1
    assert capsys.readouterr().err == f"old.json: {said}\n"
    assert main(["recipe", "repair", "old.json"]) == 1
    assert capsys.readouterr().err == f"old.json: {said}, or give it with --set group=…\n"


def test_render_prints_the_body_that_aib_would_get(folder, capsys):
    """People see what is done with their artifact before anything costs money."""
    (folder / "webapp.zip").write_bytes(build_zip(Raw()))
    command = [
        "recipe",
        "render",
        "webapp.json",
        "--artifact",
        "webapp.zip",
        "--identity",
        IDENTITY,
    ]
    assert main(command) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["identity"]["userAssignedIdentities"] == {IDENTITY: {}}
    assert [step["type"] for step in body["properties"]["customize"]] == ["File", "Shell", "Shell"]


def test_render_refuses_a_bad_artifact(folder, capsys):
    """The same check that an upload gets."""
    (folder / "webapp.zip").write_bytes(build_zip(Raw(name="../evil")))
    assert main(["recipe", "render", "webapp.json", "--artifact", "webapp.zip"]) == 1
    assert "leads out of its folder" in capsys.readouterr().err


def test_render_says_which_setting_is_missing(folder, capsys):
    """A recipe may leave the identity to Kiln's settings."""
    assert main(["recipe", "render", "webapp.json"]) == 1
    said = capsys.readouterr().err
    assert "AIB_IDENTITY_ID" in said
    assert "kiln recipe render --help" in said


def test_schema_prints_the_published_file(capsys):
    """The file in docs is written by this command, so that nobody edits it by hand."""
    assert main(["recipe", "schema"]) == 0
    published = (ROOT / "docs/recipe.schema.json").read_text(encoding="utf-8")
    assert capsys.readouterr().out == published


def test_repair_prints_the_recipe_and_lists_the_changes(folder, capsys):
    """The recipe alone goes to the output, so that it can be redirected."""
    old = template(buildTimeoutInMinutes="<minutes>") | {"apiVersion": "2022-02-14"}
    (folder / "old.json").write_text("// by hand\n" + json.dumps(old))
    assert main(["recipe", "repair", "old.json", "--set", "minutes=90"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == template(buildTimeoutInMinutes=90)
    assert "old.json: apiVersion: left out" in said.err
    assert main(["recipe", "repair", "old.json"]) == 1
    assert "--set minutes=" in capsys.readouterr().err


def test_a_template_may_be_repaired_whatever_its_file_is_called(folder, capsys):
    """Only what becomes a recipe needs a name that an upload can use."""
    (folder / "my template.json").write_text(json.dumps(template() | {"apiVersion": "x"}))
    assert main(["recipe", "check", "my template.json"]) == 1
    assert "a recipe's name must have" in capsys.readouterr().err
    assert main(["recipe", "repair", "my template.json"]) == 0
    assert json.loads(capsys.readouterr().out) == template()


def test_repair_never_writes_over_a_file_unless_asked(folder, capsys):
    """A recipe that was corrected by hand is worth more than the tool's."""
    command = ["recipe", "repair", "webapp.json", "--out", "recipes/new.json"]
    assert main(command) == 0
    assert main(command) == 2
    assert "--force" in capsys.readouterr().err
    assert main([*command, "--force"]) == 0
    assert json.loads((folder / "recipes/new.json").read_text()) == template(customize=[STEP])


def test_a_recipe_that_was_written_passes_its_own_check(folder, capsys):
    """Thousands of short lines are too much for one file once each of them is indented."""
    lines = [f"echo {number}" for number in range(3000)]
    (folder / "p.yml").write_text(task_file(inlineScript="\n".join(lines)))
    long_template = template(customize=[{**STEP, "inline": lines}])
    (folder / "template.json").write_text(json.dumps(long_template))
    assert main(["import-task", "p.yml", "--out", "new"]) == 0
    assert main(["recipe", "repair", "template.json", "--out", "new/repaired.json"]) == 0
    assert main(["recipe", "check", "new/webapp.json", "new/repaired.json"]) == 0


@pytest.mark.parametrize(
    "command",
    [
        ["recipe", "check", "missing.json"],
        ["recipe", "render", "missing.json"],
        ["recipe", "render", "webapp.json", "--artifact", "missing.zip"],
        ["recipe", "repair", "missing.json"],
        ["recipe", "repair", "webapp.json", "--set", "novalue"],
        ["import-task", "missing.yml"],
        ["import-task", "."],
    ],
)
def test_a_wrong_call_ends_with_2_and_one_line(folder, capsys, command):
    """Exit code 2 is the caller's mistake, 1 is the file's."""
    assert main(command) == 2
    said = capsys.readouterr().err
    assert said.startswith("kiln: ")
    assert said.count("\n") == 1


@pytest.mark.parametrize("command", [["recipe", "check"], ["import-task"], ["recipe", "repair"]])
def test_a_file_without_end_is_refused(folder, capsys, command):
    """A device or a disk image named by mistake must not fill the memory."""
    assert main([*command, "/dev/zero"]) == 2
    assert capsys.readouterr().err == "kiln: /dev/zero has more than 16 MiB\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_names_that_a_terminal_cannot_show_are_no_crash(folder, encoding):
    """A terminal that knows no other letters than English ones still shows the result."""
    (folder / "日本").mkdir()
    (folder / "日本/webapp.json").write_text((folder / "webapp.json").read_text())
    done = kiln(["recipe", "check", "日本/webapp.json"], folder, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("\\u65e5\\u672c/webapp.json: fine")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine lacks /dev/full")
def test_a_full_disk_is_one_line(folder):
    """Results are written to files by the shell, too."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = kiln(["recipe", "schema"], folder, stdout=full)
    assert (done.returncode, done.stderr) == (2, "kiln: No space left on device\n")


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["recipe"],
        ["recipe", "check"],
        ["recipe", "render"],
        ["recipe", "repair"],
        ["recipe", "schema"],
        ["import-task"],
    ],
)
def test_every_command_explains_itself(capsys, command):
    """Nobody reads the documentation first."""
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    assert f"usage: {' '.join(['kiln', *command])} " in capsys.readouterr().out


def kiln(command, folder, *, stdout=subprocess.PIPE, **variables):
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "cli", *command],
        check=False,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), **variables},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_runs_as_a_module():
    """`python -m cli` is how pipelines call it."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", "recipe"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "usage: kiln recipe" in done.stderr
