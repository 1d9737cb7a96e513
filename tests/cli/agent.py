"""An agent of a pipeline: a real shell, a small Kiln to talk to, and an `az` that takes notes."""

import io
import json
import os
import shutil
import subprocess
import tarfile
from http.server import BaseHTTPRequestHandler

import pytest
import yaml

from tests.cli.pipelines import migrated

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
