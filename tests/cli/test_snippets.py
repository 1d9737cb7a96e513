"""The lines of pipeline that replace the old step, run by a real shell against a small server."""

import io
import json
import os
import shutil
import subprocess
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml

from tests.cli.pipelines import action_file, migrated, task_file

MISSING = [tool for tool in ("bash", "curl", "jq", "zip", "tar") if shutil.which(tool) is None]
needs_tools = pytest.mark.skipif(bool(MISSING), reason=f"this machine lacks {', '.join(MISSING)}")
IMAGE_URI = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/i"
TEMPLATE_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.VirtualMachineImages/t"
PIR = {"pirPublisher": "Canonical", "pirOffer": "o", "pirSku": "s", "pirVersion": "1.2.3"}
ENDS = {
    "Succeeded": {
        "outputs": {"imageUri": IMAGE_URI, **PIR},
        "images": [{"runOutputName": "SharedImage_distribute", "uri": IMAGE_URI}],
        "templateName": "t_1",
        "templateId": TEMPLATE_ID,
    },
    "Failed": {"outputs": {}, "images": [], "error": {"code": "RunFailed", "message": "line 3"}},
}


class Kiln(BaseHTTPRequestHandler):
    """Answers as Kiln does: a start, then state after state; a number is an HTTP error."""

    start: int
    states: list[str | int]
    requests: list[tuple[str, dict[str, str], str]]

    def do_POST(self):
        """Take a start."""
        self.record(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.answer(self.start, "Queued")

    def do_GET(self):
        """Tell the next state."""
        self.record("")
        state = self.states.pop(0)
        if state == 0:
            self.connection.close()
        elif isinstance(state, int):
            self.answer(state, "")
        else:
            self.answer(200, state)

    def record(self, body):
        """Keep the request for the test."""
        self.requests.append((self.path, dict(self.headers), body))

    def answer(self, status, state):
        """Send JSON."""
        document = {"id": "b1", "state": state, **ENDS.get(state, {})}
        if status >= 400:
            document = {"error": {"code": "NotFound", "message": "recipe 'webapp' does not exist"}}
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture
def kiln():
    """A server on a free port, gone after the test."""
    states = ["Queued", "Running", "Succeeded"]
    handler = type("Kiln", (Kiln,), {"start": 202, "states": states, "requests": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", handler
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def machine(tmp_path):
    """An agent with the folder to pack, and an `az` that only notes what it was asked."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "az").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/az.txt"\n')
    (tools / "sleep").write_text("#!/bin/sh\n")
    for tool in tools.iterdir():
        tool.chmod(0o755)
    folder = tmp_path / "webapp"
    folder.mkdir()
    (folder / "app.py").write_text("print('hello')\n")
    (tmp_path / "temp").mkdir()
    return tmp_path


def run(step, machine, address, **variables):
    """Run the script of a step as an agent does."""
    environment = {
        "PATH": f"{machine}/tools:{os.environ['PATH']}",
        "FOLDER": str(machine / "webapp"),
        "KILN_URL": address,
        "KILN_KEY": "the-key",
        "KILN_ACCOUNT": "account",
        "AGENT_TEMPDIRECTORY": str(machine / "temp"),
        "BUILD_BUILDID": "18",
        "RUNNER_TEMP": str(machine / "temp"),
        "GITHUB_RUN_ID": "7",
        "GITHUB_RUN_ATTEMPT": "2",
        "GITHUB_OUTPUT": str(machine / "outputs"),
        **variables,
    }
    return subprocess.run(
        ["bash", "-c", step.get("run") or step["inputs"]["inlineScript"]],
        check=False,
        env=environment,
        cwd=machine,
        capture_output=True,
        text=True,
        timeout=60,
    )


def asked_of_az(machine):
    """What `az` was asked, as one line."""
    return " ".join((machine / "az.txt").read_text().split("\n"))


def lines_of(text):
    """The one step that replaces the old one."""
    (step,) = yaml.safe_load(migrated(text).snippet)
    return step


def packed_in(machine, name):
    """The names in a tar.gz that the lines made."""
    content = (machine / "temp" / name).read_bytes()
    return sorted(tarfile.open(fileobj=io.BytesIO(content)).getnames())


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
