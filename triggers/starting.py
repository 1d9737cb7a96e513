"""What every door does once it knows what to build: claim it, then start its plan."""

from __future__ import annotations

import asyncio
import logging

import azure.durable_functions as df

from azure_clients.azure_errors import first_line
from azure_clients.claims import create_claim, read_claim
from imaging.build_request import BuildRequest
from imaging.errors import TransientError

_log = logging.getLogger(__name__)
# The registered name; azure-functions-durable has no way to start a plan by reference.
PLAN = "build_image"


async def start_once(client: df.DurableOrchestrationClient, request: BuildRequest) -> bool:
    """Start a build unless it was started before; answer whether this call started it.

    A claim whose plan was never started (the host died in between) is started now. Two starters at
    once do no harm: a live instance cannot be started again, and a plan that runs after the build's
    report was written stops at its first step.

    Raises:
        TransientError: the plan could not be started; calling again is safe.
    """
    claimed = await asyncio.to_thread(create_claim, request)
    if not claimed and await _is_under_way(client, request.build_id):
        _log.info("build_duplicate build_id=%s", request.build_id)
        return False
    try:
        await client.start_new(PLAN, request.build_id, request.to_wire())
    except Exception as error:
        if await client.get_status(request.build_id):
            return False
        raise TransientError(
            f"build {request.build_id} could not be started: {first_line(str(error))}"
        ) from error
    _log.info("build_started build_id=%s recipe=%s", request.build_id, request.recipe_name)
    return True


async def _is_under_way(client: df.DurableOrchestrationClient, build_id: str) -> bool:
    claim = await asyncio.to_thread(read_claim, build_id)
    if claim is not None and claim.report is not None:
        return True
    return bool(await client.get_status(build_id))
