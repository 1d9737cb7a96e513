"""A process with an engine, to be killed: `python -m tests.localcloud.durable.killable_host …`.

It starts the build `build` (or goes on with it), writes every effect of an activity to a file, and
prints the output at the end.
"""

import argparse
import asyncio
import json
import os
import signal
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

os.environ["AZURE_FUNCTIONS_DURABLE_STRICT_TYPING"] = "1"

from localcloud.clock import ScaledClock
from localcloud.durable.engine import Engine
from tests.localcloud.durable.quirk_app import app_functions
from tests.localcloud.durable.runs import sdk_input

POLLS = 12  # two generations


@dataclass
class EffectfulFunctions:
    """The quirk app, whose activities leave a line in a file."""

    effects: Path

    orchestrators = app_functions.orchestrators
    activities = app_functions.activities
    run_orchestrator = staticmethod(app_functions.run_orchestrator)

    async def run_activity(self, name, input_json, instance_id):
        """Run the activity, then write down that it has run."""
        result = await app_functions.run_activity(name, input_json, instance_id)
        with self.effects.open("a") as file:
            file.write(f"{result}\n")
        return result


def kill_at(wanted):
    """Return a kill point that kills this process at `when:number`, or never."""
    passed = Counter()

    def pass_by(when, _name):
        passed[when] += 1
        if wanted == f"{when}:{passed[when]}":
            os.kill(os.getpid(), signal.SIGKILL)

    return pass_by


async def main():
    """Run the build to its end, unless killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("clock_start", type=datetime.fromisoformat)
    parser.add_argument("--kill-at")
    options = parser.parse_args()
    engine = Engine(
        EffectfulFunctions(options.folder / "effects"),
        options.folder / "hub.db",
        ScaledClock(200, options.clock_start),
        kill_point=kill_at(options.kill_at),
    )
    await engine.start()
    if await engine.state("build") is None:
        await engine.start_new("parent_of_a_watcher", "build", sdk_input(POLLS))
    instance = await engine.wait("build")
    print(json.dumps([instance.status, instance.output]), flush=True)
    await engine.stop()


if __name__ == "__main__":
    asyncio.run(main())
