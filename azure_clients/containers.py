"""Looks at containers of the storage account."""

from __future__ import annotations

from azure_clients.azure_errors import translated
from azure_clients.blob_storage import blob_service
from imaging.errors import AccessError, KilnError
from imaging.surroundings.look import Look


def look_at_container(name: str) -> Look:
    """See whether a container is there; never an error.

    Args:
        name: of a container in Kiln's own account.
    """
    try:
        with translated("asking"):
            there = blob_service().get_container_client(name).exists()
    except AccessError as error:
        return Look("denied", reason=str(error))
    except KilnError as error:
        return Look("unknown", reason=str(error))
    return Look("found", {}) if there else Look("absent")
