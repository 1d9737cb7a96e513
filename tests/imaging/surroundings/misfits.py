"""What Azure may say of a thing that does not fit the recipe: answers, place and message."""

from __future__ import annotations

from typing import Any

from imaging.surroundings.look import Look
from tests.imaging.surroundings.recipes import GROUP, IDENTITY, MARKETPLACE, SUBSCRIPTION

IMAGE = f"{GROUP}/Microsoft.Compute/images/base"
BASE = f"{GROUP}/Microsoft.Compute/galleries/g/images/base"
SUBNETS = f"{GROUP}/Microsoft.Network/virtualNetworks/net/subnets"
VNET = {"subnetId": f"{SUBNETS}/vms", "containerInstanceSubnetId": f"{SUBNETS}/aci"}
ABSENT = Look("absent")
OTHER = "00000000-0000-0000-0000-000000000002"


def published(*regions: str, hidden: bool = False) -> dict[str, Any]:
    """Return an image version as Compute shows it: with display names of regions."""
    profile = {"targetRegions": [{"name": name} for name in regions], "excludeFromLatest": hidden}
    return {"properties": {"publishingProfile": profile}}


def image(location: str = "westeurope", system: str = "Linux", state: str = "Generalized"):
    """Return a managed image as Compute shows it."""
    disk = {"osType": system, "osState": state}
    return {"location": location, "properties": {"storageProfile": {"osDisk": disk}}}


def definition(**properties: str) -> dict[str, Any]:
    """Return an image definition as Compute shows it."""
    return {"location": "westeurope", "properties": properties}


def delegated(*services: str) -> dict[str, Any]:
    """Return a subnet as Network shows it."""
    return {
        "properties": {"delegations": [{"properties": {"serviceName": name}} for name in services]}
    }


def source(kind: str, **fields: str) -> dict[str, Any]:
    """Return the properties of a recipe with another source."""
    return {"source": {"type": kind, **fields}}


LATEST = source("SharedImageVersion", imageVersionId=f"{BASE}/versions/latest")
EXPLICIT = source("SharedImageVersion", imageVersionId=f"{BASE}/versions/1.0.0")
MANAGED = source("ManagedImage", imageId=IMAGE)
TO_IMAGE = {
    "distribute": [
        {
            "type": "ManagedImage",
            "runOutputName": "image",
            "imageId": IMAGE.replace("/resourceGroups/rg/", "/resourceGroups/images/"),
            "location": "westeurope",
        }
    ]
}
SMALL = {"vmProfile": {"osDiskSizeGB": 64}}
STAGING_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/staging"
STAGING = {"stagingResourceGroup": STAGING_GROUP}
PINNED = {"source": MARKETPLACE | {"version": "24.04.202404230"}}
WINDOWS_DISK = {"properties": {"osDiskImage": {"operatingSystem": "Windows"}}}
PLAN = {"name": "p", "product": "o", "publisher": "c"}


def generation(name: str) -> dict[str, Any]:
    """Return an image as Compute shows it, as far as it tells its generation."""
    return {"properties": {"hyperVGeneration": name}}


MISFITS: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "no version of a Marketplace image": (
        {},
        {"/versions": []},
        "properties.source",
        "has no version; list what there is: az vm image list --all --location westeurope",
    ),
    "unknown Marketplace version": (
        PINNED,
        {"/versions/24.04.202404230": ABSENT},
        "properties.source",
        "Canonical:ubuntu-24_04-lts:server:24.04.202404230 in westeurope does not exist",
    ),
    "Marketplace image of another system": (
        PINNED,
        {"/versions/24.04.202404230": WINDOWS_DISK},
        "properties.source",
        "is for Windows, the recipe's steps are for Linux",
    ),
    "latest Marketplace image of another system": (
        {},
        {"/versions": [WINDOWS_DISK]},
        "properties.source",
        "server:latest in westeurope is for Windows, the recipe's steps are for Linux",
    ),
    "Marketplace image with a plan": (
        PINNED,
        {"/versions/24.04.202404230": {"properties": {"plan": PLAN}}},
        "properties.source.planInfo",
        'purchase plan; add planInfo: {"planName": "p", "planProduct": "o", "planPublisher": "c"}',
    ),
    "definition of another generation than the Marketplace image": (
        {},
        {"/versions": [generation("V1")], "/images/web": generation("V2")},
        "properties.distribute[0].galleryImageId",
        "image definition g/web is for generation V2, the source is V1; make a definition",
    ),
    "definition of another generation than the managed image": (
        MANAGED,
        {"/images/base": generation("V2"), "/images/web": generation("v1")},
        "properties.distribute[0].galleryImageId",
        "is for generation V1, the source is V2",
    ),
    "definition of another generation than the source's definition": (
        LATEST,
        {"/g/images/base": generation("V1"), "/images/web": generation("V2")},
        "properties.distribute[0].galleryImageId",
        "is for generation V2, the source is V1",
    ),
    "source definition of another system": (
        EXPLICIT,
        {"/g/images/base": definition(osType="Windows")},
        "properties.source.imageVersionId",
        "image definition base is for Windows, the recipe's steps are for Linux",
    ),
    "specialized source definition": (
        LATEST,
        {"/g/images/base": definition(osState="Specialized")},
        "properties.source.imageVersionId",
        "is Specialized, AIB takes Generalized images only",
    ),
    "disk that is smaller than the managed image's": (
        MANAGED | SMALL,
        {"/images/base": {"properties": {"storageProfile": {"osDisk": {"diskSizeGB": 127}}}}},
        "properties.vmProfile.osDiskSizeGB",
        "is 64; asked Azure: managed image base has an OS disk of 127 GB; write at least 127",
    ),
    "disk that is smaller than the gallery version's": (
        EXPLICIT | SMALL,
        {"/versions/1.0.0": {"properties": {"storageProfile": {"osDiskImage": {"sizeInGB": 127}}}}},
        "properties.vmProfile.osDiskSizeGB",
        "base/1.0.0 has an OS disk of 127 GB",
    ),
    "disk that is smaller than the Marketplace image's": (
        SMALL,
        {"/versions": [{"properties": {"osDiskImage": {"sizeInGb": 127}}}]},
        "properties.vmProfile.osDiskSizeGB",
        "server:latest in westeurope has an OS disk of 127 GB",
    ),
    "no managed image": (
        MANAGED,
        {"/images/base": ABSENT},
        "properties.source.imageId",
        "managed image base does not exist; name a generalized image",
    ),
    "managed image in another region": (
        MANAGED,
        {"/images/base": image("northeurope")},
        "properties.source.imageId",
        "is in northeurope, the template will be in westeurope",
    ),
    "managed image in another subscription": (
        source("ManagedImage", imageId=IMAGE.replace(SUBSCRIPTION, OTHER)),
        {"/images/base": image()},
        "properties.source.imageId",
        f"is in subscription {OTHER}, the template will be in {SUBSCRIPTION}",
    ),
    "managed image of another system": (
        MANAGED,
        {"/images/base": image(system="Windows")},
        "properties.source.imageId",
        "is for Windows",
    ),
    "specialized managed image": (
        MANAGED,
        {"/images/base": image(state="Specialized")},
        "properties.source.imageId",
        "is Specialized, AIB takes Generalized images only",
    ),
    "no gallery version": (
        EXPLICIT,
        {"/versions/1.0.0": ABSENT},
        "properties.source.imageVersionId",
        "gallery image version base/1.0.0 does not exist; name a version that is replicated to",
    ),
    "gallery version elsewhere": (
        EXPLICIT,
        {"/versions/1.0.0": published("North Europe")},
        "properties.source.imageVersionId",
        "is replicated to northeurope and not to westeurope",
    ),
    "no version to be the latest": (
        LATEST,
        {"/base/versions": {"value": [published("West Europe", hidden=True)]}},
        "properties.source.imageVersionId",
        "the image has no version that may be the latest",
    ),
    "latest version elsewhere": (
        LATEST,
        {"/base/versions": {"value": [published("North Europe"), published("East US")]}},
        "properties.source.imageVersionId",
        "no version of the image is replicated to westeurope",
    ),
    "gallery of another region": (
        {},
        {"/galleries/g": {"location": "eastus"}},
        "properties.distribute[0].targetRegions",
        "is West Europe, northeurope; asked Azure: gallery g is in eastus; add eastus",
    ),
    "no definition": (
        {},
        {"/images/web": ABSENT},
        "properties.distribute[0].galleryImageId",
        "image definition g/web does not exist; make a definition that fits",
    ),
    "definition of another system": (
        {},
        {"/images/web": definition(osType="Windows")},
        "properties.distribute[0].galleryImageId",
        "image definition g/web is for Windows, the recipe's steps are for Linux",
    ),
    "specialized definition": (
        {},
        {"/images/web": definition(osType="Linux", osState="Specialized")},
        "properties.distribute[0].galleryImageId",
        "is Specialized",
    ),
    "no group for the managed image": (
        TO_IMAGE,
        {"/resourceGroups/images": ABSENT},
        "properties.distribute[0].imageId",
        "resource group images does not exist; make it first",
    ),
    "staging group in another region": (
        STAGING,
        {"/resourceGroups/staging": {"location": "northeurope"}},
        "properties.stagingResourceGroup",
        "resource group staging is in northeurope, the template will be in westeurope",
    ),
    "staging group in another subscription": (
        {"stagingResourceGroup": STAGING_GROUP.replace(SUBSCRIPTION, OTHER)},
        {},
        "properties.stagingResourceGroup",
        f"is in subscription {OTHER}, the template will be in {SUBSCRIPTION}",
    ),
    "staging group with something in it": (
        STAGING,
        {"/resourceGroups/staging/resources": {"value": [{"name": "disk"}]}},
        "properties.stagingResourceGroup",
        "resource group staging is not empty; delete the template that uses it",
    ),
    "no identity of the build VM": (
        {"vmProfile": {"userAssignedIdentities": [IDENTITY.replace("/aib", "/build-vm")]}},
        {"/build-vm": ABSENT},
        "properties.vmProfile.userAssignedIdentities[0]",
        "identity build-vm does not exist; make it",
    ),
    "no subnet": (
        {"vmProfile": {"vnetConfig": {"subnetId": f"{SUBNETS}/vms"}}},
        {"/vms": ABSENT},
        "properties.vmProfile.vnetConfig.subnetId",
        "subnet net/vms does not exist",
    ),
    "subnet without delegation": (
        {"vmProfile": {"vnetConfig": VNET}},
        {"/aci": delegated("Microsoft.Sql/managedInstances")},
        "properties.vmProfile.vnetConfig.containerInstanceSubnetId",
        "subnet net/aci is not delegated to container groups",
    ),
}
