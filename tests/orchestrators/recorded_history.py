"""Recorded histories: what a plan was told in its last episode, and what it asked for.

A build that started under an older deployment is replayed by the new code. `python -m
tests.orchestrators.recorded_history` records the scenarios that have no file yet. Those that are
there stay as they are: a new `defaultVersion` in host.json gets files of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "histories"
VERSION = "1"


def last_episodes(contexts: list[tuple[str, str]]) -> list[tuple[str, dict[str, Any]]]:
    """Keep the longest history of each generation of each plan."""
    kept: dict[str, tuple[str, dict[str, Any]]] = {}
    for plan, text in contexts:
        context = json.loads(text)
        started = next(e for e in context["history"] if e["EventType"] == 0)
        kept[f"{context['instanceId']} {started['Timestamp']}"] = (plan, context)
    return list(kept.values())


def decisions(plan: str, context: dict[str, Any]) -> dict[str, Any]:
    """Replay one history and return what the plan asks for.

    The wording of the report is left out: it may change under a build that is under way.
    """
    from tests.orchestrators.plan_runner import PLANS  # noqa: PLC0415 - needs the environment

    state = json.loads(PLANS[plan](json.dumps(context)))
    text = json.dumps(state["actions"])
    actions = json.loads(text, object_hook=_without_report)
    return {"isDone": state["isDone"], "actions": actions, "error": state.get("error")}


def _without_report(action: dict[str, Any]) -> dict[str, Any]:
    return action | {"input": None} if action.get("functionName") == "write_report" else action


def record(name: str, contexts: list[tuple[str, str]]) -> None:
    """Write one file for each plan and generation."""
    for number, (plan, context) in enumerate(last_episodes(contexts)):
        content = {"plan": plan, "context": context, "decisions": decisions(plan, context)}
        path = FOLDER / f"v{VERSION}_{name}_{number}_{plan}.json"
        path.write_text(json.dumps(content, indent=1) + "\n")


async def _record_all() -> None:
    from tests.orchestrators import plan_runner as plans  # noqa: PLC0415 - needs the environment

    throttled = plans.results(plans.busy(9), {"adopted": False})
    lost = ConnectionError("reset by peer")
    gone = plans.refusal("NotFound", "gone")
    short = plans.scripts()["read_recipe"]({})["result"] | {"timeout_minutes": 6}
    scenarios = {
        "success": {},
        "throttled": {"run_build": throttled},
        "retried": {
            "stage_artifact": plans.results(lost, plans.scripts()["stage_artifact"]({})["result"])
        },
        "long_run": {"check_run": plans.results(*[plans.running()] * 12, plans.ended())},
        "bad_recipe": {"read_recipe": plans.results(plans.refusal("RecipeInvalid", "1 fault"))},
        "outage": {
            "create_template": plans.results(
                plans.busy(throttled=False), plans.busy(throttled=False), plans.CREATED
            )
        },
        "failed_run": {
            "check_run": plans.results(plans.ended("Failed", "exit status 1")),
            "fetch_run_output": plans.results(plans.NO_IMAGES),
        },
        "partial_run": {
            "check_run": plans.results(
                plans.ended("PartiallySucceeded", "Failed in distributing 1 images out of total 2")
            ),
            "fetch_run_output": plans.results(
                plans.NO_IMAGES, plans.scripts()["fetch_run_output"]({})["result"]
            ),
        },
        "existing_template": {},
        "timed_out": {
            "read_recipe": plans.results(short),
            "check_run": plans.results(plans.running()),
        },
        "slow_deletion": {
            "cleanup": plans.results({"template_gone": False, "deleted_blobs": []}),
            "check_template": plans.results(plans.template(), plans.template("Deleting"), gone),
        },
    }
    requests = {
        "existing_template": plans.REQUEST
        | {
            "recipe_name": "",
            "artifact": None,
            "template": {"name": "theirs", "delete_afterwards": True},
        }
    }
    for name, changed in scenarios.items():
        if any(FOLDER.glob(f"v{VERSION}_{name}_[0-9]*.json")):
            continue
        functions = plans.ScriptedFunctions(plans.scripts(**changed))
        with tempfile.TemporaryDirectory() as folder:
            await plans.run_plan(Path(folder), functions, requests.get(name, plans.REQUEST))
        record(name, functions.contexts)


if __name__ == "__main__":
    os.environ["AZURE_FUNCTIONS_DURABLE_STRICT_TYPING"] = "1"
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(_record_all())
