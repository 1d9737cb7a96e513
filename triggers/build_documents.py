"""What the HTTP API says of a build, from Durable's status while it runs and its report after."""

from __future__ import annotations

import asyncio
from typing import Any

import azure.durable_functions as df

from azure_clients.claims import Claim, read_claim
from imaging.errors import NotFoundError
from imaging.names import is_build_id

_CRASHED = {"Failed", "Terminated", "Canceled"}


async def build_document(client: df.DurableOrchestrationClient, build_id: str) -> dict[str, Any]:
    """Describe one build.

    Raises:
        NotFoundError: nobody claimed such a build.
    """
    claim = await asyncio.to_thread(read_claim, build_id) if is_build_id(build_id) else None
    if claim is None:
        raise NotFoundError(f"build '{build_id[:80]}' does not exist")
    if claim.report is not None:
        return _document(claim, dict(claim.report))
    status = await client.get_status(build_id)
    if not status:
        return _document(claim, {"state": "Queued"})
    runtime_status = status.runtime_status.value if status.runtime_status else "Pending"
    shown = status.custom_status if isinstance(status.custom_status, dict) else {}
    if runtime_status in _CRASHED:
        shown.pop("waitsIn", None)
        return _document(claim, shown | _crashed(runtime_status, status.output))
    if runtime_status == "Completed" and isinstance(status.output, dict):
        return _document(claim, status.output)
    shown |= await _details(client, shown.pop("waitsIn", None))
    return _document(claim, {"state": "Running" if shown else "Queued", **shown})


async def _details(client: df.DurableOrchestrationClient, child: str | None) -> dict[str, Any]:
    if child is None:
        return {}
    status = await client.get_status(child)
    shown = status.custom_status if status else None
    return {key: value for key, value in shown.items() if value} if isinstance(shown, dict) else {}


def _crashed(runtime_status: str, output: object) -> dict[str, Any]:
    message = str(output or "the plan ended without a report").splitlines()[0][:500]
    error = {"code": f"Orchestration{runtime_status}", "message": message}
    return {"state": "Failed", "error": error}


def _document(claim: Claim, told: dict[str, Any]) -> dict[str, Any]:
    artifact = claim.request.artifact
    return {
        "id": claim.request.build_id,
        "state": told["state"],
        "phase": told.get("phase"),
        "recipe": claim.request.recipe_name or None,
        "artifact": artifact and artifact.blob_name,
        "runState": None,
        "runSubState": None,
        "startedUtc": claim.claimed_utc,
        "elapsedSeconds": 0,
        "outputs": {},
        "error": None,
    } | told
