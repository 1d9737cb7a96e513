"""`scripts/set-up`, the Makefile and the locked dependencies: the way from a clone to a command."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_TOOLS = ("sh", "cat", "cksum", "tr", "dirname", "rm", "mkdir", "env")
_LOCKS = (
    "requirements.txt",
    *(f"requirements/{n}.txt" for n in ("local", "dev", "set-up", "node")),
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files that set-up reads, in a folder of their own."""
    folder = tmp_path / "clone"
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    (folder / "localcloud/npm").mkdir(parents=True)
    shutil.copy(ROOT / "localcloud/npm/package-lock.json", folder / "localcloud/npm")
    return folder


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder that stands for PATH, with what set-up needs besides Python and node."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for tool in _TOOLS:
        (folder / tool).symlink_to(shutil.which(tool) or tool)
    return folder


def program(folder: Path, name: str, script: str) -> None:
    """Put a shell script into the place of a program."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def set_up(
    clone: Path, programs: Path, *words: str, **settings: str
) -> subprocess.CompletedProcess:
    """Run scripts/set-up with nothing but `programs` on the PATH."""
    return subprocess.run(
        ["scripts/set-up", *words],
        cwd=clone,
        env={"PATH": str(programs), **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_python_it_says_which_ones_do(clone: Path, programs: Path) -> None:
    """`command not found` from a script would leave a newcomer guessing."""
    ended = set_up(clone, programs)
    assert ended.returncode == 1
    assert "no Python 3.11, 3.12 or 3.13 that runs" in ended.stderr
    assert not (clone / ".venv").exists()


def test_a_python_that_only_pretends_is_passed_over(clone: Path, programs: Path) -> None:
    """Shims of version managers are on the PATH and fail when they are run."""
    program(programs, "python3", "exit 127")
    program(programs, "python3.13", 'case "$1" in -c) exit 0;; esac; echo chosen >&2; exit 1')
    ended = set_up(clone, programs)
    assert "chosen" in ended.stderr


def test_a_python_without_venv_says_what_to_install(clone: Path, programs: Path) -> None:
    """Debian splits it off, and Python's own message is ten lines long."""
    program(programs, "python3", 'case "$1" in -c) exit 0;; esac; exit 1')
    ended = set_up(clone, programs)
    assert ended.returncode == 1
    assert "apt-get install python3-venv" in ended.stderr
    assert not (clone / ".venv").exists()


def test_a_named_python_is_taken_or_refused_but_never_replaced(clone: Path, programs: Path) -> None:
    """Whoever names one wants that one."""
    program(programs, "python3", "exit 0")
    ended = set_up(clone, programs, PYTHON="/none/python")
    assert ended.returncode == 1
    assert "/none/python is no Python" in ended.stderr


def test_uv_trusts_what_the_machine_trusts_and_pip_is_there_if_it_fails(
    clone: Path, programs: Path
) -> None:
    """Behind a company's proxy uv knows no certificate, while pip was configured for it."""
    (clone / ".venv/bin").mkdir(parents=True)
    program(clone / ".venv/bin", "uv", 'echo "uv trusts system: $UV_SYSTEM_CERTS" >&2; exit 1')
    program(clone / ".venv/bin", "python", 'case "$1" in -c) exit 0;; esac; echo "py $*" >&2')
    ended = set_up(clone, programs, "local")
    assert "uv trusts system: true" in ended.stderr
    assert re.search(r"py -m pip install .*-r requirements/local.txt", ended.stderr)


def test_caches_stay_here_where_there_is_no_home(clone: Path, programs: Path) -> None:
    """Containers run as users without one, and npm gives up if it cannot write there."""
    (clone / ".venv/bin").mkdir(parents=True)
    program(clone / ".venv/bin", "python", "exit 0")
    program(clone / ".venv/bin", "uv", 'echo "uv: $UV_CACHE_DIR" >&2')
    program(programs, "node", "echo true")
    program(programs, "npm", 'echo "npm: $npm_config_cache"; exit 1')
    ended = set_up(clone, programs, "local", HOME="/none")
    assert f"uv: {clone}/.venv/cache" in ended.stderr
    assert f"npm: {clone}/.venv/cache" in ended.stderr


def test_an_unknown_level_is_refused(clone: Path, programs: Path) -> None:
    """A typing error must not install the larger set."""
    ended = set_up(clone, programs, "prod")
    assert ended.returncode == 1
    assert "the level is 'prod'; it must be local or dev" in ended.stderr


def test_nothing_is_done_twice(clone: Path, programs: Path) -> None:
    """It runs before every make target, so it must cost nothing when all is there."""
    (clone / ".venv/bin").mkdir(parents=True)
    program(clone / ".venv/bin", "python", "exit 1")
    (clone / "localcloud/npm/node_modules").mkdir()
    stamp = fingerprint(clone, "dev")
    (clone / ".venv/.kiln-dev").write_text(f"{stamp}\n")
    assert set_up(clone, programs, "dev").returncode == 0
    assert set_up(clone, programs, "local").returncode == 0


def test_a_changed_lock_file_is_noticed(clone: Path, programs: Path) -> None:
    """Else a pull that changes a version would run with the old one."""
    (clone / ".venv/bin").mkdir(parents=True)
    (clone / "localcloud/npm/node_modules").mkdir()
    (clone / ".venv/.kiln-dev").write_text(fingerprint(clone, "dev"))
    with (clone / "requirements/dev.txt").open("a") as lock:
        lock.write("# changed\n")
    assert "preparing" in set_up(clone, programs, "dev").stderr


def fingerprint(clone: Path, level: str) -> str:
    """Return the stamp that set-up leaves, computed in the same way."""
    files = [f"requirements/{name}.txt" for name in (level, "set-up", "node")]
    files += ["localcloud/npm/package-lock.json", "scripts/set-up"]
    content = b"".join((clone / name).read_bytes() for name in files)
    told = subprocess.run(["cksum"], input=content, capture_output=True, check=True).stdout
    return told.decode().replace(" ", "-").strip()


@pytest.mark.parametrize("lock", _LOCKS)
def test_every_pin_has_hashes_and_no_address(lock: str) -> None:
    """A package that was swapped on the way is refused; any registry may serve it."""
    text = (ROOT / lock).read_text()
    pins = re.findall(r"^[a-z0-9][^\s=]*==", text, re.MULTILINE)
    entries = re.split(r"^(?=[a-z0-9][^\s=]*==)", text, flags=re.MULTILINE)[1:]
    assert len(pins) == len(entries) > 0
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_what_is_deployed_is_what_is_tested() -> None:
    """Each smaller set of pins is part of the larger one, version by version."""
    versions = [
        set(re.findall(r"^([a-z0-9][^\s=]*==[^\s;\\]+)", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in ("requirements.txt", "requirements/local.txt", "requirements/dev.txt")
    ]
    assert versions[0] <= versions[1] <= versions[2]


def test_make_alone_lists_the_commands() -> None:
    """It is what people type first."""
    told = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("demo", "up", "down", "test", "check", "bench", "lock", "clean"):
        assert f"  make {target} " in told


@pytest.mark.parametrize("script", ["scripts/set-up", "scripts/lock", ".ci/run"])
def test_scripts_can_be_run_and_stop_at_the_first_failure(script: str) -> None:
    """A step that fails unseen makes the next one lie."""
    path = ROOT / script
    assert os.access(path, os.X_OK)
    assert re.search(r"^set -eu", path.read_text(), re.MULTILINE)
