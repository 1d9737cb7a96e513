"""The blob triggers of a small app on a storage of memory, to be polled and called by hand."""

import asyncio
from datetime import timedelta

from localcloud.clock import SkippingClock
from localcloud.functions_host.blob_deliveries import BlobDeliveries, BlobLimits
from localcloud.functions_host.blob_polling import BlobPolling
from localcloud.functions_host.blob_receipts import BlobReceipts
from localcloud.functions_host.blob_triggers import read_blob_triggers
from localcloud.functions_host.storage_threads import StorageThreads
from tests.localcloud.functions_host.apps import index_source

APP = """
import threading
seen, failing, gate = [], [0], threading.Event()
gate.set()

@app.blob_trigger(arg_name="blob", path="%INTAKE%/{recipe}/{file}.zip", connection="ARTIFACTS")
def uploaded(blob: func.InputStream) -> None:
    gate.wait(20)
    seen.append([blob.name, blob.uri, blob.length, blob.metadata, blob.read().decode()])
    if failing[0]:
        failing[0] -= 1
        raise ValueError("not now")
"""


class Room:
    """The blob triggers of one app on one account."""

    def __init__(self, folder, invoker, account, source=APP):
        self.account = account
        index = index_source(folder, source)
        self.app = index[0].call.__globals__
        self.triggers = read_blob_triggers(
            index, {"INTAKE": "intake"}, lambda _: account, lambda _: {}
        )
        self.receipts = BlobReceipts(folder / "receipts.sqlite")
        self.threads = StorageThreads()
        limits = BlobLimits(at_once=2, tries=3, pause=timedelta(minutes=1))
        self.deliveries = BlobDeliveries(
            invoker, self.receipts, self.threads, SkippingClock(), limits
        )
        self.polling = BlobPolling(self.triggers, self.deliveries, self.threads, 0.01)

    async def poll(self):
        """List once and wait until everything that was found is settled."""
        await self.polling.poll_once()
        await self.settled()

    async def settled(self):
        """Wait until nothing is under way."""
        while tasks := list(self.deliveries._tasks):
            await asyncio.wait(tasks)

    @property
    def names(self):
        """The blobs that the function saw, in order."""
        return [entry[0] for entry in self.app["seen"]]

    async def close(self):
        """Stop what was started."""
        await self.deliveries.stop()
        self.receipts.close()
        self.threads.close()
