"""A Functions host in a process of its own, as the tests of its life start it."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[3]
FIXTURE_APP = Path(__file__).parent / "fixture_app"
# Port 1 of the loopback address refuses at once, as storage that is not there does.
NO_STORAGE = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;"
SETTINGS = {
    "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1",
    "TASK_HUB_NAME": "fixture",
    "INTAKE": "intake",
    "ARTIFACTS": f"{NO_STORAGE}BlobEndpoint=http://127.0.0.1:1/a;QueueEndpoint=http://127.0.0.1:1/a",
}


class Answer(NamedTuple):
    """What the host answered."""

    status: int
    text: str

    def json(self):
        """Return the body's JSON."""
        return json.loads(self.text)


class HostProcess:
    """One host; started with `start`, always stopped by the fixture."""

    def __init__(self, data, app=FIXTURE_APP, settings=None):
        self.data = data
        self.app = app
        self.settings = {**SETTINGS, **(settings or {})}
        self.origin = None
        self.output = []
        self._process = None

    def launch(self, *arguments):
        """Start the process; do not wait."""
        command = [sys.executable, "-m", "localcloud.functions_host", "--app", str(self.app)]
        command += ["--data", str(self.data), "--port", "0", "--rpc-port", "0", *arguments]
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**kept, "PYTHONPATH": str(ROOT), **self.settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return self

    def start(self, *arguments):
        """Start it and wait until it serves."""
        self.launch(*arguments)
        self.origin = self.read_until("host ready").split()[2]
        return self

    def read_until(self, text):
        """Read the output up to a line with this text; return the line."""
        for line in self._process.stdout:
            self.output.append(line)
            if text in line:
                return line
        raise AssertionError(f"the host ended without '{text}':\n" + "".join(self.output))

    def ask(self, path, method="GET", body=None, headers=None):
        """Send a request; return status and body, whatever the status."""
        request = urllib.request.Request(
            self.origin + path, method=method, data=body, headers=headers or {}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, answer.read().decode())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, refusal.read().decode())

    def signal(self, number):
        """Send a signal."""
        self._process.send_signal(number)

    def wait(self):
        """Wait for the end; return exit code and all output."""
        self.output += self._process.communicate(timeout=60)[0].splitlines(keepends=True)
        return self._process.returncode, "".join(self.output)

    def close(self):
        """End it, however it is."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(60)
        self._process.stdout.close()

    @property
    def keys(self):
        """The keys that it made."""
        return json.loads((self.data / "keys.json").read_text())
