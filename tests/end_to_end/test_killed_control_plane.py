"""Resource Manager may die and come back: Azure's does not forget templates, nor does the local."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from localcloud.cloud import CloudOptions, LocalCloud
from tests.end_to_end.builds import build_of, make_zip, upload, wait_until

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[2]
OPTIONS = CloudOptions(recipes=ROOT / "examples/recipes")


def runs(cloud: LocalCloud) -> int:
    """Count the runs that were accepted."""
    return len([e for e in cloud.journal() if e["call"] == "run" and e["status"] == 202])


def let_a_night_pass(cloud: LocalCloud) -> None:
    """Make believe that a stopped cloud was stopped ten hours ago."""
    night, state = timedelta(hours=10), cloud.state
    names = ("clock_started_utc", "stopped_utc")
    moments = {name: datetime.fromisoformat(getattr(state, name)) - night for name in names}
    replace(state, **{name: moment.isoformat() for name, moment in moments.items()}).write()


def test_a_control_plane_killed_in_a_run_ends_it_with_one_image(tmp_path: Path):
    """The build VM is executed again, and the template, the run and its log are those of before."""
    with LocalCloud(tmp_path / "cloud", ROOT, 100, OPTIONS) as cloud:
        blob_name = upload(cloud, make_zip(tmp_path / "build.zip"))
        wait_until(lambda: runs(cloud) == 1)
        cloud.control_plane.kill()
        cloud.control_plane.start()
        build = build_of(cloud, blob_name)
        assert build["state"] == "Succeeded", build
        assert runs(cloud) == 1
        assert build["outputs"]["imageUri"].endswith("/versions/1.0.0")


def test_a_cloud_that_is_stopped_in_a_run_goes_on_at_its_next_start(tmp_path: Path):
    """A developer closes the lid, and finds the image in the morning."""
    with LocalCloud(tmp_path / "cloud", ROOT, 100, OPTIONS) as cloud:
        blob_name = upload(cloud, make_zip(tmp_path / "build.zip"))
        wait_until(lambda: runs(cloud) == 1)
    let_a_night_pass(cloud)
    with LocalCloud(tmp_path / "cloud", ROOT, 100, OPTIONS) as cloud:
        build = build_of(cloud, blob_name)
        assert build["state"] == "Succeeded", build
        assert runs(cloud) == 1
