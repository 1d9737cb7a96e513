"""The Event Grid webhook of blob triggers: `POST /runtime/webhooks/blobs?functionName=…&code=…`.

Events are handed over even if the version has a receipt: Event Grid delivers at least once, and so
does the real host. The answer comes before the function has run.
"""

from __future__ import annotations

import json
import logging
from typing import Any
from urllib.parse import unquote, urlsplit

from aiohttp import web

from localcloud.functions_host.blob_deliveries import BlobDeliveries
from localcloud.functions_host.blob_triggers import BlobTrigger
from localcloud.functions_host.keys import Keys
from localcloud.functions_host.trigger_storage import ListedBlob

PATH = "/runtime/webhooks/blobs"
_PREFIX = "Host.Functions."
_VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"
_CREATED = "Microsoft.Storage.BlobCreated"
_log = logging.getLogger(__name__)


class BlobWebhook:
    """Receives Event Grid's events.

    Args:
        triggers: the blob triggers of the app.
        deliveries: what hands a blob to its function.
        keys: the host's keys; the system key `blobs_extension` opens.
    """

    def __init__(self, triggers: list[BlobTrigger], deliveries: BlobDeliveries, keys: Keys) -> None:
        self._triggers = {_PREFIX + trigger.function.name: trigger for trigger in triggers}
        self._deliveries = deliveries
        self._keys = keys

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer Event Grid: the handshake, or 202 for events."""
        if not self._keys.opens(request, "blobs_extension"):
            return web.Response(status=401)
        function_name = request.query.get("functionName", "")
        trigger = self._triggers.get(function_name)
        if trigger is None:
            return web.Response(status=404, text=f"cannot find function: '{function_name}'")
        events = _read_events(await request.read())
        if events is None:
            return web.Response(status=400, text="the body is not an Event Grid event")
        for event in events:
            if event.get("eventType") == _VALIDATION:
                code = event.get("data", {}).get("validationCode")
                return web.json_response({"validationResponse": code})
        for event in events:
            self._accept(trigger, event)
        return web.Response(status=202)

    def _accept(self, trigger: BlobTrigger, event: dict[str, Any]) -> None:
        if event.get("eventType") != _CREATED:
            _log.info("event ignored: type %s", event.get("eventType"))
            return
        container, name = _address(str(event.get("data", {}).get("url", "")))
        etag = str(event.get("data", {}).get("eTag", "")).strip('"')
        if container != trigger.path.container or trigger.path.match(name) is None:
            _log.info("event ignored: %s/%s is not watched", container, name)
            return
        reason = f"New blob detected (EventGrid): {container}/{name}"
        self._deliveries.deliver(trigger, ListedBlob(name, etag), reason)


def _address(url: str) -> tuple[str, str]:
    """Return container and name of a blob; of a loopback URL the first part is the account.

    From `data.url`, as the extension does (BlobsExtensionConfigProvider.GetBlobTriggerMessage).
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    path = parts.path.lstrip("/")
    if parts.hostname == "127.0.0.1":
        path = path.partition("/")[2]
    container, _, name = path.partition("/")
    return container, unquote(name)


def _read_events(body: bytes) -> list[dict[str, Any]] | None:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    events = content if isinstance(content, list) else [content]
    return events if all(_is_event(event) for event in events) else None


def _is_event(found: object) -> bool:
    return isinstance(found, dict) and isinstance(found.get("data", {}), dict)
