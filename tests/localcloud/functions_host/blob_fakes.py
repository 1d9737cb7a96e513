"""Storage for the tests of blob triggers: a dictionary that answers like an account."""

import itertools
import threading

from localcloud.functions_host.trigger_storage import (
    BlobDetails,
    ListedBlob,
    StorageUnavailableError,
)


class FakeAccount:
    """One storage account in memory; `down` makes every call fail."""

    def __init__(self):
        self.blobs = {}
        self.messages = []
        self.down = False
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def put(self, container, name, content=b"", metadata=None):
        """Write a blob; return its new ETag."""
        with self._lock:
            etag = f"0x{next(self._numbers)}"
            self.blobs[(container, name)] = (etag, content, metadata or {})
            return etag

    def list_blobs(self, container):
        """Return the blobs of a container."""
        self._check()
        with self._lock:
            return [ListedBlob(n, v[0]) for (c, n), v in self.blobs.items() if c == container]

    def describe(self, container, blob_name):
        """Return a blob's details."""
        self._check()
        if (container, blob_name) not in self.blobs:
            return None
        etag, content, metadata = self.blobs[(container, blob_name)]
        url = f"https://storage/{container}/{blob_name}"
        return BlobDetails(etag, url, "BlockBlob", {"ContentLength": len(content)}, metadata)

    def read(self, container, blob_name, etag):
        """Return a version's content."""
        self._check()
        found = self.blobs.get((container, blob_name))
        return found[1] if found and found[0] == etag else None

    def send_message(self, queue, message):
        """Keep a message."""
        self._check()
        self.messages.append((queue, message))

    def _check(self):
        if self.down:
            raise StorageUnavailableError("ServiceRequestError: connection refused")
