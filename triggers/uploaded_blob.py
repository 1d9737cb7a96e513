"""The binding that tells a function which blob was uploaded, without its bytes.

A plain blob binding loads the whole blob into the host and sends it to the worker; this one is an
SDK-type ("deferred") binding, for which the host sends three names (model_binding_data: Connection,
ContainerName, BlobName). It is Microsoft's own mechanism (azurefunctions-extensions-base) with a
type of ours, because the ready-made `BlobClient` binding imports azure-storage-blob and
azure-identity while the app is indexed.
"""

from __future__ import annotations

import json
from typing import Any

from azurefunctions.extensions.base import Datum, InConverter, SdkType


class UploadedBlob(SdkType):
    """Where an uploaded blob lies: app setting prefix, container and name."""

    def __init__(self, *, data: Any) -> None:  # noqa: ANN401 - the worker's message class
        super().__init__()
        content = json.loads(data.content)
        self.connection: str = content["Connection"]
        self.container: str = content["ContainerName"]
        self.blob_name: str = content["BlobName"]

    def get_sdk_type(self) -> UploadedBlob:
        """Return itself: the names are all that the door needs."""
        return self


class UploadedBlobConverter(InConverter, binding="blob", trigger="blobTrigger"):
    """Registers `UploadedBlob` with the worker."""

    @classmethod
    def check_input_type_annotation(cls, pytype: type) -> bool:
        """Accept this type only."""
        return issubclass(pytype, UploadedBlob)

    @classmethod
    def decode(
        cls,
        data: Datum | None,
        *,
        trigger_metadata: Any,  # noqa: ANN401, ARG003 - the worker's call
        pytype: type | None = None,  # noqa: ARG003 - the worker's call
    ) -> UploadedBlob:
        """Read the three names.

        Raises:
            ValueError: the host sent something else than model_binding_data.
        """
        if data is None or data.type != "model_binding_data":
            kind = "nothing" if data is None else data.type
            raise ValueError(f"the blob binding got {kind}; it needs model_binding_data")
        return UploadedBlob(data=data.value)

    @classmethod
    def has_implicit_output(cls) -> bool:
        """Say no."""
        return False
