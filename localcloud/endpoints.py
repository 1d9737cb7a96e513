"""Where the local cloud answers, and the names that it gives to the things of Azure."""

from __future__ import annotations

import random
import socket
from dataclasses import dataclass
from pathlib import Path

from localcloud.image_builder.identities import client_id

SUBSCRIPTION_ID = "00000000-0000-0000-0000-000000000001"
RESOURCE_GROUP = "kiln-local"
LOCATION = "westeurope"
ACCOUNT_NAME = "kilnlocal"
STAGING_ACCOUNT_NAME = "aibstaging"
DEFAULT_HOST_PORT = 7071
HEALTH_PATH = "/_localcloud/health"  # of the control plane, on the identity port
LOOPBACK = "127.0.0.1"

# Below the range that outgoing connections are numbered from (Linux: 32768, macOS: 49152), so that
# a port found free stays free until the process that it is for listens there.
_FIRST_PORT, _LAST_PORT = 12_000, 32_000


@dataclass(frozen=True)
class Ports:
    """One port for each listener."""

    blob: int
    queue: int
    table: int
    arm: int
    identity: int
    host: int
    host_rpc: int


@dataclass(frozen=True)
class Endpoints:
    """What a client of the running local cloud needs to know.

    Args:
        blob_url: blob service of the account `account_name`, path style.
        queue_url: its queue service.
        table_url: its table service.
        staging_blob_url: blob service of AIB's own account, where customization.log lies.
        arm_url: simulated management.azure.com.
        identity_url: managed identity endpoint, with path.
        identity_header: what it wants in X-IDENTITY-HEADER.
        host_url: the Functions host.
        function_key: key for its functions, for the header x-functions-key.
        ca_bundle: trusts all of it, and what was trusted before.
        account_name: storage account of the app.
    """

    blob_url: str
    queue_url: str
    table_url: str
    staging_blob_url: str
    arm_url: str
    identity_url: str
    identity_header: str
    host_url: str
    function_key: str
    ca_bundle: Path
    account_name: str = ACCOUNT_NAME


def identity_id(name: str) -> str:
    """Return the resource id of a user-assigned identity in the local resource group."""
    return (
        f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{RESOURCE_GROUP}/providers"
        f"/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
    )


def app_client_id() -> str:
    """Return the client id of the identity that the app has."""
    return client_id(identity_id("kiln-app"), known={})


def choose_ports(host_port: int | None = None) -> Ports:
    """Find a free port for every listener.

    Args:
        host_port: the port that people address; a free one is chosen if it is None.
    """
    chosen: list[int] = [host_port] if host_port else []
    while len(chosen) < len(Ports.__dataclass_fields__):
        port = random.randint(_FIRST_PORT, _LAST_PORT)  # noqa: S311 - no secret
        if port not in chosen and is_port_free(port):
            chosen.append(port)
    host, blob, queue, table, arm, identity, host_rpc = chosen
    return Ports(blob, queue, table, arm, identity, host, host_rpc)


def is_port_free(port: int) -> bool:
    """Tell whether a server could listen on this loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
