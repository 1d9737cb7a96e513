"""Version numbers of gallery images: the recorded ones, and the table of the documentation."""

from datetime import UTC, datetime

import pytest

from localcloud.image_builder import gallery_versions
from tests.localcloud.image_builder.cloud_on_a_desk import (
    GALLERY_IMAGE,
    MemoryLogStore,
    open_desk,
    template_body,
)

DOCUMENTED = [
    "0.1.1",
    "0.1.2",
    "1.0.0",
    "1.0.1",
    "1.1.0",
    "1.1.1",
    "1.2.0",
    "2.0.0",
    "2.0.1",
    "2.1.0",
]


@pytest.mark.parametrize(
    ("major", "expected"), [(-1, "2.1.1"), (2, "2.1.1"), (1, "1.2.1"), (0, "0.1.3")]
)
def test_latest_counts_up_as_documented(major, expected):
    """The example of the page image-builder-json."""
    existing = [gallery_versions.parse(name) for name in DOCUMENTED]
    assert gallery_versions.written(gallery_versions.next_latest(existing, major)) == expected


@pytest.mark.parametrize(("major", "expected"), [(-1, (1, 0, 0)), (3, (3, 0, 0))])
def test_the_first_version_of_a_definition(major, expected):
    """1.0.0 in six of six recordings."""
    assert gallery_versions.next_latest([], major) == expected


def test_old_versions_are_made_of_the_time():
    """The number that the article of 2019 shows, and its time."""
    distributed = datetime(2019, 5, 6, 13, 25, 23, tzinfo=UTC)
    assert gallery_versions.written(gallery_versions.from_time(distributed)) == "0.23760.13763"


@pytest.mark.parametrize(
    ("source", "existing", "expected"),
    [
        ("18.04.201808140", [], (18, 4, 201808140)),
        ("1.2.3", [(1, 2, 3)], (1, 2, 4)),
        ("", [], (0, 0, 0)),
    ],
)
def test_source_numbers_follow_the_source(source, existing, expected):
    """A taken number is counted up; the exact rule is not known."""
    assert gallery_versions.next_from_source(existing, source) == expected


@pytest.mark.parametrize("text", ["1.0", "a.b.c", "1.0.0.0", ""])
def test_other_names_are_no_versions(text):
    """They do not take part in the count."""
    assert gallery_versions.parse(text) is None


async def run_once(desk, name, **target):
    """Create and run a template with one gallery target; return its run output."""
    distribute = [template_body()["properties"]["distribute"][0] | target]
    path = await desk.create(name, distribute=distribute)
    await desk.call("POST", f"{path}/run")
    desk.wait(minutes=16)
    output = await desk.json("GET", f"{path}/runOutputs/image")
    return output.get("properties", {}).get("artifactId", "").rpartition("/")[2]


async def test_runs_count_up_in_one_definition(tmp_path):
    """Two builds of one recipe get two versions, and `latest` is the second."""
    async with open_desk(tmp_path) as desk:
        versions = [await run_once(desk, name) for name in ("a", "b")]
        listed = await desk.json("GET", f"{GALLERY_IMAGE}/versions")
        source = {
            "type": "SharedImageVersion",
            "imageVersionId": f"{GALLERY_IMAGE}/versions/latest",
        }
        path = await desk.create("c", source=source)
        exact = (await desk.json("GET", path))["properties"]["source"]["exactVersion"]
    assert versions == ["1.0.0", "1.0.1"]
    assert [version["name"] for version in listed["value"]] == versions
    assert exact == f"{GALLERY_IMAGE}/versions/1.0.1"


async def test_an_excluded_version_is_not_the_latest(tmp_path):
    """ExcludeFromLatest is for trials."""
    async with open_desk(tmp_path) as desk:
        await run_once(desk, "a")
        await run_once(desk, "b", excludeFromLatest=True)
        assert desk.simulator.compute.latest_version(GALLERY_IMAGE) == "1.0.0"


async def test_latest_of_an_empty_definition_fails_the_template(tmp_path):
    """There is nothing to build from."""
    source = {"type": "SharedImageVersion", "imageVersionId": f"{GALLERY_IMAGE}/versions/latest"}
    async with open_desk(tmp_path) as desk:
        path = await desk.create(source=source)
        error = (await desk.json("GET", path))["properties"]["provisioningError"]
    assert error["provisioningErrorCode"] == "BadSharedImageVersionSource"


async def test_a_wanted_version_is_taken_once(tmp_path):
    """An explicit version must be new, else the distribution fails."""
    wanted = {"galleryImageId": f"{GALLERY_IMAGE}/versions/3.2.1"}
    async with open_desk(tmp_path, log_store=MemoryLogStore()) as desk:
        first = await run_once(desk, "a", **wanted)
        second = await run_once(desk, "b", **wanted)
        status = await desk.run_status((await desk.calls(template="b"))[0]["path"])
    assert (first, second) == ("3.2.1", "")
    assert "exists already" in status["message"]


async def test_source_versioning_numbers_after_the_platform_image(tmp_path):
    """Scheme Source, with `latest` resolved."""
    async with open_desk(tmp_path) as desk:
        assert await run_once(desk, "a", versioning={"scheme": "Source"}) == "24.4.202505020"
