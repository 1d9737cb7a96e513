"""The only reader of the environment: one typed object, read on first use, never at import.

Importing the app must not fail for a missing setting, because that would unindex every function.
Checked by hand and not by pydantic, whose import and model would be a quarter of a cold start (see
benchmarks/indexing.py). Each name is explained in docs/settings.md and has a sample in
local.settings.sample.json.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from imaging.errors import SettingsError


@dataclass(frozen=True)
class Form:
    """What a setting's text must look like, for the machine and in words."""

    pattern: str
    words: str
    convert: Callable[[str], Any] = str


_TEXT = Form(r".+", "a text")
_GUID = Form(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "a GUID")
_GROUP = Form(r"[\w.()-]{1,90}", "the name of a resource group")
_CONTAINER = Form(r"[a-z0-9](-?[a-z0-9]){2,62}", "the name of a blob container")
_URL = Form(r"https://[^\s?#]+", "an https:// address without a query")
_NUMBER = Form(r"[1-9][0-9]{0,15}", "a whole number above 0", int)
# azure-identity raises a plain ValueError for another, far from any message of ours.
_CREDENTIALS = Form(
    r"(?i)dev|prod|(managedidentity|workloadidentity|environment|azurecli|azuredevelopercli"
    r"|azurepowershell|visualstudiocode|interactivebrowser)credential",
    "ManagedIdentityCredential in Azure, or another that azure-identity knows",
)
_RESOURCE_ID = Form(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/[^/]+/[^/]+/[^/]+",
    "a resource id, /subscriptions/…/resourceGroups/…/providers/…",
)
_AZURE = "https://management.azure.com"


def _required(name: str, form: Form = _TEXT) -> Any:  # noqa: ANN401 - as dataclasses.field
    return field(metadata={"name": name, "form": form, "required": True})


def _optional(name: str, form: Form = _TEXT, default: object = None) -> Any:  # noqa: ANN401 - as dataclasses.field
    return field(default=default, metadata={"name": name, "form": form, "required": False})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an operator decides."""

    subscription_id: str = _required("AZURE_SUBSCRIPTION_ID", _GUID)
    build_resource_group: str = _required("BUILD_RESOURCE_GROUP", _GROUP)
    build_location: str | None = _optional("BUILD_LOCATION")
    aib_identity_id: str | None = _optional("AIB_IDENTITY_ID", _RESOURCE_ID)
    build_vm_identity_id: str | None = _optional("BUILD_VM_IDENTITY_ID", _RESOURCE_ID)

    artifacts_blob_uri: str = _required("ARTIFACTS__blobServiceUri", _URL)
    artifacts_container: str = _required("ARTIFACTS_CONTAINER", _CONTAINER)
    staging_container: str = _optional("STAGING_CONTAINER", _CONTAINER, "kiln-staging")
    recipes_container: str = _optional("RECIPES_CONTAINER", _CONTAINER, "kiln-recipes")
    builds_container: str = _optional("BUILDS_CONTAINER", _CONTAINER, "kiln-builds")
    images_container: str = _optional("IMAGES_CONTAINER", _CONTAINER, "kiln-images")
    max_artifact_bytes: int = _optional("MAX_ARTIFACT_BYTES", _NUMBER, 5 * 1024**3)

    client_id: str | None = _optional("AZURE_CLIENT_ID")
    token_credentials: str = _required("AZURE_TOKEN_CREDENTIALS", _CREDENTIALS)
    arm_endpoint: str = _optional("ARM_ENDPOINT", _URL, _AZURE)
    arm_audience: str = _optional("ARM_AUDIENCE", _URL, _AZURE)


@cache
def settings() -> Settings:
    """Read the settings once.

    Raises:
        SettingsError: settings are missing or wrong; names all of them, never their values.
    """
    return read_settings(os.environ)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from a mapping.

    Raises:
        SettingsError: as for `settings`.
    """
    values: dict[str, Any] = {}
    faults: list[str] = []
    for each in fields(Settings):
        name, form = each.metadata["name"], each.metadata["form"]
        text = environment.get(name, "").strip()
        if text and re.fullmatch(form.pattern, text):
            values[each.name] = form.convert(text)
        elif text:
            faults.append(f"{name} must be {form.words}")
        elif each.metadata["required"]:
            faults.append(f"{name} is missing; it must be {form.words}")
    if faults:
        raise SettingsError(
            f"app settings are not usable: {'; '.join(faults)}. See docs/settings.md"
        )
    return Settings(**values)
