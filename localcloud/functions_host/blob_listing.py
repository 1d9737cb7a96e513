"""List a container quickly: names and ETags only, with azure-core alone.

The Blob SDK makes a model of every blob, which takes ten times the processor time (5,000 blobs:
1.2 s against 0.13 s) from a process that has functions to run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from azure.core.rest import HttpResponse

_SCOPE = "https://storage.azure.com/.default"
_SERVICE_VERSION = "2025-11-05"
PAGE_SIZE = 5000  # the service's maximum (List Blobs, "maxresults")


class BlobListing:
    """Lists the containers of one account.

    Args:
        blob_url: the blob service.
        credential: an azure-identity credential.
        page_size: blobs in one answer, up to 5000.
    """

    def __init__(
        self,
        blob_url: str,
        credential: Any,  # noqa: ANN401 - two SDK classes
        page_size: int = PAGE_SIZE,
    ) -> None:
        from azure.core import PipelineClient  # noqa: PLC0415 - the SDK is loaded on first use
        from azure.core.pipeline.policies import (  # noqa: PLC0415 - as above
            BearerTokenCredentialPolicy,
            HeadersPolicy,
        )

        headers: HeadersPolicy = HeadersPolicy({"x-ms-version": _SERVICE_VERSION})
        token: BearerTokenCredentialPolicy[Any, Any] = BearerTokenCredentialPolicy(
            credential, _SCOPE
        )
        self._page_size = page_size
        self._blob_url = blob_url.rstrip("/")
        self._client: PipelineClient[Any, Any] = PipelineClient(blob_url, policies=[headers, token])

    def names_and_etags(self, container: str) -> list[tuple[str, str]]:
        """Return name and ETag (without quotes) of every blob.

        Raises:
            AzureError: storage does not answer, or refuses; ResourceNotFoundError if there is no
                such container.
        """
        found: list[tuple[str, str]] = []
        marker: str | None = ""
        while marker is not None:
            blobs, marker = read_page(self._page(container, marker))
            found += blobs
        return found

    def _page(self, container: str, marker: str) -> bytes:
        from azure.core.exceptions import ResourceNotFoundError  # noqa: PLC0415 - as above
        from azure.core.rest import HttpRequest  # noqa: PLC0415 - as above

        parameters: dict[str, Any] = {"restype": "container", "comp": "list"}
        parameters["maxresults"] = self._page_size
        if marker:
            parameters["marker"] = marker
        url = f"{self._blob_url}/{quote(container)}"
        request = HttpRequest("GET", url, params=parameters)
        answer: HttpResponse = self._client.send_request(
            request, connection_timeout=5, read_timeout=60
        )
        if answer.status_code == 404:  # noqa: PLR2004 - Not Found
            raise ResourceNotFoundError(f"there is no container {container}")
        answer.raise_for_status()
        return answer.read()


def read_page(answer: bytes) -> tuple[list[tuple[str, str]], str | None]:
    """Read one answer: names and ETags, and the marker of the next page, None after the last.

    Raises:
        DecodeError: it is no list of blobs; an AzureError, as asking again may help.
    """
    from azure.core.exceptions import DecodeError  # noqa: PLC0415 - the SDK is loaded on first use

    try:
        page = ET.fromstring(answer)  # noqa: S314 - from storage
    except ET.ParseError as error:
        raise DecodeError(f"the list of blobs is no XML ({error})", error=error) from error
    blobs = [_name_and_etag(blob) for blob in page.iter("Blob")]
    return blobs, page.findtext("NextMarker") or None


def _name_and_etag(blob: ET.Element) -> tuple[str, str]:
    name = blob.find("Name")
    if name is None or name.text is None:
        return "", ""
    # Names with characters that XML cannot hold are percent-encoded (List Blobs, 2021-02-12).
    plain = unquote(name.text) if name.get("Encoded") == "true" else name.text
    return plain, (blob.findtext("Properties/Etag") or "").strip('"')
