"""What AIB answers is read as it really answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imaging.run_status import (
    log_location,
    may_distribute_late,
    provisioning_status,
    run_status,
)

REAL = Path(__file__).parents[2] / "../shared/real"
URL = "https://abc.blob.core.windows.net/packerlogs/1b2c/customization.log"
ARM_PATH = (
    "/subscriptions/s/resourceGroups/IT_x/providers/Microsoft.Storage/storageAccounts/abc"
    "/blobServices/default/containers/packerlogs/1b2c/customization.log"
)


def test_a_template_that_never_ran_has_no_run():
    """`lastRunStatus` is missing until the first run."""
    status = run_status({"properties": {"provisioningState": "Succeeded"}})
    assert not status.has_started
    assert not status.is_final


def test_a_canceling_run_has_no_sub_state_and_is_not_final():
    """AIB leaves the key out there."""
    last = {"runState": "Canceling", "message": "Canceling image build"}
    status = run_status({"properties": {"lastRunStatus": last}})
    assert (status.run_state, status.run_sub_state, status.is_final) == ("Canceling", "", False)


def test_a_run_is_told_from_an_earlier_one_by_its_start():
    """An existing template may have run before."""
    last = {"runState": "Running", "startTime": "2026-01-01T00:00:00.123456789Z"}
    status = run_status({"properties": {"lastRunStatus": last}})
    assert status.is_after("")
    assert not status.is_after("2026-01-01T00:00:00.123456789Z")


@pytest.mark.parametrize("state", ["Succeeded", "PartiallySucceeded", "Failed", "Canceled"])
def test_a_run_that_ended_is_final(state: str):
    """Waiting for anything else would never end."""
    assert run_status({"properties": {"lastRunStatus": {"runState": state}}}).is_final


def test_a_failed_creation_gives_its_reason():
    """It is all that a template which could not be made holds."""
    error = {"provisioningErrorCode": "Other", "message": "Not authorized"}
    template = {"properties": {"provisioningState": "Failed", "provisioningError": error}}
    status = provisioning_status(template)
    assert (status.is_final, status.error_code, status.error_message) == (
        True,
        "Other",
        "Not authorized",
    )


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (f"… failed. Image build log location: {URL}. OperationId: 5e81. Use this …", URL),
        (f"image build log location: {URL}", URL),
        (f"Packer build logs are at location {ARM_PATH}. Please navigate to", ARM_PATH),
        ("Azure Container Instances quota exceeded", None),
        ("", None),
    ],
)
def test_the_log_is_found_in_every_form_of_the_message(message: str, found: str | None):
    """AIB wrote a URL until 2022 and writes an ARM path since."""
    assert log_location(message) == found


@pytest.mark.skipif(not REAL.exists(), reason="../shared/real is not on this machine")
def test_the_log_is_found_in_the_real_failure():
    """The one failed run that was recorded in public."""
    errors = json.loads((REAL / "aib/errors.json").read_text())
    failed = next(error for error in errors if error["id"] == "op-packer-build-failed")
    found = log_location(failed["body"]["error"]["message"])
    assert found is not None
    assert found.endswith("customization.log")


@pytest.mark.parametrize(
    ("message", "late"),
    [
        ("Failed in distributing 1 images out of total 1: {[Error 0] [Distribute 0] Error", True),
        ("Timeout waiting for microservice to complete: 'context deadline exceeded'", True),
        ("Packer build command has failed: exit status 1", False),
        ("", False),
    ],
)
def test_a_failure_that_an_image_may_outlive_is_known_by_its_message(message: str, late: bool):
    """Compute goes on with a replication that AIB does not wait for any longer."""
    assert may_distribute_late(message) is late


@pytest.mark.parametrize(
    ("group", "code", "is_said"),
    [
        ("/subscriptions/s/resourceGroups/mine", "ServerError", True),
        ("/subscriptions/s/resourceGroups/mine", "BadStagingResourceGroup", True),
        ("/subscriptions/s/resourceGroups/mine", "BadPIRSource", False),
        ("", "ServerError", False),
    ],
)
def test_a_generic_error_of_a_given_staging_group_says_what_it_may_be(
    group: str, code: str, is_said: bool
):
    """AIB says "Internal error occurred" where two builds share a group."""
    error = {"provisioningErrorCode": code, "message": "Internal error occurred."}
    properties = {"stagingResourceGroup": group, "provisioningError": error}
    message = provisioning_status({"properties": properties}).error_message
    assert message.startswith("Internal error occurred.")
    assert ("a staging group of yours, /subscriptions/s/resourceGroups/mine" in message) == is_said
