"""The app's settings for the local cloud: its own sample file with the endpoints filled in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from localcloud.endpoints import Endpoints, app_client_id
from localcloud.errors import StateError

SAMPLE_NAME = "local.settings.sample.json"
_CONTAINER_SUFFIX = "_CONTAINER"


def read_sample(app: Path) -> dict[str, str]:
    """Return the values of the app's sample settings.

    Raises:
        StateError: there is no such file, or it is no settings file.
    """
    path = app / SAMPLE_NAME
    try:
        values: dict[str, str] = json.loads(path.read_text())["Values"]
    except (OSError, ValueError, KeyError) as error:
        raise StateError(
            f"{path} cannot be read ({error}); --app names the app's folder"
        ) from error
    return values


def fill_in(sample: Mapping[str, str], endpoints: Endpoints) -> dict[str, str]:
    """Return the settings of an app that runs against `endpoints`.

    Every setting of the sample is kept; those that say where a service is, and as whom the app
    signs in, get the local cloud's values.
    """
    by_suffix = {
        "__blobServiceUri": endpoints.blob_url,
        "__queueServiceUri": endpoints.queue_url,
        "__tableServiceUri": endpoints.table_url,
        "__clientId": app_client_id(),
    }
    settings = dict(sample)
    for name in sample:
        suffix = name[name.index("__") :] if "__" in name else ""
        settings[name] = by_suffix.get(suffix, sample[name])
    return settings | {
        "ARM_ENDPOINT": endpoints.arm_url,
        "AZURE_CLIENT_ID": app_client_id(),
        "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
        "IDENTITY_ENDPOINT": endpoints.identity_url,
        "IDENTITY_HEADER": endpoints.identity_header,
        "REQUESTS_CA_BUNDLE": str(endpoints.ca_bundle),
        "SSL_CERT_FILE": str(endpoints.ca_bundle),
    }


def container_names(sample: Mapping[str, str]) -> list[str]:
    """Return the containers that the settings name."""
    return [value for name, value in sample.items() if name.endswith(_CONTAINER_SUFFIX)]
