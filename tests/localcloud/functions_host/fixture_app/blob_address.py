"""A deferred binding of the fixture's own: container and name of a blob, no content and no SDK."""

import json

from azurefunctions.extensions.base import InConverter, SdkType


class BlobAddress(SdkType):
    """Where a blob is."""

    def __init__(self, *, data):
        self.connection = data["Connection"]
        self.container = data["ContainerName"]
        self.blob_name = data["BlobName"]

    def get_sdk_type(self):
        """Return itself; there is no client."""
        return self


class BlobAddressConverter(InConverter, binding="blob", trigger="blobTrigger"):
    """Makes a BlobAddress of what the host sends."""

    @classmethod
    def check_input_type_annotation(cls, pytype):
        """Take BlobAddress only."""
        return issubclass(pytype, BlobAddress)

    @classmethod
    def decode(cls, data, *, trigger_metadata, pytype):  # noqa: ARG003 - the worker passes them
        """Read the JSON of the model binding."""
        return BlobAddress(data=json.loads(data.value.content))
