"""Door for pipelines and people: start a build, and see how it is doing.

Answers are Kiln's own JSON. Durable's management links are never given away: they carry a key that
opens every instance.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from imaging.errors import (
    ArtifactError,
    ConflictError,
    NotFoundError,
    PermanentError,
    RecipeError,
    RequestError,
    TransientError,
)
from imaging.report import reported
from triggers.build_documents import build_document
from triggers.requested_build import requested_build
from triggers.starting import start_once

_log = logging.getLogger(__name__)
_POLL_SECONDS = "15"
_STATUSES: dict[type[PermanentError], int] = {
    RequestError: 400,
    RecipeError: 400,
    ArtifactError: 400,
    NotFoundError: 404,
    ConflictError: 409,
}

bp = df.Blueprint()


@bp.route(route="builds", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def start_build(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Start a build: ``{"recipe": …, "artifact": …}``, optional header `Idempotency-Key`."""

    async def answer() -> func.HttpResponse:
        request = await asyncio.to_thread(
            requested_build, req.get_body(), req.headers.get("Idempotency-Key")
        )
        await start_once(client, request)
        document = await build_document(client, request.build_id)
        headers = {"Location": f"/api/builds/{request.build_id}", "Retry-After": _POLL_SECONDS}
        return _json(document, 202, headers)

    return await _answered(answer())


@bp.route(route="builds/{build_id}", methods=["GET"])
@bp.durable_client_input(client_name="client")
async def get_build(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Describe a build: state, phase, outputs, error."""

    async def answer() -> func.HttpResponse:
        return _json(await build_document(client, req.route_params["build_id"]), 200)

    return await _answered(answer())


async def _answered(answer: Awaitable[func.HttpResponse]) -> func.HttpResponse:
    try:
        return await answer
    except PermanentError as error:
        return _error(error)
    except TransientError as error:
        _log.warning("request_not_answered reason=%r", str(error))
        body = {"error": {"code": "TryAgain", "message": str(error)}}
        return _json(body, 503, {"Retry-After": _POLL_SECONDS})


def _error(error: PermanentError) -> func.HttpResponse:
    status = next((each for kind, each in _STATUSES.items() if isinstance(error, kind)), 500)
    return _json({"error": reported(error)}, status)


def _json(
    body: dict[str, Any], status: int, headers: dict[str, str] | None = None
) -> func.HttpResponse:
    return func.HttpResponse(
        json.dumps(body), status_code=status, headers=headers, mimetype="application/json"
    )
