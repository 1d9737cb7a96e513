"""A Python 3.13 with the worker library of Azure, in a cache of the test run."""

import contextlib
import fcntl
import hashlib
import json
import os
import subprocess
from pathlib import Path

from uv import find_uv_bin

ROOT = Path(__file__).parents[2]
RUNTIME = "azure-functions-runtime==1.3.0"  # what Azure runs on Python 3.13; it has no other
REQUIREMENTS = ROOT / "requirements.txt"
_IS_3_13 = "import sys; raise SystemExit(sys.version_info[:2] != (3, 13))"


def find_python_3_13():
    """Return a Python 3.13 that starts, None if the machine has none.

    A name on the path may be a shim of a version manager that exists and cannot run.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = ["python3.13", *sorted(map(str, pyenv.glob("3.13*/bin/python"))), *_known_to_uv()]
    for candidate in candidates:
        with contextlib.suppress(OSError):
            if (
                subprocess.run(
                    [candidate, "-c", _IS_3_13], capture_output=True, check=False
                ).returncode
                == 0
            ):
                return candidate
    return None


def prepare(python, cache):
    """Return the interpreter of an environment with the app's pins and the worker library.

    Of two test processes that come at once, the second waits for the first.

    Args:
        python: a Python 3.13.
        cache: the folder of cached environments.
    """
    pins = REQUIREMENTS.read_bytes() + RUNTIME.encode()
    environment = cache / hashlib.sha256(pins).hexdigest()[:12]
    finished = environment / "finished"
    interpreter = environment / "bin/python"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            _uv("venv", "--clear", "--python", python, str(environment))
            _uv("pip", "install", "--python", str(interpreter), "-r", str(REQUIREMENTS))
            _uv("pip", "install", "--python", str(interpreter), "--no-deps", RUNTIME)
            finished.touch()
    return interpreter


def _known_to_uv():
    found = subprocess.run(
        [find_uv_bin(), "python", "list", "--only-installed", "--output-format", "json", "3.13"],
        capture_output=True,
        text=True,
        check=False,
    )
    with contextlib.suppress(ValueError):
        return [entry["path"] for entry in json.loads(found.stdout)]
    return []


def _uv(*arguments):
    done = subprocess.run([find_uv_bin(), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"uv {' '.join(arguments)}:\n{done.stderr}"
