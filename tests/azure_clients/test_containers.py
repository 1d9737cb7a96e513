"""A container that is missing is the operator's business, and no missing blob."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from azure_clients.artifacts import find_upload
from azure_clients.claims import create_claim, read_claim
from azure_clients.recipes import fetch_recipe
from azure_clients.staging import read_staged, write_staged
from imaging.build_request import BuildRequest
from imaging.errors import SettingsError
from imaging.names import build_id_without_artifact
from localcloud.cloud import LocalCloud
from tests.app_process import app_process

pytestmark = pytest.mark.local_cloud
BUILD_ID = build_id_without_artifact()


@pytest.mark.parametrize(
    ("setting", "act"),
    [
        ("BUILDS_CONTAINER", lambda: create_claim(BuildRequest(BUILD_ID, "webapp"))),
        ("BUILDS_CONTAINER", lambda: read_claim(BUILD_ID)),
        ("RECIPES_CONTAINER", lambda: fetch_recipe("webapp")),
        ("ARTIFACTS_CONTAINER", lambda: find_upload("webapp/1/a.zip")),
        ("STAGING_CONTAINER", lambda: write_staged(BUILD_ID, "recipe.json", b"{}")),
        ("STAGING_CONTAINER", lambda: read_staged(BUILD_ID, "recipe.json")),
    ],
    ids=["claim", "read claim", "recipe", "upload", "stage", "read staged"],
)
def test_a_missing_container_is_named(
    local_azure: LocalCloud, setting: str, act: Callable[[], object]
):
    """A caller cannot mend it, and must not read that the recipe or the build does not exist."""
    changed = local_azure.app_environment() | {setting: "nosuch-container"}
    with (
        app_process(changed),
        pytest.raises(SettingsError, match=r"nosuch-container/.*Create it, or correct the app"),
    ):
        act()
