"""The container that AIB writes VHDs to."""

from __future__ import annotations

from azure_clients.azure_errors import translated
from azure_clients.blob_storage import blob_service
from imaging.errors import AccessError, KilnError
from imaging.surroundings.look import Look
from settings import settings


def look_at_images_container() -> Look:
    """See whether the container IMAGES_CONTAINER is there; never an error."""
    try:
        with translated("asking"):
            there = blob_service().get_container_client(settings().images_container).exists()
    except AccessError as error:
        return Look("denied", reason=str(error))
    except KilnError as error:
        return Look("unknown", reason=str(error))
    return Look("found", {}) if there else Look("absent")
