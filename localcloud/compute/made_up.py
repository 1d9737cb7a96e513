"""Compute resources that exist by rule, without having been put.

The local cloud's own galleries have every image definition and no version but what was built.
Definitions and versions in galleries that nobody put exist, in every region, so that a recipe may
start from them; so do managed images. Everything lies in `LOCATION`.
`localcloud/image_builder/name_rules.py` goes first.
"""

from __future__ import annotations

import re
from typing import Any

LOCATION = "westeurope"
VERSION_TYPE = "Microsoft.Compute/galleries/images/versions"
BUILT_ALREADY = "hardened-rhel9"
# image-builder-json (10/2023), the larger ones of AIB's regions.
_REGIONS = (
    *("australiaeast", "brazilsouth", "canadacentral", "centralindia", "centralus", "eastasia"),
    *("eastus", "eastus2", "francecentral", "germanywestcentral", "japaneast", "koreacentral"),
    *("northcentralus", "northeurope", "norwayeast", "polandcentral", "qatarcentral"),
    *("southafricanorth", "southcentralus", "southeastasia", "swedencentral", "switzerlandnorth"),
    *("uaenorth", "uksouth", "ukwest", "westcentralus", "westeurope", "westus", "westus2"),
    "westus3",
)
_SYSTEM_WORDS = {
    "Windows": re.compile(r"windows|desktop|\bwin|\biis\b"),
    "Linux": re.compile(r"linux|ubuntu|debian|rhel|suse|alma|rocky|fedora"),
}
_GENERATION_WORD = re.compile(r"gen([12])")
_RESOURCE = re.compile(
    r".*/providers/Microsoft\.Compute/(?:images/(?P<image>[^/]+)|galleries/(?P<gallery>[^/]+)"
    r"(?:/images/(?P<definition>[^/]+)(?:/versions/(?P<version>[^/]+))?)?)",
    re.IGNORECASE,
)


def names_in(resource_id: str) -> dict[str, str]:
    """Return the names in an id by what they name; nothing if it is of nothing made up."""
    found = _RESOURCE.fullmatch(resource_id)
    return {key: name for key, name in found.groupdict().items() if name} if found else {}


def resource(
    resource_id: str, *, in_own_gallery: bool, in_put_gallery: bool
) -> dict[str, Any] | None:
    """Return a resource that exists by rule; None where there is none.

    Args:
        resource_id: its id.
        in_own_gallery: whether it is, or is in, a gallery of the local cloud.
        in_put_gallery: whether its gallery was put.
    """
    names = names_in(resource_id)
    if "image" in names:
        kind, body = "images", managed_image()
    elif "version" in names:
        kind, body = "galleries/images/versions", version()
        if in_own_gallery or in_put_gallery:
            return None
    elif "definition" in names:
        kind, body = "galleries/images", definition(names["definition"])
        if in_put_gallery and not in_own_gallery:
            return None
    elif "gallery" in names and in_own_gallery:
        kind, body = "galleries", gallery(names["gallery"])
    else:
        return None
    name = resource_id.rpartition("/")[2]
    named = {"id": resource_id, "name": name, "type": f"Microsoft.Compute/{kind}"}
    properties = {"provisioningState": "Succeeded"} | body["properties"]
    return named | body | {"properties": properties}


def gallery(name: str) -> dict[str, Any]:
    """Return the body of a gallery of the local cloud."""
    identifier = {"uniqueName": f"local-{name.upper()}"}
    return {"location": LOCATION, "tags": {}, "properties": {"identifier": identifier}}


def definition(name: str) -> dict[str, Any]:
    """Return the body of an image definition.

    `osType` and `hyperVGeneration` are there only where the name tells them (`windows-iis`,
    `rhel9-gen1`): they would be guesses otherwise, and refuse builds.
    """
    system = [os for os, words in _SYSTEM_WORDS.items() if words.search(name.lower())]
    generation = _GENERATION_WORD.search(name.lower())
    properties = {
        **({"osType": system[0]} if system else {}),
        "osState": "Generalized",
        **({"hyperVGeneration": f"V{generation[1]}"} if generation else {}),
        "architecture": "x64",
        "identifier": {"publisher": "kiln", "offer": "local", "sku": name},
    }
    return {"location": LOCATION, "tags": {}, "properties": properties}


def version() -> dict[str, Any]:
    """Return the body of an image version that is replicated everywhere."""
    replicas = [
        {"name": name, "regionalReplicaCount": 1, "storageAccountType": "Standard_LRS"}
        for name in _REGIONS
    ]
    profile = {"targetRegions": replicas, "replicaCount": 1, "excludeFromLatest": False}
    return {"location": LOCATION, "tags": {}, "properties": {"publishingProfile": profile}}


def managed_image() -> dict[str, Any]:
    """Return the body of a managed image; it tells neither its system nor its generation."""
    disk = {"osState": "Generalized", "diskSizeGB": 30, "caching": "ReadWrite"}
    properties = {"storageProfile": {"osDisk": disk, "dataDisks": []}}
    return {"location": LOCATION, "tags": {}, "properties": properties}
