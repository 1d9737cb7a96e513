"""What the blob triggers ask of a storage account, with the Azure SDK's answer to it.

The calls are made on threads. An identity connection (`NAME__blobServiceUri`, `NAME__credential`,
`NAME__clientId`) goes through the real azure-identity; a connection string works as well.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from localcloud.functions_host.blob_listing import BlobListing
from localcloud.functions_host.faults import StartupError

if TYPE_CHECKING:
    from azure.storage.blob import BlobProperties, BlobServiceClient
    from azure.storage.queue import QueueServiceClient

Answer = TypeVar("Answer")

HOST_CONNECTION = "AzureWebJobsStorage"


class StorageUnavailableError(Exception):
    """The account does not answer, or refuses; trying again later may help."""


@dataclass(frozen=True)
class ListedBlob:
    """A blob as a listing shows it: enough to know whether it is new."""

    name: str
    etag: str


@dataclass(frozen=True)
class BlobDetails:
    """A blob as the trigger metadata describes it."""

    etag: str
    url: str
    kind: str
    properties: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)


class TriggerStorage(Protocol):
    """One storage account; every method blocks, and raises StorageUnavailableError."""

    def list_blobs(self, container: str) -> list[ListedBlob]:
        """Return every blob of a container, none if there is no such container."""

    def describe(self, container: str, blob_name: str) -> BlobDetails | None:
        """Return what is known of a blob, None if it is gone."""

    def read(self, container: str, blob_name: str, etag: str) -> bytes | None:
        """Return the whole content of that version of a blob, None if it is gone."""

    def send_message(self, queue: str, message: str) -> None:
        """Put a message into a queue, which is made if need be."""


class AzureTriggerStorage:
    """A storage account through the Azure SDK; nothing is opened before it is asked for.

    Args:
        connection: the connection's name, as the trigger's binding gives it.
        settings: the app settings.

    Raises:
        StartupError: there are no settings for the connection.
    """

    def __init__(self, connection: str, settings: Mapping[str, str]) -> None:
        self._settings = settings
        self._blob = _Endpoint.read(connection, "blob", settings)
        self._queue_connection = connection

    def list_blobs(self, container: str) -> list[ListedBlob]:
        """Return every blob of a container, none if there is no such container."""

        def ask() -> list[ListedBlob]:
            if self._blob.connection_string:  # the quick way knows identities only
                found = self._blobs.get_container_client(container).list_blobs()
                return [ListedBlob(str(blob.name), str(blob.etag).strip('"')) for blob in found]
            return [ListedBlob(*each) for each in self._listing.names_and_etags(container)]

        return _translated(ask) or []

    def describe(self, container: str, blob_name: str) -> BlobDetails | None:
        """Return what is known of a blob, None if it is gone."""

        def ask() -> BlobDetails:
            client = self._blobs.get_blob_client(container, blob_name)
            return _details(client.get_blob_properties(), str(client.url))

        return _translated(ask)

    def read(self, container: str, blob_name: str, etag: str) -> bytes | None:
        """Return the whole content of that version of a blob, None if it is gone."""
        from azure.core import MatchConditions  # noqa: PLC0415 - the SDK is loaded on first use

        def ask() -> bytes:
            client = self._blobs.get_blob_client(container, blob_name)
            pinned = client.download_blob(etag=etag, match_condition=MatchConditions.IfNotModified)
            return pinned.readall()

        return _translated(ask)

    def send_message(self, queue: str, message: str) -> None:
        """Put a message into a queue, which is made if need be."""
        from azure.core.exceptions import ResourceExistsError  # noqa: PLC0415 - as above
        from azure.storage.queue import TextBase64EncodePolicy  # noqa: PLC0415 - as above

        def ask() -> None:
            client = self._queues.get_queue_client(
                queue, message_encode_policy=TextBase64EncodePolicy()
            )
            with contextlib.suppress(ResourceExistsError):
                client.create_queue()
            client.send_message(message)

        _translated(ask)

    @functools.cached_property
    def _listing(self) -> BlobListing:
        return BlobListing(self._blob.url, _credential(self._blob.managed, self._blob.client_id))

    @functools.cached_property
    def _blobs(self) -> BlobServiceClient:
        from azure.storage.blob import BlobServiceClient  # noqa: PLC0415 - as above

        return cast("BlobServiceClient", self._blob.open(BlobServiceClient))

    @functools.cached_property
    def _queues(self) -> QueueServiceClient:
        from azure.storage.queue import QueueServiceClient  # noqa: PLC0415 - as above

        endpoint = _Endpoint.read_queue(self._queue_connection, self._settings)
        return cast("QueueServiceClient", endpoint.open(QueueServiceClient))


@dataclass(frozen=True)
class _Endpoint:
    url: str
    connection_string: str
    client_id: str | None
    managed: bool

    @classmethod
    def read(cls, connection: str, kind: str, settings: Mapping[str, str]) -> _Endpoint:
        prefixes = [f"AzureWebJobs{connection}", connection]
        for prefix in prefixes:
            url = settings.get(f"{prefix}__{kind}ServiceUri") or settings.get(
                f"{prefix}__serviceUri", ""
            )
            text = settings.get(prefix, "")
            if url or text:
                credential = settings.get(f"{prefix}__credential", "").lower()
                client_id = settings.get(f"{prefix}__clientId") or None
                return cls(url, text, client_id, credential == "managedidentity")
        raise StartupError(
            f"the connection {connection} needs the app setting {connection}__{kind}ServiceUri "
            f"(with {connection}__credential and {connection}__clientId) or {connection}"
        )

    @classmethod
    def read_queue(cls, connection: str, settings: Mapping[str, str]) -> _Endpoint:
        """Find the queues: those of the connection, else those of the host's own storage."""
        try:
            return cls.read(connection, "queue", settings)
        except StartupError:
            return cls.read(HOST_CONNECTION, "queue", settings)

    def open(self, client: Any) -> Any:  # noqa: ANN401 - one of two SDK classes of one shape
        """Open a service client of the SDK that gives up soon; the triggers try again."""
        quick = {"retry_total": 0, "connection_timeout": 5, "read_timeout": 60}
        if self.connection_string:
            return client.from_connection_string(self.connection_string, **quick)
        return client(self.url, credential=_credential(self.managed, self.client_id), **quick)


@functools.cache
def _credential(managed: bool, client_id: str | None) -> Any:  # noqa: ANN401 - SDK classes
    from azure.identity import (  # noqa: PLC0415 - the SDK is loaded on first use
        DefaultAzureCredential,
        ManagedIdentityCredential,
    )

    return ManagedIdentityCredential(client_id=client_id) if managed else DefaultAzureCredential()


def _translated(ask: Callable[[], Answer]) -> Answer | None:
    """Turn the SDK's errors into ours; None for a thing that is not there, or has changed."""
    from azure.core.exceptions import (  # noqa: PLC0415 - the SDK is loaded on first use
        AzureError,
        ResourceModifiedError,
        ResourceNotFoundError,
    )

    try:
        return ask()
    except (ResourceNotFoundError, ResourceModifiedError):
        return None
    except AzureError as error:
        raise StorageUnavailableError(f"{type(error).__name__}: {error.message}") from error


def _details(found: BlobProperties, url: str) -> BlobDetails:
    return BlobDetails(
        etag=str(found.etag).strip('"'),
        url=url,
        kind=str(getattr(found.blob_type, "value", found.blob_type)),
        properties={
            "ContentLength": found.size,
            "ContentType": found.content_settings.content_type,
            "ETag": found.etag,
            "LastModified": found.last_modified.isoformat(),
            "CreatedOn": found.creation_time.isoformat(),
        },
        metadata=dict(found.metadata or {}),
    )
