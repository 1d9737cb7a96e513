"""The binding that hands over names instead of bytes."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from azurefunctions.extensions.base import Datum

from triggers.uploaded_blob import UploadedBlob, UploadedBlobConverter

NAMES = {"Connection": "ARTIFACTS", "ContainerName": "intake", "BlobName": "a b/1/ü.zip"}


def test_three_names_arrive():
    """The host sends model_binding_data for an SDK-type binding."""
    content = SimpleNamespace(content=json.dumps(NAMES).encode())
    sent = Datum(content, "model_binding_data")
    blob = UploadedBlobConverter.decode(sent, trigger_metadata={}, pytype=UploadedBlob)
    assert (blob.connection, blob.container, blob.blob_name) == tuple(NAMES.values())
    assert blob.get_sdk_type() is blob


@pytest.mark.parametrize("sent", [None, Datum(b"the whole blob", "bytes")])
def test_bytes_are_refused(sent: Datum | None):
    """A host that sends content has not understood the binding; a 5 GB zip would end it."""
    with pytest.raises(ValueError, match="needs model_binding_data"):
        UploadedBlobConverter.decode(sent, trigger_metadata={})


def test_only_this_type_is_bound():
    """Another annotation must be refused when the app is indexed."""
    assert UploadedBlobConverter.check_input_type_annotation(UploadedBlob)
    assert not UploadedBlobConverter.check_input_type_annotation(bytes)
    assert not UploadedBlobConverter.has_implicit_output()
