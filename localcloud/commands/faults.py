"""`faults`: let the simulated Azure fail on purpose."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from localcloud.commands.parsing import Subparsers, add_cloud_command, attach
from localcloud.errors import LocalCloudError


def add_parser(subparsers: Subparsers) -> None:
    """Add the command with its three verbs."""
    parser = add_cloud_command(
        subparsers,
        "faults",
        "let the simulated Azure Resource Manager fail on purpose\n\n"
        "A plan says which call is met (and the how-manieth) and what is answered instead;\n"
        "docs/local-cloud-coverage.md has every field.",
        """
python -m localcloud faults add '{"match": {"call": "run"}, "answer": {"status": 504}}'
python -m localcloud faults add @plan.json
python -m localcloud faults list
python -m localcloud faults clear 5affdb1dd822     # or all, without an id
""",
    )
    parser.add_argument("verb", choices=("list", "add", "clear"), help="what to do")
    parser.add_argument(
        "plan", nargs="?", help="for add: the plan as JSON, or @FILE; for clear: the id of one"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """List, add or clear plans; return the exit code."""
    client = attach(args.directory)
    if args.verb == "add":
        console.print_json(data=client.plan_fault(_read_plan(args.plan)))
    elif args.verb == "clear" and args.plan:
        client.clear_faults(args.plan)
        console.print(f"Fault {escape(args.plan)} is planned no more.")
    elif args.verb == "clear":
        client.clear_faults()
        console.print("No faults are planned any more.")
    elif args.plan:
        raise LocalCloudError(f"faults list takes no '{args.plan}'; it shows every plan")
    else:
        console.print_json(data=client.faults())
    return 0


def _read_plan(given: str | None) -> dict[str, Any]:
    if not given:
        raise LocalCloudError("faults add needs a plan: a JSON object, or @FILE")
    try:
        text = Path(given[1:]).read_text() if given.startswith("@") else given
        plan = json.loads(text)
    except (OSError, ValueError) as error:
        raise LocalCloudError(f"the plan cannot be read: {error}") from error
    if not isinstance(plan, dict):
        raise LocalCloudError(f"the plan is {given}; it must be a JSON object")
    return plan
