"""The settings that the app gets in the local cloud."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.app_settings import container_names, fill_in, read_sample
from localcloud.cloud import LocalCloud
from localcloud.errors import StateError

_ROOT = Path(__file__).parents[2]


def test_every_setting_of_the_sample_reaches_the_app(local_azure: LocalCloud) -> None:
    """A setting that is dropped here would be missed in Azure only."""
    assert read_sample(_ROOT).keys() <= local_azure.app_environment().keys()


def test_service_addresses_are_the_local_ones(local_azure: LocalCloud) -> None:
    """An address of Azure left over would be called with local tokens."""
    settings, endpoints = local_azure.app_environment(), local_azure.endpoints
    assert settings["AzureWebJobsStorage__blobServiceUri"] == endpoints.blob_url
    assert settings["AzureWebJobsStorage__tableServiceUri"] == endpoints.table_url
    assert settings["ARTIFACTS__queueServiceUri"] == endpoints.queue_url
    assert settings["ARM_ENDPOINT"] == endpoints.arm_url
    assert settings["ARTIFACTS__clientId"] == settings["AZURE_CLIENT_ID"]


def test_what_a_local_cloud_does_not_know_is_left_as_it_is(local_azure: LocalCloud) -> None:
    """The app may have settings that have nothing to do with addresses."""
    filled = fill_in({"A__b": "1", "C": "2"}, local_azure.endpoints)
    assert (filled["A__b"], filled["C"]) == ("1", "2")


def test_containers_are_named_by_the_sample() -> None:
    """They are made before the app starts, as infrastructure code does in Azure."""
    assert "imagebuilder-vststask" in container_names(read_sample(_ROOT))


def test_a_folder_without_the_sample_is_no_app(tmp_path: Path) -> None:
    """The message names the file and the flag."""
    with pytest.raises(StateError, match=r"local\.settings\.sample\.json .*--app"):
        read_sample(tmp_path)
