"""What replaying a long wait costs, against one loop that never continues as new."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from benchmarks.scripted_functions import ReplayCost, ScriptedFunctions, run_plan
from benchmarks.table import Row

os.environ.setdefault("AZURE_FUNCTIONS_DURABLE_STRICT_TYPING", "1")  # read by the next import

import azure.durable_functions as df

from orchestrators.polling import Wait
from orchestrators.steps import Steps
from orchestrators.wait_for_run import wait_for_run

_HOURS: Final = 4.0
_LOOK_SECONDS = 30
_BUDGET_RATIO = 1 / 15
# 200 events and 100 KB: a generation below them replays in milliseconds (docs/benchmarks.md).
_MOST_EVENTS = 200
_MOST_BYTES = 100_000
_TIMEOUT_SECONDS = 600.0
_LOOK = {"run_state": "Running", "run_sub_state": "Building", "message": "", "log_location": None}

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context")  # type: ignore[untyped-decorator]  # the SDK's
def naive_wait(context: df.DurableOrchestrationContext) -> Steps:
    """Poll in one loop: the same timer and the same look, with the whole history kept."""
    told = cast("Wait", context.get_input())
    while True:
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=_LOOK_SECONDS))
        answer = yield context.call_activity("check_run", told["step"])
        look = answer["result"]
        context.set_custom_status({"runState": look["run_state"]})
        if look["is_final"]:
            return {"look": look}


def measure(hours: float = _HOURS) -> list[Row]:
    """Run both plans to the end of a run that takes so many hours."""
    ours, naive = _cost("wait_for_run", hours), _cost("naive_wait", hours)
    ratio = ours.cpu_seconds / naive.cpu_seconds
    what = f"{hours:g} h of polling every {_LOOK_SECONDS} s, Python CPU of all episodes"
    return [
        Row(
            f"{what} (budget 1/15)",
            f"{ours.cpu_seconds:.1f} s in {ours.episodes} episodes",
            f"one loop: {naive.cpu_seconds:.1f} s in {naive.episodes}",
            f"1/{1 / ratio:.0f}",
            holds=ratio <= _BUDGET_RATIO,
        ),
        Row(
            "the longest episode of that wait, CPU",
            f"{ours.longest_episode_seconds * 1000:.0f} ms",
            f"one loop: {naive.longest_episode_seconds * 1000:.0f} ms",
            f"1/{naive.longest_episode_seconds / ours.longest_episode_seconds:.0f}",
        ),
        Row(
            "the largest history of a generation (budget 200 events, 100 KB)",
            _history(ours),
            f"one loop: {_history(naive)}",
            f"1/{naive.largest_history_bytes / ours.largest_history_bytes:.0f}",
            holds=ours.largest_history_events <= _MOST_EVENTS
            and ours.largest_history_bytes <= _MOST_BYTES,
        ),
    ]


def _cost(plan: str, hours: float) -> ReplayCost:
    looks = round(hours * 3600 / _LOOK_SECONDS)
    answers = [*([_LOOK | {"is_final": False}] * (looks - 1)), _LOOK | {"is_final": True}]
    functions = ScriptedFunctions(_plans(), "check_run", answers)
    started_utc = datetime(2026, 1, 1, tzinfo=UTC)
    told: Wait = {
        "step": {"template_name": "t_benchmark"},
        "build_started_utc": started_utc.isoformat(),
        "deadline_utc": (started_utc + timedelta(hours=2 * hours + 1)).isoformat(),
        "looks": 0,
    }
    ended = run_plan(functions, plan, told, _TIMEOUT_SECONDS)
    if ended.status != "Completed":
        raise RuntimeError(f"{plan} ended as {ended.status}: {ended.output}")
    return functions.cost


def _plans() -> Mapping[str, Any]:
    builders = (wait_for_run, naive_wait)
    functions = (builder.build() for builder in builders)
    return {each.get_function_name(): each.get_user_function() for each in functions}


def _history(cost: ReplayCost) -> str:
    return f"{cost.largest_history_events} events, {cost.largest_history_bytes / 1000:.0f} KB"
