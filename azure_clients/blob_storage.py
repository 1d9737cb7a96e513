"""The storage account with uploads, staged copies, recipes and builds."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from azure_clients.credential import credential
from imaging.errors import NotFoundError
from imaging.names import is_blob_name
from settings import settings

if TYPE_CHECKING:
    from azure.storage.blob import BlobClient, BlobServiceClient

_MEBIBYTE = 1024 * 1024
# 8 MiB halves the time and a third of the memory of the SDK's defaults for a 1 GiB hash.
_READ_BYTES = 8 * _MEBIBYTE


@cache
def blob_service() -> BlobServiceClient:
    """Return the process's one client of the account.

    The SDK's default retry would block 82 s on a refused connection; here it gives up after about
    7 s and the plan tries again.
    """
    from azure.storage.blob import (  # noqa: PLC0415 - not at indexing
        BlobServiceClient,
        ExponentialRetry,
    )

    return BlobServiceClient(
        account_url=settings().artifacts_blob_uri,
        credential=credential(),
        retry_policy=ExponentialRetry(initial_backoff=1, increment_base=2, retry_total=2),
        connection_timeout=5,
        read_timeout=60,
        max_single_get_size=_READ_BYTES,
        max_chunk_get_size=_READ_BYTES,
    )


def blob(container: str, name: str) -> BlobClient:
    """Return a client of one blob.

    Raises:
        NotFoundError: the name would lead out of the container.
    """
    if not is_blob_name(name):
        raise NotFoundError(f"there can be no blob '{name[:80]}' in the container {container}")
    return blob_service().get_blob_client(container, name)
