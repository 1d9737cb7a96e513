"""Small steps that many tests take: inputs as the SDK sends them, waiting, reading outputs."""

import asyncio
import json

PATIENCE_SECONDS = 90


def sdk_input(value):
    """Return the input text of an SDK client: a JSON string that holds JSON."""
    return None if value is None else json.dumps(json.dumps(value))


async def run(engine, name, value=None, instance_id=None):
    """Start an orchestration and return the instance when it has ended."""
    return await ended(engine, await engine.start_new(name, instance_id, sdk_input(value)))


async def ended(engine, instance_id):
    """Return the instance when it has ended."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await engine.wait(instance_id)


async def reached(engine, instance_id, condition):
    """Return the instance as soon as the condition holds for it."""

    async def look():
        instance = await engine.state(instance_id)
        return instance if instance is not None and condition(instance) else None

    return await until(look)


async def played(engine, instance_id, *kinds):
    """Return when events of all these kinds are in the instance's history."""

    async def look():
        return {event["EventType"] for event in await engine.history(instance_id)} >= set(kinds)

    await until(look)


async def until(look):
    """Return what `look` returns as soon as it is something."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await look()):  # noqa: ASYNC110 - nothing tells of these changes
            await asyncio.sleep(0.001)
        return found


def output(instance):
    """Return the value that a completed instance has put out."""
    assert instance.status == "Completed", instance.output
    return json.loads(instance.output)
