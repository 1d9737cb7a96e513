"""What AIB puts into the staging group of a template, and how it marks the group.

Rules: image-builder-json, "Template creation scenarios"; the value of the first tag: scripts that
look for AIB's storage accounts.
"""

from __future__ import annotations

import secrets
from typing import Any

from localcloud.image_builder.models import Template
from localcloud.image_builder.regions import region_key

_AIB = "AzureVMImageBuilder"
# Names in Packer's manner (hashicorp/packer-plugin-azure).
_VM_PREFIX = "pkrvm"
_OF_VM = {
    "Microsoft.Compute/virtualMachines": _VM_PREFIX,
    "Microsoft.Compute/disks": "pkros",
    "Microsoft.Network/networkInterfaces": "pkrni",
}
_OF_OWN_NETWORK = {
    "Microsoft.Network/virtualNetworks": "pkrvn",
    "Microsoft.Network/publicIPAddresses": "pkrip",
    "Microsoft.Network/networkSecurityGroups": "pkrsg",
}


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
    content = [_resource(template, "Microsoft.Storage/storageAccounts", account_name)]
    profile = template.properties.get("vmProfile") or {}
    kinds = _OF_VM
    if not (profile.get("vnetConfig") or {}).get("subnetId"):
        kinds = {**_OF_VM, **_OF_OWN_NETWORK}
    for run in template.runs:
        if run.kept_vm:
            suffix = run.kept_vm.removeprefix(_VM_PREFIX)
            content += [_resource(template, kind, f"{kinds[kind]}{suffix}") for kind in kinds]
    return content


def new_vm_name() -> str:
    """Make up the name of a build VM; what belongs to it has the same last characters."""
    return f"{_VM_PREFIX}{secrets.token_hex(5)}"


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
