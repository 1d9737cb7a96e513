"""Blob triggers on a storage of memory: polling, tries, receipts, poison queue."""

import json

import pytest

from localcloud.functions_host.blob_triggers import POISON_QUEUE, read_blob_triggers
from localcloud.functions_host.faults import StartupError
from tests.localcloud.functions_host.apps import index_source
from tests.localcloud.functions_host.blob_fakes import FakeAccount
from tests.localcloud.functions_host.blob_room import APP, Room


async def test_a_new_blob_is_handed_over_once(room, account):
    """Polling sees it again and again; the receipt says that it is done."""
    account.put("intake", "web/1.zip", b"bytes", {"by": "me"})

    await room.poll()
    await room.poll()

    url = "https://storage/intake/web/1.zip"
    assert room.app["seen"] == [["intake/web/1.zip", url, 5, {"by": "me"}, "bytes"]]


async def test_a_blob_that_is_written_again_is_new(room, account):
    """A receipt is for a version, not for a name."""
    account.put("intake", "web/1.zip", b"old")
    await room.poll()
    account.put("intake", "web/1.zip", b"new")
    await room.poll()

    assert [entry[4] for entry in room.app["seen"]] == ["old", "new"]


async def test_only_blobs_of_the_path_are_handed_over(room, account):
    """Other files in the container are nobody's business."""
    account.put("intake", "readme.txt")
    account.put("other", "web/1.zip")

    await room.poll()

    assert room.names == []


async def test_a_failing_blob_is_tried_again(room, account):
    """What fails once may work later."""
    account.put("intake", "web/1.zip")
    room.app["failing"][0] = 2

    await room.poll()

    assert (len(room.names), account.messages) == (3, [])


async def test_a_blob_that_always_fails_goes_to_the_poison_queue(room, account):
    """It must neither be lost nor be tried for ever."""
    etag = account.put("intake", "web/1.zip")
    room.app["failing"][0] = 99

    await room.poll()
    await room.poll()

    ((queue, message),) = account.messages
    assert (len(room.names), queue) == (3, POISON_QUEUE)
    assert json.loads(message) == {
        "FunctionId": "Host.Functions.uploaded",
        "BlobType": "BlockBlob",
        "ContainerName": "intake",
        "BlobName": "web/1.zip",
        "ETag": f'"{etag}"',
    }


async def test_receipts_survive_the_host(room, account, app_folder, invoker):
    """A restart must not build everything again."""
    account.put("intake", "web/1.zip")
    await room.poll()
    after = Room(app_folder, invoker, account)

    await after.poll()

    assert after.names == []
    await after.close()


async def test_a_crash_during_a_try_counts_as_a_try(room, account, app_folder, invoker):
    """A blob that kills the host must end in the poison queue as well."""
    account.put("intake", "web/1.zip")
    (version,) = [room.triggers[0].version(blob) for blob in account.list_blobs("intake")]
    assert [room.receipts.begin_try(version), room.receipts.begin_try(version)] == [1, 2]
    after = Room(app_folder, invoker, account)
    after.app["failing"][0] = 99

    await after.poll()

    assert (len(after.names), len(account.messages)) == (1, 1)
    await after.close()


async def test_a_blob_under_way_is_not_handed_over_twice(room, account):
    """A long function must not be started at every poll."""
    account.put("intake", "web/1.zip")
    room.app["gate"].clear()

    await room.polling.poll_once()
    await room.polling.poll_once()
    room.app["gate"].set()
    await room.settled()

    assert len(room.names) == 1


async def test_a_blob_that_vanishes_is_let_go(room, account):
    """Between the listing and its turn much may happen."""
    account.put("intake", "web/1.zip")
    listed = account.list_blobs("intake")[0]
    account.blobs.clear()

    room.deliveries.deliver(room.triggers[0], listed, "test")
    await room.settled()

    assert room.names == []


async def test_a_version_that_was_replaced_is_let_go(room, account):
    """A late event must not hand the new content over under the old version's name."""
    account.put("intake", "web/1.zip", b"old")
    (old,) = account.list_blobs("intake")
    account.put("intake", "web/1.zip", b"new")
    account.read = lambda *_: b"whatever is there"

    assert room.triggers[0].prepare(room.triggers[0].version(old), "test") is None


async def test_a_text_that_is_not_utf8_is_handed_over_all_the_same(app_folder, invoker, account):
    """It would be found again at every poll, and never come to its function."""
    source = """
seen = []

@app.blob_trigger(arg_name="blob", path="%INTAKE%/{name}", connection="A", data_type="string")
def uploaded(blob: str) -> None:
    seen.append([blob])
"""
    room = Room(app_folder, invoker, account, source)
    account.put("intake", "notes", b"caf\xe9")

    await room.poll()

    assert room.names == ["caf\ufffd"]
    await room.close()


async def test_storage_that_does_not_answer_is_asked_again(room, account, caplog):
    """Azurite may be restarted under the host; the log says it once."""
    account.put("intake", "web/1.zip")
    account.down = True
    await room.poll()
    await room.poll()
    account.down = False
    await room.poll()

    assert len(room.names) == 1
    assert [r.getMessage() for r in caplog.records if "cannot be listed" in r.getMessage()] == [
        "blobs cannot be listed: ServiceRequestError: connection refused"
    ]


async def test_thousands_of_known_blobs_cost_one_listing(room, account):
    """No request for each of them, and the loop stays free: the work is on a thread."""
    for number in range(3000):
        etag = account.put("intake", f"web/{number}.zip")
        room.receipts._done[("uploaded", "intake", f"web/{number}.zip")] = etag
    account.describe = None

    await room.poll()

    assert room.names == []


def test_a_path_with_a_missing_setting_stops_the_start(app_folder):
    """Otherwise the trigger would watch a container named %INTAKE%."""
    index = index_source(app_folder, APP)

    with pytest.raises(StartupError, match=r"function uploaded: the path.*INTAKE is not set"):
        read_blob_triggers(index, {}, lambda _: FakeAccount(), lambda _: {})
