"""Rules of this repository that no linter knows."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = [
    "triggers", "orchestrators", "activities", "azure_clients", "imaging", "localcloud", "cli",
    "benchmarks",
]  # fmt: skip
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
SOURCES += [ROOT / "function_app.py", ROOT / "settings.py"]
LONGEST_FILE_LINES = 300
VAGUE = re.compile(
    r"(util|helper|common|core|base|manager|service|handler|data|info)s?$", re.IGNORECASE
)
# Words that would tie the repository to a place or a moment; split, so that this file passes.
PLACES = [
    r"\.pyenv" + "/",
    "/ro" + "ot/",
    "registry\\.npmjs" + "\\.org",
    "files\\.python" + "hosted",
]
LEFT_OPEN = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def tracked(*patterns: str) -> list[Path]:
    """List the files that git knows, or skip where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_a_file_holds_one_subject():
    """A longer file holds two, also in the tests."""
    lengths = {path: len(path.read_text().splitlines()) for path in tracked("*.py")}
    assert [path for path, lines in lengths.items() if lines > LONGEST_FILE_LINES] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_names_say_what_is_inside(path: Path):
    """A newcomer finds the room by its name."""
    classes = [n.name for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ClassDef)]
    for name in [path.stem, path.parent.name, *classes]:
        last_word = re.split(r"_|(?<=[a-z])(?=[A-Z])", name)[-1]
        assert not VAGUE.fullmatch(last_word), name


@pytest.mark.parametrize(
    "path", sorted((ROOT / "activities").glob("*.py")), ids=lambda path: path.name
)
def test_an_activity_file_is_named_after_its_function(path: Path):
    """One step, one file, one name: the name that Durable's history keeps."""
    functions = [n for n in ast.parse(path.read_text()).body if isinstance(n, ast.FunctionDef)]
    steps = [
        f.name
        for f in functions
        if any("activity_trigger" in ast.unparse(d) for d in f.decorator_list)
    ]
    assert steps in ([], [path.stem])


def test_nothing_is_left_open():
    """An open end belongs into an issue."""
    for path in tracked("*.py", "*.md", "*.sh", "*.json"):
        assert not LEFT_OPEN.search(path.read_text(errors="replace")), path


def test_nothing_names_one_machine_or_registry():
    """The repository must mean the same everywhere."""
    for path in tracked():
        if path.suffix in {".png", ".zip"}:
            continue
        text = path.read_text(errors="replace")
        for place in PLACES:
            assert not re.search(place, text), f"{path} names {place}"


def test_every_test_says_why_it_matters():
    """The name says what; the docstring says why."""
    for path in tracked("tests/*.py", "tests/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
                "test_"
            ):
                assert ast.get_docstring(node), f"{path.name}: {node.name}"


def deployed() -> list[Path]:
    """List what `.funcignore` lets through, relative to the repository."""
    patterns = [line.rstrip("/") for line in (ROOT / ".funcignore").read_text().split()]
    files = [path.relative_to(ROOT) for path in tracked()]
    return [
        path
        for path in files
        if not any(part.match(pattern) for part in (path, *path.parents) for pattern in patterns)
    ]


def test_what_is_deployed_is_the_app_alone():
    """`.funcignore` must keep every room that Azure does not need at home."""
    assert {path.parts[0] for path in deployed()} == {
        "function_app.py", "host.json", "requirements.txt", "settings.py", "triggers",
        "orchestrators", "activities", "azure_clients", "imaging",
    }  # fmt: skip
    assert not any("migration" in path.parts for path in deployed())


def test_what_is_deployed_is_enough(tmp_path: Path):
    """The app must index without the rooms that stay at home."""
    for path in deployed():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    index = """
import importlib, pathlib, function_app
for path in sorted(pathlib.Path().rglob("*.py")):
    importlib.import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
print(*[f.get_function_name() for f in function_app.app.get_functions()])
"""
    done = subprocess.run(
        [sys.executable, "-c", index],
        cwd=tmp_path,
        env={"AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert {"artifact_uploaded", "build_image", "cleanup"} <= set(done.stdout.split())


def test_every_app_package_has_an_exact_pin():
    """What runs in Azure is what was tested."""
    pins = set(
        re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    )
    wanted = {
        "azure-functions", "azure-functions-durable", "azure-identity", "azure-mgmt-imagebuilder",
        "azure-storage-blob",
    }  # fmt: skip
    assert wanted <= pins
    assert "azure-functions-worker" not in pins


def test_every_direct_dependency_has_its_line_in_the_docs():
    """Each one says what it is for and why it was chosen."""
    documented = (ROOT / "docs/dependencies.md").read_text()
    for path in sorted((ROOT / "requirements").glob("*.in")):
        for line in path.read_text().splitlines():
            name = re.split(r"[<>=~ ]", line)[0]
            if name and not name.startswith(("#", "-")):
                assert f"`{name}`" in documented, f"{name} of {path.name}"


def test_settings_are_named_alike_in_code_sample_and_docs():
    """A setting that is missing in one of the three is found by nobody."""
    from settings import Settings  # noqa: PLC0415 - the subject

    in_code = {each.metadata["name"] for each in fields(Settings)}
    sample = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    in_docs = set(
        re.findall(r"^\| `([A-Za-z_]+)` \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)
    )
    assert in_code <= set(sample)
    assert set(sample) == in_docs
