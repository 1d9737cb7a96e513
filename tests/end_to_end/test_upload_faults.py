"""What happens to an upload behind Kiln's back: repeated, renamed, deleted, replaced, cut off."""

from __future__ import annotations

import hashlib
import json
import signal
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import CloudOptions, LocalCloud
from tests.end_to_end.builds import (
    Answer,
    build_of,
    call,
    claimed_blobs,
    ended,
    make_zip,
    side_effects,
    upload,
    wait_until,
)

pytestmark = pytest.mark.local_cloud
ROOT = Path(__file__).parents[2]
LOOK_AROUND_SECONDS = 900  # 3 s of ours: time enough to stop storage before the next step
ONE_BUILD = {"put_template": 1, "run": 1}


@pytest.fixture(scope="module")
def shared_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A cloud whose parts may be stopped; its host is not started yet."""
    options = CloudOptions(recipes=ROOT / "examples/recipes", execute_customizers=False)
    cloud = LocalCloud(tmp_path_factory.mktemp("uploads"), ROOT, 300, options)
    cloud.start_azure()
    # The longest there is, 16 hours: on this clock an hour is 12 s, and parts are started anew.
    recipe = json.loads((ROOT / "examples/recipes/webapp.json").read_text())
    recipe["properties"]["buildTimeoutInMinutes"] = 960
    cloud.put_recipe("webapp", recipe)
    yield cloud
    cloud.stop()


@pytest.fixture
def cloud(shared_cloud: LocalCloud) -> Iterator[LocalCloud]:
    """The shared cloud; its host ends with the test."""
    yield shared_cloud
    shared_cloud.host.stop()


def deliver(cloud: LocalCloud, blob_name: str) -> Answer:
    """Deliver an upload's event as Event Grid does."""
    container = cloud.container("ARTIFACTS_CONTAINER")
    blob = cloud.storage._client.get_blob_client(container, blob_name)
    event = {
        "id": uuid.uuid4().hex,
        "eventType": "Microsoft.Storage.BlobCreated",
        "subject": f"/blobServices/default/containers/{container}/blobs/{blob_name}",
        "eventTime": "2026-01-01T00:00:00Z",
        "data": {"url": blob.url, "eTag": blob.get_blob_properties().etag.strip('"')},
        "dataVersion": "1",
    }
    path = (
        "/runtime/webhooks/blobs?functionName=Host.Functions.artifact_uploaded"
        f"&code={system_key(cloud, 'blobs_extension')}"
    )
    return call(cloud, "POST", path, [event], {"x-functions-key": ""})


def system_key(cloud: LocalCloud, name: str) -> str:
    """Read one of the host's own keys."""
    keys = json.loads((cloud.state.directory / "host/keys.json").read_text())
    return str(keys["systemKeys"][name])


def effects(cloud: LocalCloud, build: dict[str, Any]) -> dict[str, int]:
    """Count templates and runs of a build."""
    counted = side_effects(cloud, build["templateName"])
    return {name: counted[name] for name in ONE_BUILD}


def templates_of(cloud: LocalCloud, build: dict[str, Any]) -> set[str]:
    """Name the templates that carry a build's tag."""
    tagged = [e for e in cloud.journal() if e["tags"].get("kiln-build-id") == build["id"]]
    return {entry["template"] for entry in tagged}


def test_five_deliveries_at_once_and_more_after_the_end_are_one_build(
    cloud: LocalCloud, tmp_path: Path
):
    """Event Grid delivers at least once, at the same moment or a day later."""
    cloud.host.start()
    blob_name = upload(cloud, make_zip(tmp_path / "a.zip"))
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: deliver(cloud, blob_name), range(5)))
    build = build_of(cloud, blob_name)
    wait_until(lambda: purged(cloud, build))
    answers += [deliver(cloud, blob_name) for _ in range(3)]
    wait_for_later_events(cloud, tmp_path)

    assert {answer.status for answer in answers} == {202}
    assert handed_over(cloud, blob_name) == len(answers)
    assert build["state"] == "Succeeded", build["error"]
    assert claimed_blobs(cloud).count(blob_name) == 1
    assert effects(cloud, build) == ONE_BUILD
    assert templates_of(cloud, build) == {build["templateName"]}
    assert ended(cloud, build["id"])["outputs"] == build["outputs"], "purged, but not forgotten"


def handed_over(cloud: LocalCloud, blob_name: str) -> int:
    """Count how often the function was called for an upload's event."""
    container = cloud.container("ARTIFACTS_CONTAINER")
    log = (cloud.state.logs / "host.log").read_text()
    return log.count(f"Reason='New blob detected (EventGrid): {container}/{blob_name}'")


def purged(cloud: LocalCloud, build: dict[str, Any]) -> bool:
    """Purge Durable's history of a build; its plan ends a moment after its report is kept."""
    instance = f"/runtime/webhooks/durabletask/instances/{build['id']}"
    code = f"?code={system_key(cloud, 'durabletask_extension')}"
    return call(cloud, "DELETE", instance + code, headers={"x-functions-key": ""}).status == 200


def wait_for_later_events(cloud: LocalCloud, tmp_path: Path) -> None:
    """Let a later upload overtake nothing: its end means that earlier events were handled."""
    build_of(cloud, upload(cloud, make_zip(tmp_path / "later.zip")))


def test_the_same_bytes_under_two_names_are_two_builds(cloud: LocalCloud, tmp_path: Path):
    """Two teams may release the same archive."""
    cloud.host.start()
    path = make_zip(tmp_path / "a.zip")
    builds = [build_of(cloud, name) for name in (upload(cloud, path), upload(cloud, path))]
    assert [build["state"] for build in builds] == ["Succeeded"] * 2
    assert len({build["id"] for build in builds}) == 2
    assert len({build["templateName"] for build in builds}) == 2
    assert len({build["artifactSha256"] for build in builds}) == 1


def stop_before_staging(cloud: LocalCloud, path: Path) -> str:
    """Upload, and let the host die when the build is about to stage."""
    blob_name = upload(cloud, path)
    cloud.host.start(["--kill-at", "before:stage_artifact"])
    assert cloud.host.wait(120) == -signal.SIGKILL
    return blob_name


def test_an_upload_that_was_deleted_meanwhile_is_told(cloud: LocalCloud, tmp_path: Path):
    """The uploader cleaned up too early."""
    blob_name = stop_before_staging(cloud, make_zip(tmp_path / "a.zip"))
    cloud.storage.delete_all(cloud.container("ARTIFACTS_CONTAINER"), blob_name)
    cloud.host.start()
    build = build_of(cloud, blob_name)
    assert build["error"] == {
        "code": "ArtifactInvalid",
        "message": f"artifact '{blob_name}' was deleted before it could be staged; upload it again",
    }
    assert effects(cloud, build) == {"put_template": 0, "run": 0}


def test_an_upload_that_was_replaced_meanwhile_is_built_once_and_as_it_is_now(
    cloud: LocalCloud, tmp_path: Path
):
    """The older build ends; the newer content has its own event."""
    blob_name = stop_before_staging(cloud, make_zip(tmp_path / "old.zip"))
    new = make_zip(tmp_path / "new.zip", {"app.py": "print('new')\n", "static/index.html": "new"})
    cloud.upload(new, blob_name)
    cloud.host.start()
    wait_until(lambda: claimed_blobs(cloud).count(blob_name) == 2)
    claims = cloud.claims().items()
    ids = [i for i, c in claims if (c["request"]["artifact"] or {}).get("blob_name") == blob_name]
    older, newer = sorted((ended(cloud, each) for each in ids), key=lambda b: b["state"])
    assert older["error"]["code"] == "ArtifactInvalid"
    assert "was overwritten after this build was claimed" in older["error"]["message"]
    assert effects(cloud, older) == {"put_template": 0, "run": 0}
    assert newer["state"] == "Succeeded", newer["error"]
    assert newer["artifactSha256"] == hashlib.sha256(new.read_bytes()).hexdigest()
    assert effects(cloud, newer) == ONE_BUILD


def test_a_question_while_storage_is_away_is_worth_repeating(cloud: LocalCloud):
    """Whoever follows a build must not take an outage for its end."""
    cloud.host.start()
    cloud.azurite.stop()
    answer = call(cloud, "GET", f"/api/builds/{uuid.uuid4().hex}")
    cloud.azurite.start()
    assert (answer.status, answer.json["error"]["code"]) == (503, "TryAgain")


def test_storage_that_goes_away_during_a_build_comes_back_to_the_same_bytes(
    cloud: LocalCloud, tmp_path: Path
):
    """A failover of the account takes a minute or two."""
    path = make_zip(tmp_path / "a.zip")
    slow = {"match": {"call": "compute"}, "answer": {"delay_seconds": LOOK_AROUND_SECONDS}}
    cloud.plan_fault(slow)
    cloud.host.start()
    blob_name = upload(cloud, path)
    build = wait_until(lambda: started(cloud, blob_name))
    wait_until(lambda: (cloud.build(build) or {}).get("phase") == "CheckingSurroundings")
    cloud.azurite.stop()
    cloud.azurite.start()
    cloud.clear_faults()

    done = ended(cloud, build)

    assert done["state"] == "Succeeded", done["error"]
    assert done["artifactSha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert effects(cloud, done) == ONE_BUILD


def started(cloud: LocalCloud, blob_name: str) -> str | None:
    """Find the build of an upload."""
    for build_id, claim in cloud.claims().items():
        if (claim["request"]["artifact"] or {}).get("blob_name") == blob_name:
            return build_id
    return None
