"""What several rooms' tests share: one running local cloud for each test process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.cloud import CloudOptions, LocalCloud

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def local_azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Storage, identity and Resource Manager, without the Functions host."""
    cloud = LocalCloud(tmp_path_factory.mktemp("azure"), app=ROOT, speed=200)
    cloud.start_azure()
    yield cloud
    cloud.stop()


@pytest.fixture(scope="session")
def local_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Everything, with the app in its host and the example recipes in place."""
    options = CloudOptions(recipes=ROOT / "examples/recipes")
    with LocalCloud(tmp_path_factory.mktemp("cloud"), ROOT, 200, options) as cloud:
        yield cloud
