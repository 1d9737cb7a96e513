"""Runs plans on the local engine with scripted looks, and counts what their replays cost."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.clock import SkippingClock
from localcloud.durable.engine import Engine
from localcloud.durable.functions import InvocationFailed
from localcloud.durable.instance import Instance

Plan = Callable[[str], str]
_EVENT_MARK = '"EventType":'


@dataclass
class ReplayCost:
    """What the episodes of one plan came to; a history is one generation's.

    `largest_history_bytes` is the JSON that Python gets: the history with input and ids.
    """

    cpu_seconds: float = 0.0
    longest_episode_seconds: float = 0.0
    episodes: int = 0
    largest_history_events: int = 0
    largest_history_bytes: int = 0

    def add(self, cpu_seconds: float, context_json: str) -> None:
        """Count one episode."""
        self.cpu_seconds += cpu_seconds
        self.longest_episode_seconds = max(self.longest_episode_seconds, cpu_seconds)
        self.episodes += 1
        events = context_json.count(_EVENT_MARK)
        self.largest_history_events = max(self.largest_history_events, events)
        self.largest_history_bytes = max(self.largest_history_bytes, len(context_json))


@dataclass
class ScriptedFunctions:
    """Implements the engine's `Functions` with real plans and one scripted activity.

    Args:
        plans: each as the worker calls it, by its registered name.
        activity: name of the activity.
        answers: its answers in order; the last one for ever.
    """

    plans: Mapping[str, Plan]
    activity: str
    answers: list[dict[str, Any]]
    cost: ReplayCost = field(default_factory=ReplayCost)

    @property
    def orchestrators(self) -> frozenset[str]:
        """Name the plans."""
        return frozenset(self.plans)

    @property
    def activities(self) -> frozenset[str]:
        """Name the activity."""
        return frozenset({self.activity})

    def run_orchestrator(self, name: str, context_json: str) -> str:
        """Run one episode as the worker does; only its own thread's CPU counts."""
        started = time.thread_time()
        try:
            return self.plans[name](context_json)
        except Exception as error:
            raise InvocationFailed(f"{type(error).__name__}: {error}", "") from error
        finally:
            self.cost.add(time.thread_time() - started, context_json)

    async def run_activity(self, name: str, input_json: str | None, instance_id: str) -> str:  # noqa: ARG002 - the seam
        """Answer from the script."""
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return json.dumps({"result": answer})


def run_plan(
    functions: ScriptedFunctions, name: str, told: Mapping[str, Any], timeout_seconds: float
) -> Instance:
    """Run one plan to its end on a clock that skips.

    Args:
        functions: the plan is one of them.
        name: the plan's name.
        told: its input.
        timeout_seconds: real seconds after which it is given up.

    Raises:
        TimeoutError: it has not ended in time.
    """
    return asyncio.run(_run(functions, name, told, timeout_seconds))


async def _run(
    functions: ScriptedFunctions, name: str, told: Mapping[str, Any], timeout_seconds: float
) -> Instance:
    with tempfile.TemporaryDirectory(prefix="kiln-bench-") as folder:
        store = Path(folder) / "engine.sqlite"
        engine = Engine(functions, store, SkippingClock(), strict_replay=False)
        await engine.start()
        try:
            await engine.start_new(name, "build:run", json.dumps(json.dumps(told)))
            async with asyncio.timeout(timeout_seconds):
                return await engine.wait("build:run")
        finally:
            await engine.stop()
