"""Runs a real plan through the real SDK on the local engine; only the activities are scripted.

The clock skips, so hours of waiting take milliseconds, and strict replay is on.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.clock import SkippingClock
from localcloud.durable.engine import Engine
from localcloud.durable.functions import InvocationFailed
from localcloud.durable.instance import Instance
from orchestrators.build_image import build_image
from orchestrators.wait_for_run import wait_for_run
from orchestrators.wait_for_template import wait_for_template

PLANS = {
    plan.build().get_function_name(): plan.build().get_user_function()
    for plan in (build_image, wait_for_template, wait_for_run)
}
BUILD_ID = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
REQUEST = {
    "build_id": BUILD_ID,
    "recipe_name": "webapp",
    "artifact": {"blob_name": "webapp/18-1/webapp.zip", "etag": "0x8D1", "size_bytes": 4711},
    "parameters": {},
    "template": None,
}
SOURCE = {
    "type": "PlatformImage",
    "publisher": "Canonical",
    "offer": "ubuntu",
    "sku": "22_04-lts",
    "version": "latest",
}
CREATED = {"template_id": "/t", "source": SOURCE, "artifact_access": "service"}
IMAGE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/x/images/webapp"

NO_IMAGES = {"images": [], "missing": ["webapp"]}

Answer = dict[str, Any]
Script = Callable[[Answer], Any]


def running(sub_state: str = "Building") -> Answer:
    """Answer a look at a run that goes on."""
    return {"run_state": "Running", "run_sub_state": sub_state, "is_final": False}


def ended(state: str = "Succeeded", message: str = "") -> Answer:
    """Answer a look at a run that has ended."""
    return {
        "run_state": state,
        "run_sub_state": "",
        "is_final": True,
        "message": message,
        "log_location": "https://x/packerlogs/1/customization.log" if message else None,
    }


def template(state: str = "Succeeded", error: str = "") -> Answer:
    """Answer a look at a template."""
    return {
        "state": state,
        "is_final": state in {"Succeeded", "Failed"},
        "error_code": "Other" if error else "",
        "error_message": error,
        "source": SOURCE | {"exactVersion": "22.04.202611010"},
    }


def existing_template() -> Answer:
    """Answer a look at a template that somebody else made, and that ran before."""
    return {
        "report": None,
        "template_id": "/theirs",
        "earlier_run_start": "2025-12-24T12:00:00.123456789Z",
        "timeout_minutes": 60,
        "run_output_names": ["theirs"],
        "source": SOURCE,
    }


def results(*answers: Any) -> Script:
    """Answer each call with the next of these, the last one for ever; an exception is raised."""
    left = list(answers)

    def script(_step: Answer) -> Any:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if {"error", "is_throttled", "result"} & set(answer) else {"result": answer}

    return script


def busy(seconds: float | None = None, reason: str = "429", *, throttled: bool = True) -> Answer:
    """Answer as `durable_step` answers a TransientError."""
    return {"wait_seconds": seconds, "is_throttled": throttled, "reason": reason}


def refusal(code: str, message: str) -> Answer:
    """Answer as `durable_step` answers a PermanentError."""
    return {"error": {"code": code, "message": message}}


def scripts(**changed: Script) -> dict[str, Script]:
    """Return the scripts of a build that goes well, with some of them changed."""
    recipe = {
        "report": None,
        "recipe_sha256": "aa" * 32,
        "os_type": "Linux",
        "timeout_minutes": 240,
        "run_output_names": ["webapp"],
        "warnings": [],
    }
    staged = {
        "file_name": "artifact.zip",
        "path": f"kiln-staging/{BUILD_ID}/artifact.zip",
        "kind": "zip",
        "size_bytes": 4711,
        "sha256": "bb" * 32,
        "entries": 3,
    }
    images = [{"runOutputName": "webapp", "uri": f"{IMAGE}/versions/1.0.0"}]
    deleted = [f"kiln-staging/{BUILD_ID}/artifact.zip"]
    return {
        "read_recipe": results(recipe),
        "stage_artifact": results(staged),
        "read_template": results(existing_template()),
        "check_surroundings": results({"notes": ["asked Azure: all is there"]}),
        "create_template": results(CREATED),
        "check_template": results(template()),
        "run_build": results({"adopted": False}),
        "check_run": results(running("Queued"), running(), ended()),
        "fetch_run_output": results({"images": images, "missing": []}),
        "cleanup": results({"template_gone": True, "deleted_blobs": deleted}),
        "write_report": results({}),
        **changed,
    }


@dataclass
class ScriptedFunctions:
    """Implements the engine's `Functions`: real plans, scripted activities, a journal of calls."""

    scripts: dict[str, Script]
    calls: list[tuple[str, Answer]] = field(default_factory=list)
    contexts: list[tuple[str, str]] = field(default_factory=list)
    statuses: list[Answer] = field(default_factory=list)

    @property
    def orchestrators(self) -> frozenset[str]:
        """Name the plans."""
        return frozenset(PLANS)

    @property
    def activities(self) -> frozenset[str]:
        """Name the scripted activities."""
        return frozenset(self.scripts)

    def run_orchestrator(self, name: str, context_json: str) -> str:
        """Run one episode as the worker does."""
        self.contexts.append((name, context_json))
        try:
            state: str = PLANS[name](context_json)
        except Exception as error:
            raise InvocationFailed(f"{type(error).__name__}: {error}", "") from error
        if name == "build_image" and (status := json.loads(state).get("customStatus")):
            self.statuses.append(status)
        return state

    async def run_activity(self, name: str, input_json: str | None, instance_id: str) -> str:
        """Answer from the script."""
        step = json.loads(input_json or "null")
        self.calls.append((name, step))
        try:
            return json.dumps(self.scripts[name](step))
        except Exception as error:
            raise InvocationFailed(f"{type(error).__name__}: {error}", "") from error

    def names(self) -> list[str]:
        """List the activities that were called, in order."""
        return [name for name, _ in self.calls]


@dataclass
class Ended:
    """A plan that has ended."""

    instance: Instance
    functions: ScriptedFunctions
    histories: dict[str, list[Any]]

    @property
    def report(self) -> Answer:
        """The plan's output."""
        report: Answer = json.loads(self.instance.output or "null")
        return report


async def run_plan(
    folder: Path, functions: ScriptedFunctions, request: Answer | None = None
) -> Ended:
    """Start `build_image` and wait until it has ended."""
    engine = Engine(functions, folder / "engine.sqlite", SkippingClock())
    await engine.start()
    try:
        wire = json.dumps(json.dumps(request or REQUEST))
        await engine.start_new("build_image", BUILD_ID, wire)
        async with asyncio.timeout(60):
            instance = await engine.wait(BUILD_ID)
        ids = (BUILD_ID, f"{BUILD_ID}:template", f"{BUILD_ID}:run")
        histories = {each: await engine.history(each) for each in ids}
        return Ended(instance, functions, histories)
    finally:
        await engine.stop()


async def with_scripts(folder: Path, **changed: Script) -> Ended:
    """Run a build that goes well but for the changed scripts."""
    return await run_plan(folder, ScriptedFunctions(scripts(**changed)))
