"""Where the simulated AIB leaves customization.log: an account of Azurite of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

from localcloud.blob_account import BlobAccount


class StagingLogs:
    """Stores and deletes logs in AIB's own account.

    Args:
        account: the account, which is the simulation's and not the app's.
    """

    def __init__(self, account: BlobAccount) -> None:
        self._account = account

    @property
    def account_name(self) -> str:
        """Name of the storage account."""
        return self._account.name

    @property
    def blob_endpoint(self) -> str:
        """URL of the account's blob service without a slash at the end."""
        return self._account.blob_url

    async def upload(self, container: str, blob_name: str, content: Path) -> None:
        """Store the file as `<container>/<blob_name>`, replacing an older one."""
        await asyncio.to_thread(self._upload, container, blob_name, content)

    async def delete(self, container: str, prefix: str) -> None:
        """Delete every blob whose name starts with `prefix`."""
        await asyncio.to_thread(self._account.delete_all, container, prefix)

    def _upload(self, container: str, blob_name: str, content: Path) -> None:
        self._account.ensure_containers([container])
        self._account.put_file(container, blob_name, content)
