"""The lines of pipeline that replace the old step, run by a real shell against a small server."""

import json
import shutil

import pytest
import yaml

from tests.cli.agent import (
    IMAGE_URI,
    PIR,
    TEMPLATE_ID,
    asked_of_az,
    lines_of,
    needs_tools,
    packed_in,
    run,
)
from tests.cli.pipelines import action_file, migrated, task_file


@needs_tools
def test_the_lines_for_azure_pipelines_pack_upload_start_wait_and_set_the_variables(kiln, machine):
    """Later steps read $(imageUri) and the others, as they did after the old task."""
    address, server = kiln
    done = run(lines_of(task_file()), machine, address)
    assert done.returncode == 0, done.stderr
    path, headers, body = server.requests[0]
    artifact = json.loads(body)["artifact"]
    assert artifact.startswith("webapp/18-")
    assert artifact.endswith("/webapp.tar.gz")
    assert f"--container-name imagebuilder-vststask --name {artifact} --file" in asked_of_az(
        machine
    )
    assert packed_in(machine, "webapp.tar.gz") == [".", "./app.py"]
    assert (path, headers["x-functions-key"]) == ("/api/builds", "the-key")
    assert json.loads(body) == {"recipe": "webapp", "artifact": artifact}
    assert [request[0] for request in server.requests[1:]] == ["/api/builds/b1"] * 3
    variables = {"imageUri": IMAGE_URI, **PIR, "templateName": "t_1", "templateId": TEMPLATE_ID}
    for name, value in variables.items():
        assert f"##vso[task.setvariable variable={name}]{value}\n" in done.stdout


@needs_tools
@pytest.mark.parametrize("text", [task_file(), action_file()])
def test_a_failed_build_fails_the_step_and_says_why(kiln, machine, text):
    """A green pipeline without an image would be the worst answer."""
    address, server = kiln
    server.states[:] = ["Failed"]
    done = run(lines_of(text), machine, address)
    assert done.returncode == 1
    error = "::error::" if "uses:" in text else "##vso[task.logissue type=error]"
    assert f"\n{error}no image: line 3\n" in done.stdout
    assert "setvariable" not in done.stdout


@needs_tools
def test_what_kiln_refuses_is_shown_in_its_own_words(kiln, machine):
    """`curl: (22)` tells nobody that the recipe is missing."""
    address, server = kiln
    server.start = 404
    done = run(lines_of(task_file()), machine, address)
    assert done.returncode == 1
    said = "##vso[task.logissue type=error]Kiln answers 404: recipe 'webapp' does not exist\n"
    assert said in done.stdout
    assert len(server.requests) == 1


@needs_tools
def test_a_passing_outage_does_not_end_the_wait(kiln, machine):
    """The build goes on for an hour; one lost look must not make it a failed step."""
    address, server = kiln
    server.states[:] = ["Running", 0, 503, "Succeeded"]
    done = run(lines_of(task_file()), machine, address)
    assert done.returncode == 0, done.stderr


@needs_tools
def test_an_answer_that_is_not_kilns_ends_the_wait(kiln, machine):
    """A wrong address must not be asked for ever."""
    address, server = kiln
    server.states[:] = ["Running", "Unheard"]
    done = run(lines_of(task_file()), machine, address)
    assert done.returncode == 1
    assert "no image" in done.stdout


@needs_tools
@pytest.mark.parametrize(
    ("system", "ending", "magic"), [("linux", "tar.gz", b"\x1f\x8b"), ("windows", "zip", b"PK\3\4")]
)
def test_the_lines_for_github_pack_the_contents_and_set_the_outputs(
    kiln, machine, system, ending, magic
):
    """Later steps read the outputs that the action had."""
    address, server = kiln
    done = run(lines_of(action_file({"source-os-type": system})), machine, address)
    assert done.returncode == 0, done.stderr
    assert dict(line.split("=", 1) for line in (machine / "outputs").read_text().splitlines()) == {
        "imagebuilder-run-status": "succeeded",
        "custom-image-uri": IMAGE_URI,
        "run-output-name": "SharedImage_distribute",
        "templateName": "t_1",
        "templateId": TEMPLATE_ID,
        **PIR,
    }
    artifact = json.loads(server.requests[0][2])["artifact"]
    assert artifact.startswith("webapp/7-")
    assert f"--name {artifact} " in asked_of_az(machine)
    assert (machine / f"temp/webapp.{ending}").read_bytes().startswith(magic)


@needs_tools
def test_the_status_of_a_failed_build_is_an_output_too(kiln, machine):
    """Steps with `if: always()` read it."""
    address, server = kiln
    server.states[:] = ["Failed"]
    run(lines_of(action_file()), machine, address)
    assert (machine / "outputs").read_text() == "imagebuilder-run-status=failed\n"


@needs_tools
def test_jq_of_windows_ends_lines_in_its_own_way(kiln, machine):
    """On a Windows runner `Succeeded` comes with a carriage return, which would never match."""
    address, _ = kiln
    jq = machine / "tools/jq"
    jq.write_text(f'#!/bin/sh\n{shutil.which("jq")} "$@" | sed "s/$/\\r/"\n')
    jq.chmod(0o755)
    done = run(lines_of(action_file()), machine, address)
    assert done.returncode == 0, done.stderr
    assert "\r" not in (machine / "outputs").read_text()


@needs_tools
@pytest.mark.parametrize("there", [True, False])
def test_the_folder_that_the_action_packed_by_itself_may_be_missing(kiln, machine, there):
    """Without customizer-source it packed workflow-artifacts, or nothing if there was none."""
    address, server = kiln
    folder = machine / "workflow-artifacts"
    if there:
        folder.mkdir()
        (folder / "setup.sh").write_text("true\n")
    migration = migrated(action_file({"customizer-source": None}))
    assert migration.document["artifact"] == {
        "destination": "workflow-artifacts",
        "osType": "Linux",
        "required": False,
    }
    (step,) = yaml.safe_load(migration.snippet)
    assert step["env"]["FOLDER"] == "${{ github.workspace }}/workflow-artifacts"
    done = run(step, machine, address, FOLDER=str(folder))
    assert done.returncode == 0, done.stderr
    _, headers, body = server.requests[0]
    assert ("artifact" in json.loads(body)) is there
    assert headers.get("Idempotency-Key") == (None if there else "workflow-artifacts-7-2")
    assert (machine / "az.txt").exists() is there


@needs_tools
def test_a_single_file_is_packed_under_the_name_that_the_action_gave_it(kiln, machine):
    """It took everything behind the first dot for an ending, of a folder too."""
    address, _ = kiln
    (machine / "install.v2.sh").write_text("true\n")
    migration = migrated(action_file({"customizer-source": "scripts/install.v2.sh"}))
    assert migration.document["artifact"]["destination"] == "install"
    (step,) = yaml.safe_load(migration.snippet)
    done = run(step, machine, address, FOLDER=str(machine / "install.v2.sh"))
    assert done.returncode == 0, done.stderr
    assert packed_in(machine, "install.tar.gz") == [".", "./install"]


@pytest.mark.parametrize("letter", ["\x7f", "\x85", "\u2028", "\ufffe", "\ud800", "\U000e0001"])
def test_a_letter_that_nobody_sees_is_written_by_its_number(letter):
    """YAML refuses some of them, reads others as the end of a line, and one cannot be saved."""
    snippet = migrated(task_file(ibSubscription="QQQ").replace("QQQ", f'"a\\U{ord(letter):08x}b"'))
    lines = snippet.snippet
    assert lines.isascii()
    assert yaml.safe_load(lines)[0]["inputs"]["azureSubscription"] == f"a{letter}b"
