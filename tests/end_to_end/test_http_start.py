"""Pipelines start builds by HTTP; every mistake is answered at once, in one clear message."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest

from localcloud.cloud import LocalCloud
from tests.end_to_end.builds import call, claimed_blobs, ended, make_zip, upload

pytestmark = pytest.mark.local_cloud
WEBAPP = json.loads((Path(__file__).parents[2] / "examples/recipes/webapp.json").read_text())


@pytest.fixture
def bare_recipe(local_cloud: LocalCloud) -> str:
    """A recipe that needs no artifact."""
    recipe = {key: value for key, value in WEBAPP.items() if key in {"location", "properties"}}
    recipe["properties"] = recipe["properties"] | {
        "customize": [{"type": "Shell", "name": "greet", "inline": ["echo hello"]}]
    }
    local_cloud.put_recipe("bare", recipe)
    return "bare"


def test_a_build_is_started_and_followed_by_http(local_cloud: LocalCloud, bare_recipe: str):
    """Six lines of a pipeline do the same."""
    started = call(local_cloud, "POST", "/api/builds", {"recipe": bare_recipe})
    assert started.status == 202
    assert started.headers["Location"] == f"/api/builds/{started.json['id']}"
    assert int(started.headers["Retry-After"]) > 0
    build = ended(local_cloud, started.json["id"])
    assert build["state"] == "Succeeded", build
    assert build["artifact"] is None


def test_an_upload_and_its_http_start_are_the_same_build(local_cloud: LocalCloud, tmp_path: Path):
    """A pipeline that uploads and then asks must not pay twice."""
    blob_name = upload(local_cloud, make_zip(tmp_path / "build.zip"))
    body = {"recipe": "webapp", "artifact": blob_name}
    first = call(local_cloud, "POST", "/api/builds", body)
    again = call(local_cloud, "POST", "/api/builds", body)
    assert first.json["id"] == again.json["id"]
    assert ended(local_cloud, first.json["id"])["state"] == "Succeeded"
    assert claimed_blobs(local_cloud).count(blob_name) == 1


def test_a_repeated_key_is_the_same_build(local_cloud: LocalCloud, bare_recipe: str):
    """A pipeline may retry a call whose answer it never saw."""
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first = call(local_cloud, "POST", "/api/builds", {"recipe": bare_recipe}, key)
    again = call(local_cloud, "POST", "/api/builds", {"recipe": bare_recipe}, key)
    other = call(local_cloud, "POST", "/api/builds", {"recipe": bare_recipe})
    assert first.json["id"] == again.json["id"] != other.json["id"]


def test_a_key_of_another_request_is_refused(local_cloud: LocalCloud, bare_recipe: str):
    """Silently answering the other build would ship the wrong image."""
    key = {"Idempotency-Key": uuid.uuid4().hex}
    call(local_cloud, "POST", "/api/builds", {"recipe": bare_recipe}, key)
    other = call(local_cloud, "POST", "/api/builds", {"recipe": "webapp"}, key)
    assert other.status == 409
    assert other.json["error"]["code"] == "Conflict"
    assert "use a new key" in other.json["error"]["message"]


@pytest.mark.parametrize("path", ["/api/builds", "/api/builds/abc"])
@pytest.mark.parametrize("key", ["", "wrong"])
def test_nobody_gets_in_without_a_key(local_cloud: LocalCloud, path: str, key: str):
    """A start costs money, a status tells names."""
    method = "GET" if path.endswith("abc") else "POST"
    answer = call(local_cloud, method, path, {"recipe": "webapp"}, {"x-functions-key": key})
    assert answer.status == 401


@pytest.mark.parametrize(
    ("body", "status", "code", "says"),
    [
        (b"{", 400, "RequestInvalid", "is not JSON"),
        (b"\xff", 400, "RequestInvalid", "is not JSON"),
        (b"[" * 100_000, 400, "RequestInvalid", "65536 fit"),
        (b"[" * 50_000, 400, "RequestInvalid", "is not JSON"),
        (b"", 400, "RequestInvalid", "is empty"),
        ([1], 400, "RequestInvalid", "no object"),
        (b"null", 400, "RequestInvalid", "no object"),
        (b'{"recipe": ' + b"9" * 5_000 + b"}", 400, "RequestInvalid", "is not JSON that"),
        (b'{"recipe": "a", "recipe": "b"}', 400, "RequestInvalid", "'recipe' stands twice"),
        (b'{"recipe": "webapp", "artifact": "\\ud800.zip"}', 400, "RequestInvalid", "is not JSON"),
        ({}, 400, "RequestInvalid", "'recipe' must be the name"),
        ({"recipe": 1}, 400, "RequestInvalid", "'recipe' must be the name"),
        ({"recipe": "webapp", "image": 1}, 400, "RequestInvalid", "unknown property 'image'"),
        ({"recipe": "webapp"}, 400, "RequestInvalid", "needs an artifact and this build has none"),
        ({"recipe": "webapp", "artifact": 1}, 400, "RequestInvalid", "'artifact' must be"),
        ({"recipe": "../x"}, 400, "RequestInvalid", "not usable"),
        ({"recipe": "nosuch"}, 404, "NotFound", "use one of"),
        (
            {"recipe": "webapp", "artifact": "https://x/a.zip?sig=x"},
            400,
            "RequestInvalid",
            "no URL",
        ),
        ({"recipe": "webapp", "artifact": "x" * 1025}, 400, "RequestInvalid", "1,024"),
        ({"recipe": "webapp", "artifact": "a/b.zip"}, 404, "NotFound", "upload it first"),
        ({"recipe": "webapp", "artifact": "a/b.txt"}, 400, "ArtifactInvalid", "no archive"),
        ({"recipe": "webapp", "artifact": "a/\n\u202e"}, 400, "ArtifactInvalid", r"a/\n\u202e"),
    ],
)
def test_a_bad_request_is_answered_clearly(
    local_cloud: LocalCloud, body: object, status: int, code: str, says: str
):
    """The message names the thing, the value and the way out."""
    answer = call(local_cloud, "POST", "/api/builds", body)
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert says in answer.json["error"]["message"]


@pytest.mark.parametrize("way", ["../", "webapp/../../", "./../"])
def test_no_name_leads_out_of_the_intake_container(
    local_cloud: LocalCloud, tmp_path: Path, way: str
):
    """Clients resolve dots in a URL; a caller must not reach what lies beside the uploads."""
    path = make_zip(tmp_path / "a.zip")
    local_cloud.storage.put_file("kiln-images", "private/a.zip", path)
    body = {"recipe": "webapp", "artifact": f"{way}kiln-images/private/a.zip"}
    answer = call(local_cloud, "POST", "/api/builds", body)
    assert answer.status == 400, answer.text
    assert "no '.' or '..' among its folders" in answer.json["error"]["message"]


def test_the_type_of_the_body_is_not_asked_for(local_cloud: LocalCloud):
    """Half of all curl lines send JSON as a form."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        answer = call(
            local_cloud, "POST", "/api/builds", {"recipe": "nosuch"}, {"Content-Type": kind}
        )
        assert answer.status == 404, answer.text


@pytest.mark.parametrize("key", [" ", "a b", "\t", "x" * 256, "\xfc"])
def test_an_odd_idempotency_key_is_refused(local_cloud: LocalCloud, key: str):
    """Cut or changed on its way, it would stand for another build."""
    headers = {"Idempotency-Key": key}
    answer = call(local_cloud, "POST", "/api/builds", {"recipe": "webapp"}, headers)
    assert answer.status == 400, answer.text
    assert "Idempotency-Key must be 1 to 255 visible" in answer.json["error"]["message"]


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/api/builds", f"/api/builds/{'0' * 32}"])
def test_other_methods_find_nothing(local_cloud: LocalCloud, method: str, path: str):
    """The host answers so in Azure; no function is called."""
    assert call(local_cloud, method, path).status == 404


def test_every_fault_of_a_recipe_is_told_at_once(local_cloud: LocalCloud):
    """Told one at a time, each costs a round."""
    recipe = json.loads(json.dumps(WEBAPP))
    recipe["properties"]["buildTimeoutInMinutes"] = 961
    recipe["properties"]["vmProfil"] = {}
    local_cloud.put_recipe("faulty", recipe)
    answer = call(local_cloud, "POST", "/api/builds", {"recipe": "faulty"})
    assert answer.status == 400
    told = {d["target"]: d["message"] for d in answer.json["error"]["details"]}
    assert "961" in told["properties.buildTimeoutInMinutes"]
    assert "properties.vmProfil" in told


@pytest.mark.parametrize("build_id", ["nosuch", "0" * 32, "..%2f..%2fx", "a" * 500])
def test_an_unknown_build_is_not_found(local_cloud: LocalCloud, build_id: str):
    """Also where the id is nonsense."""
    answer = call(local_cloud, "GET", f"/api/builds/{build_id}")
    assert answer.status == 404


def test_an_answer_never_holds_durables_links(local_cloud: LocalCloud, bare_recipe: str):
    """They carry a key that opens every instance."""
    started = call(local_cloud, "POST", "/api/builds", {"recipe": bare_recipe})
    for text in (started.text, str(started.headers)):
        assert "code=" not in text
        assert "runtime/webhooks" not in text
