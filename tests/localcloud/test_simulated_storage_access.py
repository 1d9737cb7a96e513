"""How the simulated AIB reads sources from, and leaves logs in, the local storage."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from localcloud.cloud import LocalCloud
from localcloud.image_builder.build_vm_protocol import FetchFailed, NotInLocalCloud
from localcloud.source_fetcher import StorageFetcher
from localcloud.staging_logs import StagingLogs
from tests.localcloud.image_builder.cloud_on_a_desk import open_desk

_IDENTITY = str(uuid.UUID(int=5))


@pytest.fixture
async def fetcher(local_azure: LocalCloud) -> AsyncIterator[StorageFetcher]:
    """The fetcher as the control plane makes it."""
    context = local_azure.certificate.client_context()
    storage_url = local_azure.endpoints.blob_url.rpartition("/")[0]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
        yield StorageFetcher(session, storage_url)


async def test_a_blob_is_fetched_with_its_digest(
    local_azure: LocalCloud, fetcher: StorageFetcher, tmp_path: Path
) -> None:
    """The digest is compared with the template's sha256Checksum."""
    local_azure.storage.put("kiln-staging", "b1/app.zip", b"bytes")
    url = f"{local_azure.endpoints.blob_url}/kiln-staging/b1/app.zip"
    digest = await fetcher.fetch(url, _IDENTITY, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == b"bytes"
    assert digest == hashlib.sha256(b"bytes").hexdigest()


async def test_a_blob_that_is_not_there_is_named(
    local_azure: LocalCloud, fetcher: StorageFetcher, tmp_path: Path
) -> None:
    """It becomes the provisioning error of the template."""
    url = f"{local_azure.endpoints.blob_url}/kiln-staging/none.zip"
    with pytest.raises(FetchFailed, match=r"none\.zip: HTTP 404 BlobNotFound"):
        await fetcher.fetch(url, _IDENTITY, tmp_path / "x")


async def test_an_address_outside_is_refused_in_clear_words(
    fetcher: StorageFetcher, tmp_path: Path
) -> None:
    """A build on a desk must never depend on the internet without saying so."""
    url = "https://example.com/a.sh?sig=secret"
    with pytest.raises(NotInLocalCloud, match="not in the local cloud") as refused:
        await fetcher.fetch(url, _IDENTITY, tmp_path / "x")
    assert "secret" not in str(refused.value)


async def test_another_loopback_port_is_refused_too(
    local_azure: LocalCloud, fetcher: StorageFetcher, tmp_path: Path
) -> None:
    """A prefix of digits would otherwise let port 100001 pass for port 10000."""
    url = f"{local_azure.endpoints.blob_url.rpartition('/')[0]}1/account/a.zip"
    with pytest.raises(FetchFailed, match="not in the local cloud"):
        await fetcher.fetch(url, _IDENTITY, tmp_path / "x")


async def test_a_wrong_signature_is_refused_by_storage(
    local_azure: LocalCloud, fetcher: StorageFetcher, tmp_path: Path
) -> None:
    """A SAS that the app signed wrongly must fail here as it does in Azure."""
    local_azure.storage.put("kiln-staging", "signed.zip", b"x")
    url = f"{local_azure.endpoints.blob_url}/kiln-staging/signed.zip?sv=2026-02-06&sr=b&sig=eA=="
    with pytest.raises(FetchFailed, match="HTTP 403"):
        await fetcher.fetch(url, _IDENTITY, tmp_path / "x")


@pytest.mark.parametrize(
    ("path", "status"),
    [("never-made/app.vhd", "404 ContainerNotFound"), ("kiln-staging/app.vhd?{}", "403")],
)
async def test_a_vhd_that_cannot_be_written_is_named_without_its_signature(
    local_azure: LocalCloud, fetcher: StorageFetcher, tmp_path: Path, path: str, status: str
) -> None:
    """It becomes the message of the failed run."""
    content = tmp_path / "app.vhd"
    content.write_bytes(b"conectix")
    url = f"{local_azure.endpoints.blob_url}/{path.format('sv=2026-02-06&sr=b&sig=eA==')}"
    with pytest.raises(FetchFailed, match=rf"app\.vhd: HTTP {status}") as refused:
        await fetcher.put(url, _IDENTITY, content)
    assert not isinstance(refused.value, NotInLocalCloud)
    assert "sig" not in str(refused.value)


async def test_a_run_fails_whose_vhd_has_no_container(
    local_azure: LocalCloud, fetcher: StorageFetcher, tmp_path: Path
) -> None:
    """AIB makes no container, and the run has cost its time when that is found."""
    url = f"{local_azure.endpoints.blob_url}/never-made/app.vhd"
    target = {"type": "VHD", "runOutputName": "vhd", "uri": url}
    async with open_desk(tmp_path, fetcher=fetcher) as desk:
        path = await desk.create(distribute=[target])
        await desk.call("POST", f"{path}/run")
        desk.wait(minutes=16)
        status = await desk.run_status(path)
    told = f"Error publishing VHD 'vhd' to {url}: HTTP 404 ContainerNotFound}}"
    assert (status["runState"], status["message"].endswith(told)) == ("Failed", True)


async def test_a_vhd_is_not_written_where_nobody_listens(tmp_path: Path) -> None:
    """A storage account that is down has no status to tell."""
    content = tmp_path / "app.vhd"
    content.write_bytes(b"conectix")
    async with aiohttp.ClientSession() as session:
        fetcher = StorageFetcher(session, "https://127.0.0.1:1")
        with pytest.raises(FetchFailed, match=r"app\.vhd: ClientConnectorError") as refused:
            await fetcher.put("https://127.0.0.1:1/kilnlocal/c/app.vhd?sig=x", _IDENTITY, content)
    assert "sig" not in str(refused.value)


async def test_a_log_is_stored_in_the_account_of_the_staging_groups(
    local_azure: LocalCloud, tmp_path: Path
) -> None:
    """The app has to read it from there, not from its own account."""
    log = tmp_path / "customization.log"
    log.write_text("line\n")
    logs = StagingLogs(local_azure.staging_storage)
    await logs.upload("packerlogs", "g1/customization.log", log)
    await logs.upload("packerlogs", "g1/customization.log", log)
    assert logs.account_name == "aibstaging"
    assert local_azure.staging_storage.read("packerlogs", "g1/customization.log") == b"line\n"
    assert local_azure.storage.read("packerlogs", "g1/customization.log") is None


async def test_logs_go_with_their_staging_group(local_azure: LocalCloud, tmp_path: Path) -> None:
    """Azure deletes the group with the template; nothing there may be relied on afterwards."""
    log = tmp_path / "customization.log"
    log.write_text("line\n")
    logs = StagingLogs(local_azure.staging_storage)
    for guid in ("g2", "g3"):
        await logs.upload("packerlogs", f"{guid}/customization.log", log)
    await logs.delete("packerlogs", "g2/")
    await logs.delete("never-made", "g2/")
    names = local_azure.staging_storage.names("packerlogs", "g")
    assert "g2/customization.log" not in names
    assert "g3/customization.log" in names
