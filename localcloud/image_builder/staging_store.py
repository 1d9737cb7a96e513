"""The staging group's storage account: logs and VHDs go there, and AIB goes on when it fails."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from pathlib import Path

from localcloud.image_builder.build_vm_protocol import LogStore

_ACCOUNT_NAME = "aibstaging"

logger = logging.getLogger(__name__)


class StagingStore:
    """A log store that may be missing, and whose failures are said and survived."""

    def __init__(self, store: LogStore | None) -> None:
        self._store = store
        self.account_name = store.account_name if store else _ACCOUNT_NAME
        azure_endpoint = f"https://{_ACCOUNT_NAME}.blob.core.windows.net"
        self.blob_endpoint = store.blob_endpoint if store else azure_endpoint

    async def upload(self, container: str, blob_name: str, content: Path) -> None:
        """Store a file, if there is a store and the file."""
        if self._store is not None and content.exists():  # noqa: ASYNC240 - a local file
            await _survive(self._store.upload(container, blob_name, content), blob_name)

    async def delete(self, container: str, prefix: str) -> None:
        """Delete what begins with the prefix."""
        if self._store is not None:
            await _survive(self._store.delete(container, prefix), prefix)


async def _survive(work: Awaitable[None], name: str) -> None:
    try:
        await work
    except Exception as error:  # noqa: BLE001 - AIB answers although its storage does not
        logger.warning("staging_store_failed name=%s error=%r", name, error)
