"""Steps of old pipelines, and what becomes of them."""

from typing import Any

import yaml

from cli.pipeline_files import find_steps
from imaging.migration import FoundStep, Migration, migrate

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/images"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/aib-identity"
IMAGE = f"{GROUP}/providers/Microsoft.Compute/images/webapp"
DEFINITION = f"{GROUP}/providers/Microsoft.Compute/galleries/gallery/images/webapp"
SUBNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/network/subnets/build"

TASK = {
    "managedIdentity": IDENTITY,
    "imageSource": "marketplace",
    "baseImagePubOfferSku": "Canonical:ubuntu-24_04-lts:server",
    "packagePath": "$(System.DefaultWorkingDirectory)/webapp",
    "inlineScript": "sudo sh /tmp/webapp/install.sh",
    "distributeType": "sig",
    "galleryImageId": DEFINITION,
    "replicationRegions": "westeurope",
    "ibLocation": "westeurope",
}
ACTION = {
    "location": "westeurope",
    "managed-identity": IDENTITY,
    "source-os-type": "linux",
    "source-image": "Canonical:ubuntu-24_04-lts:server:latest",
    "customizer-source": "${{ github.workspace }}/webapp",
    "customizer-script": "sh /tmp/webapp/install.sh",
    "dist-type": "SharedImageGallery",
    "dist-resource-id": DEFINITION,
    "dist-location": "westeurope",
}


def without_none(inputs: dict[str, Any]) -> dict[str, Any]:
    """Leave out the inputs that a test sets to None."""
    return {name: value for name, value in inputs.items() if value is not None}


def task_file(task: str = "AzureImageBuilderTask@1", **inputs: Any) -> str:
    """An Azure Pipelines file with one step of the task."""
    step = {"task": task, "inputs": without_none(TASK | inputs)}
    return yaml.safe_dump({"steps": [{"script": "make"}, step]}, sort_keys=False)


def action_file(inputs: dict[str, Any] | None = None, **job: Any) -> str:
    """A GitHub workflow with one step of the action."""
    step = {"uses": "azure/build-vm-image@v0", "with": without_none(ACTION | (inputs or {}))}
    whole = {"runs-on": "ubuntu-latest", **job, "steps": [step]}
    return yaml.safe_dump({"on": "push", "jobs": {"build": whole}}, sort_keys=False)


def only_step(text: str) -> FoundStep:
    """The one step of a file."""
    (step,) = find_steps(text)
    return step


def migrated(text: str, **values: str) -> Migration:
    """Migrate the one step of a file, which must have no faults."""
    migration = migrate(only_step(text), values)
    assert migration.faults == []
    return migration


def properties_of(text: str, **values: str) -> dict[str, Any]:
    """Migrate it and return the recipe's properties."""
    return migrated(text, **values).document["properties"]


def faults_of(text: str, **values: str) -> str:
    """Migrate the one step of a file, which must have faults; return them."""
    migration = migrate(only_step(text), values)
    assert migration.faults
    return "\n".join(map(str, migration.faults))
