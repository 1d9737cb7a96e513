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
    "open", "print", "input", "getenv", "create_task",
}  # fmt: skip
FORBIDDEN_MODULES = {
    "asyncio", "concurrent", "http", "os", "random", "requests", "secrets", "settings", "socket",
    "subprocess", "threading", "time", "urllib", "uuid", "azure_clients",
}  # fmt: skip


def faults(source: str) -> list[str]:
    """Name everything in a module that a replay would not repeat."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _called(node) in FORBIDDEN_CALLS:
            found.append(f"line {node.lineno}: calls {_called(node)}()")
        if isinstance(node, ast.Import | ast.ImportFrom):
            found += [
                f"line {node.lineno}: imports {m}" for m in _modules(node) & FORBIDDEN_MODULES
            ]
        if isinstance(node, ast.Try) and node.finalbody and _yields(node):
            found.append(f"line {node.lineno}: has a finally around a yield")
        if isinstance(node, ast.With | ast.AsyncWith) and _yields(node):
            found.append(f"line {node.lineno}: has a with around a yield")
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            found.append(f"line {node.lineno}: has a bare except")
        if isinstance(node, ast.Global | ast.Await | ast.AsyncFunctionDef):
            found.append(f"line {node.lineno}: has a {type(node).__name__}")
    return found


def _called(node: ast.Call) -> str:
    name = node.func
    return name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")


def _modules(node: ast.Import | ast.ImportFrom) -> set[str]:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module]
    return {(name or "").split(".")[0] for name in names}


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
        "    except Exception as error:\n"
        "        return str(error)\n"
    )
    assert faults(good) == []
