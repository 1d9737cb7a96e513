"""Blob triggers against Azurite, through the real azure-identity and the real storage SDKs."""

import base64
import json
import signal

import pytest
from azure.core.credentials import AzureNamedKeyCredential
from azure.storage.queue import QueueClient

from localcloud.functions_host.blob_listing import BlobListing
from localcloud.functions_host.trigger_storage import (
    AzureTriggerStorage,
    StorageUnavailableError,
    _credential,
)
from tests.localcloud.functions_host.host_process import HostProcess

pytestmark = pytest.mark.local_cloud
INTAKE, TEXTS = "host-intake", "texts"


@pytest.fixture
def host(local_azure, tmp_path):
    """A host on the fixture app whose storage is Azurite, with nothing of earlier tests in it."""
    local_azure.storage.ensure_containers([INTAKE, TEXTS])
    for container in (INTAKE, TEXTS):
        local_azure.storage.delete_all(container, prefix="")
    settings = {**local_azure.app_environment(), "INTAKE": INTAKE, "ARTIFACTS": ""}
    made = HostProcess(tmp_path / "host", settings=settings).start("--speed", "200")
    yield made
    made.close()


def test_an_upload_is_handed_over_as_an_address(host, local_azure):
    """A deferred binding: connection, container and name, and not a byte of the content."""
    local_azure.storage.put(INTAKE, "web/1.zip", b"zip")

    host.read_until("upload_seen blob=web/1.zip")

    assert ["ARTIFACTS", INTAKE, "web/1.zip"] in host.ask("/api/seen").json()


def test_a_plain_binding_is_given_the_whole_content(host, local_azure):
    """Name, URI and length come from the trigger's metadata."""
    local_azure.storage.put(TEXTS, "note.txt", b"hello")

    host.read_until("Executed 'Functions.text_uploaded' (Succeeded")

    url = f"{local_azure.endpoints.blob_url}/{TEXTS}/note.txt"
    assert [f"{TEXTS}/note.txt", url, 5, "hello"] in host.ask("/api/seen").json()


def test_a_blob_that_always_fails_reaches_the_real_poison_queue(host, local_azure):
    """Three tries (host.json), then a message that a queue trigger could read: base64 of JSON."""
    local_azure.storage.put(INTAKE, "web/poison.zip", b"bad")

    host.read_until("failed 3 times; it is now in the queue webjobs-blobtrigger-poison")

    (message,) = poison_queue(local_azure).receive_messages()
    content = json.loads(base64.b64decode(message.content))
    assert content["FunctionId"] == "Host.Functions.uploaded"
    assert (content["ContainerName"], content["BlobName"]) == (INTAKE, "web/poison.zip")


def poison_queue(cloud):
    """Return a client of the queue, with the account's key."""
    endpoints = cloud.endpoints
    return QueueClient(
        endpoints.queue_url,
        "webjobs-blobtrigger-poison",
        credential=AzureNamedKeyCredential(
            endpoints.account_name, cloud.state.account_keys[endpoints.account_name]
        ),
        connection_verify=str(endpoints.ca_bundle),
    )


@pytest.fixture
def account(local_azure, monkeypatch):
    """The host's own client of Azurite, in this process."""
    settings = {**local_azure.app_environment(), "ARTIFACTS": ""}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return AzureTriggerStorage("ARTIFACTS", settings)


ODD_NAMES = ["a b/c&d.zip", "percent%20.zip", "ünï/<x>.zip", "plain.zip", "quote'.zip"]


def test_odd_names_are_listed_as_they_are(account, local_azure):
    """Uploaders choose them; a name read wrongly would never be handed over."""
    local_azure.storage.ensure_containers(["odd-names"])
    for name in ODD_NAMES:
        local_azure.storage.put("odd-names", name, b"")

    listed = account.list_blobs("odd-names")

    assert sorted(blob.name for blob in listed) == sorted(ODD_NAMES)
    for blob in listed:
        assert account.describe("odd-names", blob.name).etag == blob.etag


def test_every_page_of_a_container_is_listed(account, local_azure):
    """A container may hold more blobs than one answer."""
    local_azure.storage.ensure_containers(["pages"])
    for number in range(5):
        local_azure.storage.put("pages", f"{number}.zip", b"")
    endpoint = account._blob
    listing = BlobListing(endpoint.url, _credential(endpoint.managed, endpoint.client_id), 2)

    names = [name for name, _ in listing.names_and_etags("pages")]

    assert names == [f"{number}.zip" for number in range(5)]


def test_what_is_not_there_is_no_error(account, local_azure):
    """Containers are made late, blobs are deleted early."""
    local_azure.storage.ensure_containers(["gone"])
    local_azure.storage.put("gone", "a", b"old")
    etag = account.describe("gone", "a").etag
    local_azure.storage.put("gone", "a", b"new")

    assert account.list_blobs("no-such-container") == []
    assert account.describe("gone", "b") is None
    assert account.read("gone", "a", etag) is None


def test_storage_that_refuses_is_reported_as_ours(account):
    """The triggers know one error only, and try again."""
    nowhere = {"ARTIFACTS__blobServiceUri": "https://127.0.0.1:1/x"}
    nowhere |= {"ARTIFACTS__credential": "managedidentity", "ARTIFACTS__clientId": "a"}

    with pytest.raises(StorageUnavailableError, match="ServiceRequestError"):
        AzureTriggerStorage("ARTIFACTS", nowhere).describe("c", "n")


def test_a_blob_of_before_the_start_is_found_and_a_restart_does_not_repeat_it(host, local_azure):
    """What was uploaded while the host was down is not lost."""
    host.signal(signal.SIGTERM)
    host.wait()
    local_azure.storage.put(INTAKE, "web/late.zip", b"zip")
    second = HostProcess(host.data, settings=host.settings).start()
    second.read_until("upload_seen blob=web/late.zip")
    second.ask("/admin/host/status")  # answered after the receipt was written
    second.signal(signal.SIGKILL)
    second.wait()

    third = HostProcess(host.data, settings=host.settings).start()
    local_azure.storage.put(TEXTS, "after.txt", b"")
    third.read_until("Executed 'Functions.text_uploaded' (Succeeded")

    seen = third.ask("/api/seen").json()
    assert not [entry for entry in seen if "web/late.zip" in entry]
    third.close()
