"""What AIB puts into the staging group of a template, and how it marks the group.

Rules: image-builder-json, "Template creation scenarios"; the value of the first tag: scripts that
look for AIB's storage accounts.
"""

from __future__ import annotations

from typing import Any

from localcloud.image_builder.models import Template
from localcloud.image_builder.regions import region_key

_AIB = "AzureVMImageBuilder"


def group_tags(template: Template) -> dict[str, str]:
    """Return the tags that AIB adds to the staging group of a template."""
    if template.made_staging_group:
        return managed_tags(template) | {"createdBy": _AIB} | _owner(template)
    return {"usedBy": _AIB} | _owner(template)


def managed_tags(template: Template) -> dict[str, str]:
    """Return the tags that the template wants on what AIB makes."""
    tags: dict[str, str] = template.properties.get("managedResourceTags") or {}
    return dict(tags)


def content_of(template: Template, account_name: str) -> list[dict[str, Any]]:
    """Return what AIB keeps in the staging group of a template, as a list of a group shows it.

    Args:
        template: the one that has the group.
        account_name: name of the storage account for logs and VHDs.
    """
    return [_resource(template, "Microsoft.Storage/storageAccounts", account_name)]


def _owner(template: Template) -> dict[str, str]:
    address = template.address
    return {
        "imageTemplateName": address.name,
        "imageTemplateResourceGroupName": address.group,
    }


def _resource(template: Template, resource_type: str, name: str) -> dict[str, Any]:
    return {
        "id": f"{template.exact_staging_group}/providers/{resource_type}/{name}",
        "name": name,
        "type": resource_type,
        "location": region_key(template.location),
        "tags": managed_tags(template) | {"createdBy": _AIB},
    }
