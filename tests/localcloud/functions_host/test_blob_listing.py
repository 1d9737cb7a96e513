"""The answers of storage that list a container."""

import pytest
from azure.core.exceptions import AzureError

from localcloud.functions_host.blob_listing import read_page

PAGE = b"""<?xml version="1.0" encoding="utf-8"?>
<EnumerationResults><Blobs>
<Blob><Name>web/1.zip</Name><Properties><Etag>"0x1"</Etag></Properties></Blob>
<Blob><Name Encoded="true">a%EF%BF%BE.zip</Name><Properties><Etag>0x2</Etag></Properties></Blob>
</Blobs><NextMarker>MARKER</NextMarker></EnumerationResults>"""


@pytest.mark.parametrize(("marker", "following"), [(b"", None), (b"two", "two")])
def test_a_page_is_names_etags_and_the_way_to_the_next(marker, following):
    """Names that XML cannot hold come percent-encoded."""
    blobs, found = read_page(PAGE.replace(b"MARKER", marker))
    assert blobs == [("web/1.zip", "0x1"), ("a\ufffe.zip", "0x2")]
    assert found == following


@pytest.mark.parametrize("answer", [b"", b"<html>", b"upstream connect error"])
def test_an_answer_that_is_no_list_is_an_error_of_storage(answer):
    """Anything else would end the polling instead of being tried again."""
    with pytest.raises(AzureError, match="the list of blobs is no XML"):
        read_page(answer)
