"""Managed identities: the ids that belong to a name, and a template's one identity."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

_NAMESPACE = uuid.UUID("6f2f6f3e-4a55-5a3c-9d0e-3a1f4be6c001")


def client_id(identity_id: str, known: Mapping[str, str]) -> str:
    """Return the client id of an identity: a known one, else always the same made-up one.

    Args:
        identity_id: resource id, any case.
        known: client ids by resource id in lower case.
    """
    made_up = str(uuid.uuid5(_NAMESPACE, f"client {identity_id.lower()}"))
    return known.get(identity_id.lower(), made_up)


def principal_id(identity_id: str) -> str:
    """Return the object id of an identity, always the same for the same name."""
    return str(uuid.uuid5(_NAMESPACE, f"principal {identity_id.lower()}"))


def assigned(identity: dict[str, Any] | None) -> list[str]:
    """Return the resource ids of the identities of a template."""
    ids = (identity or {}).get("userAssignedIdentities")
    return list(ids) if isinstance(ids, dict) else []


def shown(identity: dict[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    """Return the identity as AIB answers it once the template is created."""
    ids = assigned(identity)
    if not ids:
        return {"type": identity.get("type", "None")}
    details = {i: {"principalId": principal_id(i), "clientId": client_id(i, known)} for i in ids}
    return {"type": identity["type"], "userAssignedIdentities": details}
