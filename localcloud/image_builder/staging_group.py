"""The staging resource group of a template: its name, its log, how a failure points to it."""

from __future__ import annotations

from typing import Any, Literal

LogLocationForm = Literal["by_version", "arm", "url"]
LOG_CONTAINER = "packerlogs"
_NAME_CHARACTERS = 43
_TROUBLESHOOTING = "For more troubleshooting steps go to https://aka.ms/azvmimagebuilderts."


def exact_group_id(subscription: str, group: str, template_name: str, guid: str) -> str:
    """Return the id of the group that AIB makes (177 of 179 recordings)."""
    short = f"IT_{group}_{template_name}"[:_NAME_CHARACTERS]
    return f"/subscriptions/{subscription}/resourceGroups/{short}_{guid}"


def given_group_id(properties: dict[str, Any]) -> str:
    """Return the id of the group that a template names; empty when it names none."""
    given = str(properties.get("stagingResourceGroup") or "")
    return f"/{given.lstrip('/')}" if given else ""


def log_blob(run_id: str) -> str:
    """Return the log's blob name in the container `packerlogs`."""
    return f"{run_id}/customization.log"


def failure_by_arm_path(staging_group_id: str, account: str, run_id: str) -> str:
    """Return the message of a failed build as of 2024 (azure-powershell#24244)."""
    return (
        "During the image build a failure has occurred. Packer build logs are at location "
        f"{staging_group_id}/providers/Microsoft.Storage/storageAccounts/{account}/blobServices/"
        f"default/containers/{LOG_CONTAINER}/{log_blob(run_id)}. Please navigate to this location "
        "using portal or other tools to download logs for identifying which build/customization "
        f"step failed. Use this operationId {run_id} to search packer logs. {_TROUBLESHOOTING}"
    )


def failure_by_url(blob_endpoint: str, run_id: str) -> str:
    """Return the message of a failed build as the troubleshooting page shows it."""
    return (
        "Customization failure: Microservice has failed: Failed while processing request: Error "
        "when executing packerizer: Packer build command has failed: exit status 1. During the "
        "image build, a failure has occurred, please review the build log to identify which "
        f"build/customization step failed. {_TROUBLESHOOTING} Image Build log location: "
        f"{blob_endpoint}/{LOG_CONTAINER}/{log_blob(run_id)}. OperationId: {run_id}. Use this "
        "operationId to search packer logs."
    )
