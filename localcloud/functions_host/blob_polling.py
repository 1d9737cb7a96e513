"""Find new blobs by listing the containers of all blob triggers, again and again.

In Azure a trigger with `source=EventGrid` is never polled. Here it is, so that a plain upload
starts the app without Event Grid; the webhook is served as well (blob_webhook). The listing runs on
a thread, and at most a tenth of the time, so that containers with thousands of blobs cost little.
"""

from __future__ import annotations

import asyncio
import logging
import time
from itertools import groupby

from localcloud.functions_host.blob_deliveries import BlobDeliveries
from localcloud.functions_host.blob_triggers import BlobTrigger
from localcloud.functions_host.storage_threads import StorageThreads
from localcloud.functions_host.trigger_storage import (
    ListedBlob,
    StorageUnavailableError,
    TriggerStorage,
)

_REST_AFTER_WORK = 9
_LONGEST_REST_SECONDS = 2.0
_log = logging.getLogger(__name__)


class BlobPolling:
    """Watches containers.

    Args:
        triggers: the blob triggers of the app.
        deliveries: what hands a new blob to its function.
        threads: where storage is asked.
        poll_seconds: the real time between two listings, if listing is quick.
    """

    def __init__(
        self,
        triggers: list[BlobTrigger],
        deliveries: BlobDeliveries,
        threads: StorageThreads,
        poll_seconds: float,
    ) -> None:
        self._triggers = sorted(triggers, key=_place)
        self._deliveries = deliveries
        self._threads = threads
        self._poll_seconds = poll_seconds
        self._complaint = ""

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            started = time.monotonic()
            await self.poll_once()
            worked_seconds = time.monotonic() - started
            rest_seconds = min(_REST_AFTER_WORK * worked_seconds, _LONGEST_REST_SECONDS)
            await asyncio.sleep(max(self._poll_seconds, rest_seconds))

    async def poll_once(self) -> None:
        """List every container once and hand over what is new."""
        try:
            for _, group in groupby(self._triggers, key=_place):
                triggers = list(group)
                await self._poll_container(triggers[0].account, triggers)
            self._complaint = ""
        except StorageUnavailableError as error:
            self._complain(str(error))

    async def _poll_container(self, account: TriggerStorage, triggers: list[BlobTrigger]) -> None:
        for trigger, blob in await self._threads.run(self._find_new, account, triggers):
            reason = f"New blob detected: {trigger.path.container}/{blob.name}"
            self._deliveries.deliver(trigger, blob, reason)

    def _find_new(
        self, account: TriggerStorage, triggers: list[BlobTrigger]
    ) -> list[tuple[BlobTrigger, ListedBlob]]:
        listed = account.list_blobs(triggers[0].path.container)
        return [
            (trigger, blob)
            for blob in listed
            for trigger in triggers
            if not self._deliveries.is_known(trigger.version(blob))
            and trigger.path.match(blob.name) is not None
        ]

    def _complain(self, text: str) -> None:
        """Say once that the storage does not answer; it may be restarting."""
        if text != self._complaint:
            _log.warning("blobs cannot be listed: %s", text)
        self._complaint = text


def _place(trigger: BlobTrigger) -> tuple[str, str]:
    return trigger.connection, trigger.path.container
