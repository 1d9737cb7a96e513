"""Blob triggers of the app: which container each watches, and what its function is given.

A deferred binding is given the blob's address, any other the whole content in memory, as in Azure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from azure.functions.meta import Datum

from localcloud.functions_host.binding_template import BlobPath, compile_blob_path
from localcloud.functions_host.blob_receipts import BlobVersion
from localcloud.functions_host.converters import ModelBinding, json_text, text
from localcloud.functions_host.index import IndexedFunction
from localcloud.functions_host.invocation import Call
from localcloud.functions_host.placeholders import resolve_placeholders
from localcloud.functions_host.trigger_storage import (
    HOST_CONNECTION,
    BlobDetails,
    ListedBlob,
    TriggerStorage,
)

POISON_QUEUE = "webjobs-blobtrigger-poison"


@dataclass(frozen=True)
class BlobTrigger:
    """One function with a blob trigger, and the account that it watches."""

    function: IndexedFunction
    path: BlobPath
    connection: str
    account: TriggerStorage
    other_inputs: Mapping[str, Datum]

    def version(self, blob: ListedBlob) -> BlobVersion:
        """Return the identity of a blob's version for this function."""
        return BlobVersion(self.function.name, self.path.container, blob.name, blob.etag)

    def prepare(self, version: BlobVersion, reason: str) -> Call | None:
        """Ask storage for what the function is given; None if that version is gone. Blocks.

        Raises:
            StorageUnavailableError: storage does not answer.
        """
        captured = self.path.match(version.blob)
        details = self.account.describe(version.container, version.blob)
        if captured is None or details is None or details.etag != version.etag:
            return None
        given = self._given(version)
        if given is None:
            return None
        inputs = {**self.other_inputs, self.function.trigger_name: given}
        return Call(self.function, inputs, _metadata(version, details, captured), reason)

    def poison(self, version: BlobVersion) -> None:
        """Put a blob that fails for good into the poison queue. Blocks; raises as `prepare`."""
        details = self.account.describe(version.container, version.blob)
        message = {
            "FunctionId": f"Host.Functions.{version.function}",
            "BlobType": details.kind if details else "BlockBlob",
            "ContainerName": version.container,
            "BlobName": version.blob,
            "ETag": f'"{version.etag}"',
        }
        self.account.send_message(POISON_QUEUE, json.dumps(message))

    def _given(self, version: BlobVersion) -> Datum | None:
        """Return the address for a deferred binding, for any other the whole content."""
        if self.function.inputs[self.function.trigger_name].deferred:
            address = {
                "Connection": self.connection,
                "ContainerName": version.container,
                "BlobName": version.blob,
            }
            return Datum(ModelBinding(json.dumps(address).encode()), "model_binding_data")
        content = self.account.read(version.container, version.blob, version.etag)
        if content is None:
            return None
        if self.function.trigger.get("dataType") == "STRING":
            return text(content.decode(errors="replace"))  # as .NET reads texts
        return Datum(content, "bytes")


def read_blob_triggers(
    index: list[IndexedFunction],
    settings: Mapping[str, str],
    open_account: Callable[[str], TriggerStorage],
    other_inputs: Callable[[IndexedFunction], Mapping[str, Datum]],
) -> list[BlobTrigger]:
    """Return the blob triggers of the app.

    Args:
        index: the functions of the app.
        settings: the app settings, for `%NAME%` in paths.
        open_account: makes the account of a connection's name.
        other_inputs: makes the arguments that do not come from the blob (durableClient).

    Raises:
        StartupError: a path or a connection is not understood.
    """
    accounts: dict[str, TriggerStorage] = {}
    triggers = []
    for function in index:
        if function.trigger_type != "blobTrigger":
            continue
        where = f"function {function.name}"
        connection = function.trigger.get("connection") or HOST_CONNECTION
        if connection not in accounts:
            accounts[connection] = open_account(connection)
        path = resolve_placeholders(function.trigger["path"], settings, f"{where}: the path")
        triggers.append(
            BlobTrigger(
                function=function,
                path=compile_blob_path(path, where),
                connection=connection,
                account=accounts[connection],
                other_inputs=other_inputs(function),
            )
        )
    return triggers


def _metadata(
    version: BlobVersion, details: BlobDetails, captured: dict[str, str]
) -> dict[str, Datum]:
    return {
        "BlobTrigger": text(f"{version.container}/{version.blob}"),
        "Uri": json_text(json.dumps(details.url)),
        "Properties": json_text(json.dumps(details.properties)),
        "Metadata": json_text(json.dumps(details.metadata)),
        **{name: text(value) for name, value in captured.items()},
    }
