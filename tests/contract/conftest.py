"""The two workers that the contract tests compare."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.runtime_python import ROOT, find_python_3_13, prepare

SETTINGS = {"AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1"}


def talk(command, app_folder, calls):
    """Run a worker on an app; return what it answers."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [*map(str, command), str(app_folder)],
        input=json.dumps(calls),
        env={**kept, **SETTINGS, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="session")
def runtime_python(request):
    """A Python 3.13 with azure-functions-runtime; made once, kept in pytest's cache."""
    python = find_python_3_13()
    if python is None:
        pytest.skip("no Python 3.13 on this machine: azure-functions-runtime runs on no other")
    return prepare(python, request.config.cache.mkdir("azure-functions-runtime"))


@pytest.fixture(scope="session")
def azure(runtime_python):
    """Azure's worker library, as a function of app folder and calls."""
    script = Path(__file__).parent / "azure_worker.py"
    return lambda app, calls=(): talk([runtime_python, script], app, list(calls))


@pytest.fixture(scope="session", params=["this Python", "Python 3.13"])
def local(request, runtime_python):
    """The local host's index and invocation, on both versions of azure-functions."""
    python = sys.executable if request.param == "this Python" else runtime_python
    command = [python, "-m", "tests.contract.local_worker"]
    return lambda app, calls=(): talk(command, app, list(calls))
