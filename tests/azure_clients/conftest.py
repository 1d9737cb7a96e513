"""The storage lines run against the real Azurite, as the app's own identity."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from localcloud.cloud import LocalCloud
from tests.app_process import app_process


@pytest.fixture(scope="session")
def azure(local_azure: LocalCloud) -> Iterator[LocalCloud]:
    """A local cloud without a Functions host; this process is the app."""
    with app_process(local_azure.app_environment()):
        yield local_azure
