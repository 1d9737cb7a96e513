"""How the simulated AIB reads sources and writes VHDs: in this cloud's storage, as AIB would.

Storage is asked with a token of the template's identity, or with the SAS that the URL carries.
There is no way out to the internet, and a template that needs one is told so.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import aiohttp

from localcloud.identity import make_token
from localcloud.image_builder.build_vm_protocol import FetchFailed, NotInLocalCloud

_STORAGE_RESOURCE = "https://storage.azure.com"
_STORAGE_API_VERSION = "2023-11-03"
_CHUNK_BYTES = 1024 * 1024


class StorageFetcher:
    """Reads and writes blobs of the local storage accounts; refuses everything else.

    Args:
        session: trusts the local certificate.
        storage_url: where the blob service listens, without an account: https://127.0.0.1:10000.
    """

    def __init__(self, session: aiohttp.ClientSession, storage_url: str) -> None:
        self._session = session
        self._storage_prefix = f"{storage_url.rstrip('/')}/"

    async def fetch(self, url: str, identity_client_id: str, target: Path) -> str:
        """Write the content of `url` to `target` and return its SHA-256 in lower-case hex.

        Raises:
            FetchFailed: the source cannot be had.
        """
        self._refuse_elsewhere(url)
        try:
            return await self._download(url, identity_client_id, target)
        except aiohttp.ClientError as error:
            raise FetchFailed(f"{url.partition('?')[0]}: {type(error).__name__}") from error

    async def put(self, url: str, identity_client_id: str, content: Path) -> None:
        """Write a small file to `url`, replacing an older blob.

        Raises:
            FetchFailed: it cannot be written there.
        """
        self._refuse_elsewhere(url)
        headers = _headers(url, identity_client_id) | {"x-ms-blob-type": "BlockBlob"}
        try:
            async with self._session.put(url, headers=headers, data=content.read_bytes()) as answer:  # noqa: ASYNC240 - a few bytes
                if answer.status != 201:  # noqa: PLR2004 - Created
                    raise _refused(url, answer)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise FetchFailed(f"{url.partition('?')[0]}: {type(error).__name__}") from error

    def _refuse_elsewhere(self, url: str) -> None:
        if not url.startswith(self._storage_prefix):
            shown = url.partition("?")[0]
            raise NotInLocalCloud(
                f"{shown} is not in the local cloud ({self._storage_prefix}…), and the simulated "
                "Image Builder has no internet: put the file into a container of the local storage"
            )

    async def _download(self, url: str, identity_client_id: str, target: Path) -> str:
        headers = _headers(url, identity_client_id)
        digest = hashlib.sha256()
        async with self._session.get(url, headers=headers, allow_redirects=False) as answer:
            if answer.status != 200:  # noqa: PLR2004 - OK
                raise _refused(url, answer)
            with target.open("wb") as content:
                async for chunk in answer.content.iter_chunked(_CHUNK_BYTES):
                    digest.update(chunk)
                    content.write(chunk)
        return digest.hexdigest()


def _headers(url: str, identity_client_id: str) -> dict[str, str]:
    headers = {"x-ms-version": _STORAGE_API_VERSION}
    if "sig=" not in url:
        headers["Authorization"] = f"Bearer {make_token(_STORAGE_RESOURCE, identity_client_id)}"
    return headers


def _refused(url: str, answer: aiohttp.ClientResponse) -> FetchFailed:
    reason = answer.headers.get("x-ms-error-code", answer.reason)
    return FetchFailed(f"{url.partition('?')[0]}: HTTP {answer.status} {reason}")
