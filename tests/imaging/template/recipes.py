"""Small recipes for the tests of templates, and the artifact and settings that go with them."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

from imaging.recipe import Recipe, read_recipe
from imaging.template import StagedArtifact, TemplateContext, render_template
from tests.sample_source import UBUNTU

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/kiln-local"
IDENTITIES = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
AIB_IDENTITY = f"{IDENTITIES}/aib"
VM_IDENTITY = f"{IDENTITIES}/build-vm"
SIGNATURE = "sv=2025-05-05&se=2026-01-01T00%3A00%3A00Z&sr=b&sp=r&spr=https&sig=CANARY%2B%3D"
IMAGE = f"{GROUP}/providers/Microsoft.Compute/images/app"
BLOB = "https://kilnlocal.blob.core.windows.net/kiln-staging/b1"

LINUX: dict[str, Any] = {
    "properties": {
        "source": dict(UBUNTU),
        "customize": [{"type": "Shell", "name": "own", "inline": ["true"]}],
        "distribute": [
            {
                "type": "ManagedImage",
                "runOutputName": "image",
                "imageId": IMAGE,
                "location": "westeurope",
            }
        ],
    }
}
WINDOWS: dict[str, Any] = copy.deepcopy(LINUX)
WINDOWS["properties"]["customize"] = [{"type": "PowerShell", "name": "own", "inline": ["dir"]}]

CONTEXT = TemplateContext("b1", "westeurope", AIB_IDENTITY, VM_IDENTITY)


def recipe(document: dict[str, Any] = LINUX, name: str = "webapp", **artifact: object) -> Recipe:
    """Read a small recipe with a block `artifact`."""
    changed = {**copy.deepcopy(document), "artifact": artifact} if artifact else document
    return read_recipe(name, json.dumps(changed).encode())


def staged(
    content: bytes = b"zip",
    kind: str = "zip",
    size_bytes: int | None = None,
    sas_query: str | None = None,
) -> StagedArtifact:
    """Describe an archive as it lies in the staging container."""
    size = len(content) if size_bytes is None else size_bytes
    digest = hashlib.sha256(content).hexdigest()
    return StagedArtifact(f"{BLOB}/webapp.{kind}", kind, size, digest, sas_query=sas_query)  # type: ignore[arg-type]


def customizers(
    rendered_from: Recipe, artifact: StagedArtifact | None, context: TemplateContext = CONTEXT
) -> list[dict[str, Any]]:
    """Render and take the customizers."""
    rendered: list[dict[str, Any]] = render_template(rendered_from, artifact, context)[
        "properties"
    ]["customize"]
    return rendered
