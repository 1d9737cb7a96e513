"""The cloud's own way to a storage account of Azurite: with the account's key, over HTTPS."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ParamSpec, TypeVar

from azure.core.credentials import AzureNamedKeyCredential
from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobServiceClient, LinearRetry

from localcloud.errors import StorageError

_ONE_PUT_BYTES = 4 * 1024 * 1024  # below, an upload is one request

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def _in_words(call: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Raise StorageError for what the SDK raises."""

    @functools.wraps(call)
    def told(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        try:
            return call(*args, **kwargs)
        except AzureError as error:
            reason = str(error).splitlines()[0]
            raise StorageError(f"Azurite: {reason}; is the local cloud up?") from error

    return told


class BlobAccount:
    """Puts and reads blobs of one account.

    Args:
        blob_url: its blob service, path style; the last segment is the account's name.
        account_key: its key.
        ca_bundle: what to trust.
    """

    def __init__(self, blob_url: str, account_key: str, ca_bundle: Path) -> None:
        self.blob_url = blob_url
        self.name = blob_url.rsplit("/", 1)[-1]
        credential = AzureNamedKeyCredential(self.name, account_key)
        self._client = BlobServiceClient(
            blob_url,
            credential=credential,
            connection_verify=str(ca_bundle),
            max_single_put_size=_ONE_PUT_BYTES,
            # The SDK's own pauses are made for a distant service: 45 s until it gives up.
            retry_policy=LinearRetry(backoff=1, retry_total=2, random_jitter_range=0),
            use_env_settings=False,  # no proxy stands before loopback
        )

    @_in_words
    def ensure_containers(self, names: Iterable[str]) -> None:
        """Make the containers that are not there."""
        for name in names:
            with contextlib.suppress(ResourceExistsError):
                self._client.create_container(name)

    @_in_words
    def put(self, container: str, blob_name: str, content: bytes) -> None:
        """Store `content`, replacing an older blob of that name."""
        self._client.get_blob_client(container, blob_name).upload_blob(content, overwrite=True)

    @_in_words
    def put_file(self, container: str, blob_name: str, path: Path) -> None:
        """Store the file at `path`, replacing an older blob of that name."""
        with path.open("rb") as content:
            self._client.get_blob_client(container, blob_name).upload_blob(content, overwrite=True)

    @_in_words
    def read(self, container: str, blob_name: str) -> bytes | None:
        """Return a blob's bytes; None if it is not there."""
        try:
            return self._client.get_blob_client(container, blob_name).download_blob().readall()
        except ResourceNotFoundError:
            return None

    @_in_words
    def names(self, container: str, prefix: str = "") -> list[str]:
        """Return the names of the blobs that begin with `prefix`, in their order."""
        listed = self._client.get_container_client(container).list_blob_names(
            name_starts_with=prefix
        )
        return list(listed)

    @_in_words
    def delete_all(self, container: str, prefix: str) -> None:
        """Delete the blobs whose names begin with `prefix`; none is fine, and no container too."""
        blobs = self._client.get_container_client(container)
        with contextlib.suppress(ResourceNotFoundError):
            for blob_name in blobs.list_blob_names(name_starts_with=prefix):
                blobs.delete_blob(blob_name)

    def close(self) -> None:
        """Close its connections."""
        self._client.close()
