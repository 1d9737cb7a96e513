"""What the README shows is what happens."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from localcloud.cloud import LocalCloud
from tests.end_to_end.builds import ended, make_zip, upload

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    """Return the README's code blocks in one language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.local_cloud
def test_the_python_in_the_readme_starts_a_build(local_cloud: LocalCloud, tmp_path: Path):
    """It is copied into pipelines."""
    (code,) = blocks("python")
    names: dict = {}
    exec(code, names)  # noqa: S102 - our own README
    endpoints = local_cloud.endpoints
    blob_name = upload(local_cloud, make_zip(tmp_path / "web.zip"))
    started = names["build_image"](endpoints.host_url, endpoints.function_key, blob_name)
    assert ended(local_cloud, started["id"])["state"] == "Succeeded"


@pytest.mark.local_cloud
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not on this machine")
def test_the_curl_lines_in_the_readme_start_and_follow_a_build(
    local_cloud: LocalCloud, tmp_path: Path
):
    """People paste them into a terminal before anything else."""
    (lines,) = [block for block in blocks("sh") if "curl" in block]
    start, follow = re.split(r"\n(?=curl)", lines.strip())
    local_cloud.upload(make_zip(tmp_path / "web.zip"), "webapp/18-1/web.zip")
    variables = {
        "KILN": local_cloud.endpoints.host_url,
        "KEY": local_cloud.endpoints.function_key,
    }
    started = json.loads(run(start, variables))
    build = json.loads(run(follow, variables | {"ID": started["id"]}))
    assert build["id"] == started["id"]


def run(line: str, variables: dict[str, str]) -> str:
    """Run one line as a person would."""
    environment = {"PATH": os.environ["PATH"], "NO_PROXY": "127.0.0.1", **variables}
    done = subprocess.run(
        ["bash", "-c", line], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout
