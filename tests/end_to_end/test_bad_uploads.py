"""Bad uploads end as a report with one clear message: no template, no retries, nothing lost."""

from __future__ import annotations

import json
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from localcloud.cloud import LocalCloud
from tests.end_to_end.builds import build_of, call, make_zip, upload

pytestmark = pytest.mark.local_cloud
WEBAPP = json.loads((Path(__file__).parents[2] / "examples/recipes/webapp.json").read_text())


def truncated(path: Path) -> None:
    """Cut the end, where the directory stands."""
    make_zip(path)
    path.write_bytes(path.read_bytes()[:-40])


def encrypted(path: Path) -> None:
    """Set the encryption bit of every entry, in both places."""
    make_zip(path)
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = content.find(signature)
        while position >= 0:
            content[position + offset] |= 1
            position = content.find(signature, position + 1)
    path.write_bytes(content)


def bomb(path: Path) -> None:
    """Pack 40 MB of nothing into some kilobytes."""
    make_zip(path, {"zeros": b"\0" * 40_000_000})


def climbing(path: Path) -> None:
    """Name an entry that leads out of its folder."""
    make_zip(path, {"../../etc/cron.d/x": "boom"})


def two_faced(path: Path) -> None:
    """Name a file otherwise in its own header than in the list of contents."""
    make_zip(path, {"index.html": "<html>"})
    path.write_bytes(path.read_bytes().replace(b"index.html", b"evil.shtml", 1))


def absolute(path: Path) -> None:
    """Name an entry from the root."""
    make_zip(path, {"/etc/passwd": "boom"})


def crowded(path: Path) -> None:
    """Claim 500,000 entries in the end record."""
    make_zip(path)
    content = path.read_bytes()
    end = content.rfind(b"PK\x05\x06")
    size, offset = struct.unpack_from("<II", content, end + 12)
    count = 500_000
    zip64 = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    last = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, size, offset, 0)
    path.write_bytes(content[:end] + zip64 + locator + last)


def empty(path: Path) -> None:
    """Upload nothing at all."""
    path.write_bytes(b"")


def hollow(path: Path) -> None:
    """Zip no files."""
    zipfile.ZipFile(path, "w").close()


def another_thing(path: Path) -> None:
    """Name a web page .zip."""
    path.write_text("<html>404</html>")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (truncated, "cut off|truncated|end of|incomplete"),
        (encrypted, "encrypted"),
        (bomb, "bomb|ratio|times"),
        (climbing, r"\.\."),
        (two_faced, "other things than the list"),
        (absolute, "absolute|begins with"),
        (crowded, "500,?000"),
        (empty, "empty|0 bytes"),
        (hollow, "empty|no files|nothing"),
        (another_thing, "XML or HTML"),
    ],
)
def test_a_bad_zip_is_refused_with_a_reason(
    local_cloud: LocalCloud, tmp_path: Path, make: Callable[[Path], None], says: str
):
    """The uploader must understand the report without reading Kiln's code."""
    make(tmp_path / "bad.zip")
    blob_name = upload(local_cloud, tmp_path / "bad.zip", file_name="bad.zip")
    build = build_of(local_cloud, blob_name)
    assert (build["state"], build["error"]["code"]) == ("Failed", "ArtifactInvalid")
    assert_says(build["error"]["message"], says)
    assert "bad.zip" in build["error"]["message"]
    assert templates_of(local_cloud, build["id"]) == []
    assert blob_name in local_cloud.storage.names("imagebuilder-vststask")


@pytest.mark.parametrize(
    ("name", "recipe", "says"),
    [
        ("broken-json", "{", "ends too early"),
        ("unknown-property", WEBAPP | {"propertys": {}}, "propertys"),
        ("bad-timeout", "timeout", "961"),
        ("wrong-type", "type", "vmSize"),
        ("wrong-id", "id", "galleryImageId"),
    ],
)
def test_a_bad_recipe_is_refused_with_its_faults(
    local_cloud: LocalCloud, tmp_path: Path, name: str, recipe: object, says: str
):
    """An operator's mistake is told in an upload's report, and in the answer to who asks."""
    changed = json.loads(json.dumps(WEBAPP))
    changes = {
        "timeout": lambda p: p.update(buildTimeoutInMinutes=961),
        "type": lambda p: p["vmProfile"].update(vmSize=2),
        "id": lambda p: p["distribute"][0].update(galleryImageId="/subscriptions/x/vnet"),
    }
    if isinstance(recipe, str) and recipe in changes:
        changes[recipe](changed["properties"])
        recipe = changed
    local_cloud.put_recipe(name, recipe)
    build = build_of(local_cloud, upload(local_cloud, make_zip(tmp_path / "a.zip"), name))
    assert (build["state"], build["error"]["code"]) == ("Failed", "RecipeInvalid")
    assert_says(build["error"]["message"], says)
    assert templates_of(local_cloud, build["id"]) == []
    answer = call(local_cloud, "POST", "/api/builds", {"recipe": name})
    assert answer.status == 400
    told = answer.json["error"]
    assert (told["code"], told["message"]) == ("RecipeInvalid", build["error"]["message"])


def test_an_upload_for_no_recipe_lists_the_recipes(local_cloud: LocalCloud, tmp_path: Path):
    """The first folder of the upload was misspelt."""
    build = build_of(local_cloud, upload(local_cloud, make_zip(tmp_path / "a.zip"), "webap"))
    assert build["error"]["code"] == "NotFound"
    assert_says(build["error"]["message"], "recipe 'webap' does not exist.*webapp")


def test_an_upload_in_the_root_says_where_it_belongs(local_cloud: LocalCloud, tmp_path: Path):
    """It names no recipe."""
    local_cloud.upload(make_zip(tmp_path / "a.zip"), "root.zip")
    build = build_of(local_cloud, "root.zip")
    assert_says(build["error"]["message"], "<recipe>/<release>/<file>.zip")


def test_a_hostile_name_changes_nothing(local_cloud: LocalCloud, tmp_path: Path):
    """No name of a blob ever gets into a command."""
    name = "a'; touch /tmp/pwned; $(id) `id` \" ünï .zip"
    build = build_of(local_cloud, upload(local_cloud, make_zip(tmp_path / "a.zip"), file_name=name))
    assert build["state"] == "Succeeded", build["error"]


def templates_of(cloud: LocalCloud, build_id: str) -> list[str]:
    """Name the templates that Resource Manager made for a build."""
    entries = [e for e in cloud.journal() if e["tags"].get("kiln-build-id") == build_id]
    return [entry["template"] for entry in entries]


def assert_says(message: str, pattern: str) -> None:
    """Compare without regard to case, and show the whole message."""
    assert re.search(pattern, message, re.IGNORECASE | re.DOTALL), message
    assert "Traceback" not in message
    assert "  File " not in message
