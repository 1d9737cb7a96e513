"""The host may be killed between any two lines; the build goes on and nothing happens twice."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from azure_clients.image_builder import get_template, put_template
from localcloud.cloud import CloudOptions, LocalCloud
from tests.app_process import app_process
from tests.end_to_end.builds import (
    build_of,
    call,
    claimed_blobs,
    ended,
    make_zip,
    side_effects,
    upload,
    wait_until,
)

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[2]
STEPS = [
    "read_recipe",
    "check_surroundings",
    "stage_artifact",
    "create_template",
    "check_template",
    "run_build",
    "check_run",
    "fetch_run_output",
    "cleanup",
    "write_report",
]
STEPS_WITH_A_TEMPLATE = ["read_template", "run_build", "check_run", "fetch_run_output"]
MOMENTS = ["before", "after_effect", "after_answer"]


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[LocalCloud]:
    """A cloud of its own, whose host may die; its host is not started yet."""
    options = CloudOptions(recipes=ROOT / "examples/recipes")
    cloud = LocalCloud(tmp_path / "cloud", ROOT, 100, options)
    cloud.start_azure()
    yield cloud
    cloud.stop()


def test_a_host_killed_at_every_boundary_makes_one_image(cloud: LocalCloud, tmp_path: Path):
    """30 deaths in one build: before each step, after its effect, and after its answer is kept."""
    blob_name = upload(cloud, make_zip(tmp_path / "build.zip"))
    for step, moment in product(STEPS, MOMENTS):
        cloud.host.start(["--kill-at", f"{moment}:{step}"])
        assert cloud.host.wait(60) == -signal.SIGKILL, f"{moment} {step} was never reached"
    cloud.host.start()

    build = build_of(cloud, blob_name)

    assert build["state"] == "Succeeded", build
    done = accepted(cloud)
    assert (done["put_template"], done["run"]) == (1, 1)
    assert done["delete"] in {1, 2}, "asking again for a deletion is harmless"
    assert claimed_blobs(cloud) == [blob_name]
    assert build["outputs"]["imageUri"].endswith("/versions/1.0.0")


def test_no_step_is_left_out():
    """A new step has boundaries as well."""
    files = {path.stem for path in (ROOT / "activities").glob("*.py")}
    assert {*STEPS, *STEPS_WITH_A_TEMPLATE} == files - {
        "__init__",
        "durable_step",
        "template_context",
    }


def test_a_host_killed_at_every_boundary_runs_an_existing_template_once(cloud: LocalCloud):
    """Another run of somebody's template would cost them an hour and an image."""
    make_template(cloud, "theirs")
    cloud.host.start(["--kill-at", "before:read_template"])
    with contextlib.suppress(OSError, http.client.HTTPException):  # it may die while it answers
        call(cloud, "POST", "/api/builds", {"template": "theirs"})
    assert cloud.host.wait(60) == -signal.SIGKILL
    for step, moment in list(product(STEPS_WITH_A_TEMPLATE, MOMENTS))[1:]:
        cloud.host.start(["--kill-at", f"{moment}:{step}"])
        assert cloud.host.wait(60) == -signal.SIGKILL, f"{moment} {step} was never reached"
    cloud.host.start()

    build = ended(cloud, next(iter(cloud.claims())))

    assert build["state"] == "Succeeded", build
    effects = side_effects(cloud, "theirs")
    assert (effects["put_template"], effects["run"], effects["delete"]) == (1, 1, 0)


def make_template(cloud: LocalCloud, name: str) -> None:
    """Make a template that is not Kiln's."""
    body = json.loads((ROOT / "tests/golden/managed-image.json").read_text())
    body["properties"]["customize"] = [{"type": "Shell", "name": "greet", "inline": ["echo hello"]}]
    with app_process(cloud.app_environment()):
        put_template(name, body, "not-a-build")
        wait_until(lambda: get_template(name)["properties"]["provisioningState"] == "Succeeded")


def test_many_builds_survive_one_death(cloud: LocalCloud, tmp_path: Path):
    """Kill the host in the middle of twenty builds, start it again, and count twenty images."""
    path = make_zip(tmp_path / "build.zip")
    cloud.host.start()
    blob_names = [upload(cloud, path) for _ in range(20)]
    wait_until(lambda: accepted(cloud).get("run", 0) >= 10)
    cloud.host.kill()
    cloud.host.start()

    builds = [build_of(cloud, blob_name) for blob_name in blob_names]

    assert [build["state"] for build in builds] == ["Succeeded"] * 20
    assert len({build["outputs"]["imageUri"] for build in builds}) == 20
    assert accepted(cloud) == {"put_template": 20, "run": 20, "delete": 20}


def accepted(cloud: LocalCloud) -> dict[str, int]:
    """Count what Resource Manager did, not what it was asked to do."""
    done = [
        e["call"] for e in cloud.journal() if e["method"] != "GET" and e["status"] in {201, 202}
    ]
    return {call: done.count(call) for call in sorted(set(done))}
