"""The Event Grid webhook of blob triggers."""

from urllib.parse import quote

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from localcloud.functions_host.blob_webhook import PATH, BlobWebhook
from localcloud.functions_host.keys import Keys

KEYS = Keys("master", "function", {"blobs_extension": "the-key", "durabletask_extension": "d"})


@pytest.fixture
async def webhook(room):
    """A client of the Event Grid webhook."""
    application = web.Application()
    handler = BlobWebhook(room.triggers, room.deliveries, KEYS)
    application.add_routes([web.post(PATH, handler.handle)])
    async with TestClient(TestServer(application)) as client:
        yield client


QUERY = {"functionName": "Host.Functions.uploaded", "code": "the-key"}


def created(name, etag, container="intake"):
    """Make Event Grid's event of a new blob."""
    return {
        "eventType": "Microsoft.Storage.BlobCreated",
        "subject": f"/blobServices/default/containers/{container}/blobs/{name}",
        "data": {"eTag": etag, "url": f"https://storage/{container}/{quote(name)}"},
    }


async def test_the_subscription_is_confirmed(webhook):
    """Without the handshake Event Grid delivers nothing."""
    event = {
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "data": {"validationCode": "512"},
    }

    answer = await webhook.post(PATH, params=QUERY, json=[event])

    assert (answer.status, await answer.json()) == (200, {"validationResponse": "512"})


@pytest.mark.parametrize("as_batch", [True, False])
async def test_an_event_hands_its_blob_over(room, webhook, account, as_batch):
    """Event Grid may send one event or many; polling does not send the blob again."""
    event = created("web/1.zip", account.put("intake", "web/1.zip"))

    answer = await webhook.post(PATH, params=QUERY, json=[event] if as_batch else event)
    await room.settled()
    await room.poll()

    assert (answer.status, room.names) == (202, ["intake/web/1.zip"])


@pytest.mark.parametrize("name", ["web/100%25 ü.zip", "web/a#b?c&d+e.zip", "web/{x}.zip"])
@pytest.mark.parametrize(
    "account_url", ["https://a.blob.core.windows.net", "https://127.0.0.1:1/a"]
)
async def test_an_event_names_its_blob_by_its_url(room, webhook, account, account_url, name):
    """There it is encoded for certain, and so the extension reads it; Azurite's has the account."""
    event = created(name, account.put("intake", name))
    event["data"]["url"] = f"{account_url}/intake/{quote(name)}"

    await webhook.post(PATH, params=QUERY, json=[event])
    await room.settled()

    assert room.names == [f"intake/{name}"]


async def test_a_repeated_event_hands_the_blob_over_again(room, webhook, account):
    """Event Grid delivers at least once; an app must be seen to bear it."""
    event = created("web/1.zip", account.put("intake", "web/1.zip"))

    for _ in range(2):
        await webhook.post(PATH, params=QUERY, json=[event])
        await room.settled()

    assert len(room.names) == 2


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"code": "wrong"}, 401),
        ({"code": ""}, 401),
        ({"code": "master"}, 202),
        ({"functionName": "Host.Functions.unknown"}, 404),
        ({"functionName": "uploaded"}, 404),
    ],
)
async def test_only_a_known_function_with_the_key_is_served(webhook, change, status):
    """Whoever knows the port must not be able to start builds."""
    answer = await webhook.post(PATH, params={**QUERY, **change}, json=[])

    assert answer.status == status


async def test_events_that_do_not_fit_are_ignored(room, webhook, account):
    """Deletions, other containers, other names, versions that are gone: all answered 202."""
    account.put("intake", "web/1.zip")
    events = [
        {"eventType": "Microsoft.Storage.BlobDeleted"},
        created("web/1.zip", "0x1", container="other"),
        created("web/1.txt", "0x1"),
        created("web/1.zip", "0xold"),
        {"eventType": "Microsoft.Storage.BlobCreated"},
        {"eventType": "Microsoft.Storage.BlobCreated", "data": {"url": "https://[/intake/a.zip"}},
    ]

    answer = await webhook.post(PATH, params=QUERY, json=events)
    await room.settled()

    assert (answer.status, room.names) == (202, [])


@pytest.mark.parametrize(
    "body", ["{", "[1]", '"x"', '{"data": 1}', '[{"data": null}]', "[" * 100_000]
)
async def test_a_body_that_is_no_event_is_refused(webhook, body):
    """400 is not retried by Event Grid."""
    assert (await webhook.post(PATH, params=QUERY, data=body)).status == 400
