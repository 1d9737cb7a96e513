"""Settings are read as a whole, and an operator is told everything at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imaging.errors import SettingsError
from settings import read_settings

SAMPLE = json.loads((Path(__file__).parents[1] / "local.settings.sample.json").read_text())
VALUES = SAMPLE["Values"]


def test_the_sample_is_enough():
    """Somebody copies it and starts."""
    read = read_settings(VALUES)
    assert read.build_resource_group == "kiln-local"
    assert read.max_artifact_bytes == 5 * 1024**3


def test_what_has_a_default_may_be_left_out_or_empty():
    """Azure shows a cleared setting as an empty text."""
    optional = {"STAGING_CONTAINER": "", "ARM_ENDPOINT": " ", "BUILD_VM_IDENTITY_ID": ""}
    read = read_settings(VALUES | optional)
    assert read.staging_container == "kiln-staging"
    assert read.arm_endpoint == "https://management.azure.com"
    assert read.build_vm_identity_id is None


def test_all_faults_are_told_at_once_and_no_value():
    """Told one at a time, each costs a deployment; a value may be a secret in the wrong place."""
    wrong = {
        "AZURE_SUBSCRIPTION_ID": "my-secret",
        "MAX_ARTIFACT_BYTES": "5 GB",
        "ARM_ENDPOINT": "http://management.azure.com",
        "BUILD_RESOURCE_GROUP": "",
    }
    with pytest.raises(SettingsError) as refused:
        read_settings(VALUES | wrong)
    text = str(refused.value)
    assert "AZURE_SUBSCRIPTION_ID must be a GUID" in text
    assert "MAX_ARTIFACT_BYTES must be a whole number above 0" in text
    assert "ARM_ENDPOINT must be an https:// address" in text
    assert "BUILD_RESOURCE_GROUP is missing" in text
    assert "my-secret" not in text


@pytest.mark.parametrize(
    ("value", "is_fine"),
    [
        ("ManagedIdentityCredential", True),
        ("managedidentitycredential", True),
        ("dev", True),
        ("ManagedIdentity", False),
        ("SecretCredential", False),
    ],
)
def test_a_credential_that_azure_identity_does_not_know_is_refused(value: str, is_fine: bool):
    """It would be a bare crash of every call."""
    changed = VALUES | {"AZURE_TOKEN_CREDENTIALS": value}
    if is_fine:
        assert read_settings(changed).token_credentials == value
        return
    with pytest.raises(SettingsError, match="AZURE_TOKEN_CREDENTIALS must be ManagedIdentity"):
        read_settings(changed)
