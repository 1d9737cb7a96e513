"""Orchestrators are replayed from history, so they may ask nothing that history does not answer.

Microsoft offers no such check for Python; these are the constraints of "Durable Functions code
constraints" and the quirks of azure-functions-durable 1.7.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLANS = sorted((ROOT / "orchestrators").glob("*.py"))
FORBIDDEN_CALLS = {
    "now", "utcnow", "today", "time", "monotonic", "perf_counter", "sleep",
    "uuid1", "uuid4", "random", "randint", "choice", "token_hex", "token_urlsafe",
    "open", "print", "input", "getenv", "create_task", "hash", "id", "eval", "exec", "__import__",
    "call_http", "call_entity", "signal_entity",
}  # fmt: skip
# Everything else is a clock, a source of chance or I/O until somebody has thought about it.
ALLOWED_MODULES = {
    "__future__", "collections", "dataclasses", "datetime", "json", "logging", "re", "typing",
    "activities", "azure.durable_functions", "imaging", "orchestrators",
}  # fmt: skip
UNORDERED = (ast.Set, ast.SetComp)
MAKE_ORDER = {"list", "tuple", "enumerate", "iter", "join"}
CALLS_BY_NAME = {
    "call_activity", "call_activity_with_retry",
    "call_sub_orchestrator", "call_sub_orchestrator_with_retry",
}  # fmt: skip


def faults(source: str) -> list[str]:
    """Name everything in a module that a replay would not repeat."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            found += [f"line {node.lineno}: {fault}" for fault in _faults_of_a_call(node)]
        if isinstance(node, ast.Import | ast.ImportFrom):
            found += [f"line {node.lineno}: imports {name}" for name in _foreign_modules(node)]
        if isinstance(node, ast.ExceptHandler) and _catches_the_end(node.type):
            found.append(f"line {node.lineno}: catches GeneratorExit")
        if isinstance(node, ast.Global | ast.Await | ast.AsyncFunctionDef):
            found.append(f"line {node.lineno}: has a {type(node).__name__}")
        if _runs_in_every_episode(node):
            found.append(f"line {node.lineno}: has a finally or a with around a yield")
        if _is_unordered(getattr(node, "iter", None)):
            found.append(f"line {node.iter.lineno}: a set has another order in every process")
    return found


def _runs_in_every_episode(node: ast.AST) -> bool:
    at_the_end = isinstance(node, ast.With | ast.AsyncWith) or getattr(node, "finalbody", None)
    return bool(at_the_end) and _yields(node)


def _faults_of_a_call(node: ast.Call) -> list[str]:
    name, found = _called(node), []
    if name in FORBIDDEN_CALLS:
        found.append(f"calls {name}()")
    if name in CALLS_BY_NAME and isinstance(node.args[0], ast.Constant):
        found.append("calls a function by its name, and a misspelt one hangs for ever in Azure")
    if name in {"task_any", "task_all"}:
        inner = [_called(each) for each in ast.walk(node) if isinstance(each, ast.Call)]
        found += [f"has {each} in {name}" for each in inner if each.endswith("_with_retry")]
    if name in MAKE_ORDER and any(_is_unordered(each) for each in node.args):
        found.append("a set has another order in every process")
    return found


def _is_unordered(node: ast.AST | None) -> bool:
    is_set = isinstance(node, ast.Call) and _called(node) in {"set", "frozenset"}
    return is_set or isinstance(node, UNORDERED)


def _catches_the_end(caught: ast.expr | None) -> bool:
    return caught is None or any(
        getattr(node, "id", "") in {"BaseException", "GeneratorExit"} for node in ast.walk(caught)
    )


def _called(node: ast.Call) -> str:
    name = node.func
    return name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")


def _foreign_modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module]
    allowed = tuple(f"{each}." for each in ALLOWED_MODULES)
    return [str(name) for name in names if not f"{name}.".startswith(allowed)]


def _yields(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in ast.walk(node))


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.name)
def test_a_plan_asks_nothing_that_history_does_not_answer(path: Path):
    """Such a call differs at every replay and ends as a non-determinism error in Azure."""
    assert faults(path.read_text()) == []


@pytest.mark.parametrize(
    "snippet",
    [
        "import uuid",
        "from random import choice",
        "x = datetime.now(UTC)",
        "x = datetime.datetime.utcnow()",
        "import os\nos.getenv('X')",
        "def f():\n    try:\n        yield 1\n    finally:\n        pass",
        "def f():\n    with lock:\n        yield 1",
        "def f():\n    try:\n        yield 1\n    except:\n        pass",
        "async def f():\n    pass",
        "print('x')",
        "from azure_clients.claims import read_claim",
        "from pathlib import Path",
        "import tempfile",
        "from azure.storage.blob import BlobClient",
        "def f():\n    try:\n        yield 1\n    except (OSError, BaseException):\n        pass",
        "for step in {1, 2}:\n    pass",
        "x = [step for step in set(steps)]",
        "x = ', '.join({step for step in steps})",
        "x = hash('step')",
        "x = context.call_activity('run_build', 1)",
        "x = context.task_any([timer, context.call_activity_with_retry(run_build, retry, 1)])",
        "x = context.call_http('GET', url)",
    ],
)
def test_the_lint_finds_what_it_is_for(snippet: str):
    """A lint that finds nothing is no lint."""
    assert faults(snippet) != []


def test_the_lint_leaves_good_code_alone():
    """Context time, timers and try/except are fine."""
    good = (
        "def f(context):\n"
        "    try:\n"
        "        yield context.create_timer(context.current_utc_datetime)\n"
        "        yield context.call_activity_with_retry(run_build, retry, sorted({1, 2}))\n"
        "    except Exception as error:\n"
        "        return str(error)\n"
    )
    assert faults(good) == []
