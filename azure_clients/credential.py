"""One credential for the whole process: its token cache belongs to the object."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from settings import settings

if TYPE_CHECKING:
    from azure.identity import DefaultAzureCredential


@cache
def credential() -> DefaultAzureCredential:
    """Return the credential that `AZURE_TOKEN_CREDENTIALS` names.

    `ManagedIdentityCredential` in Azure; a developer's login is used only where that setting says
    so (azure-identity: `require_envvar`).
    """
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - 180 ms, not at indexing

    return DefaultAzureCredential(
        managed_identity_client_id=settings().client_id, require_envvar=True
    )
