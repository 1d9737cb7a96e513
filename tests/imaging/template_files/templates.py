"""Templates to break, and what asks for the refusal."""

import json
from typing import Any

import pytest

from imaging.errors import RecipeError
from imaging.template_files import RepairedTemplate, repair_template
from tests.sample_source import UBUNTU

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/images"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/aib-identity"
IMAGE = f"{GROUP}/providers/Microsoft.Compute/images/webapp"
DEFINITION = f"{GROUP}/providers/Microsoft.Compute/galleries/gallery/images/webapp"
KIND = "Microsoft.VirtualMachineImages/imageTemplates"


def template(**properties: Any) -> dict[str, Any]:
    """A good template with some properties of the test's own."""
    target = {"type": "SharedImage", "galleryImageId": DEFINITION, "runOutputName": "out"}
    target["targetRegions"] = [{"name": "westeurope"}]
    return {
        "location": "westeurope",
        "properties": {"source": dict(UBUNTU), "distribute": [target], **properties},
    }


def target(**fields: Any) -> list[dict[str, Any]]:
    """The only target of a template, of the gallery kind, with fields of the test's own."""
    return [{"type": "SharedImage", "galleryImageId": DEFINITION, "runOutputName": "out", **fields}]


def deployment(resource: dict[str, Any], **beside: Any) -> dict[str, Any]:
    """An ARM deployment of one template."""
    whole = {"name": "t", "type": KIND, "apiVersion": "2022-02-14", **resource}
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    return {"$schema": schema, "contentVersion": "1.0.0.0", **beside, "resources": [whole]}


def repaired(document: object, **values: str) -> RepairedTemplate:
    """Repair a document that must be accepted."""
    return repair_template(json.dumps(document), recipe_name="webapp", values=values)


def properties_of(document: object, **values: str) -> dict[str, Any]:
    """Repair it and return its properties."""
    return repaired(document, **values).document["properties"]


def refusal(document: object, **values: str) -> str:
    """Repair a document that must be refused; return the message."""
    text = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(RecipeError) as caught:
        repair_template(text, recipe_name="webapp", values=values)
    return str(caught.value)
