"""Every field of an image template, by API version: names, types, which are required.

From the swagger of 2024-02-01 and the models of azure-mgmt-imagebuilder 2.0.0 (2025-10-01). One
line per struct: `name:type`, then `!` when required or `~` when read-only, `>=version` or
`<version` when not in all. Types: string bool int map identities any, `X[]`, the name of a struct
or of a union.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SHELL = "name:string type:string! inline:string[] scriptUri:string sha256Checksum:string"
_POWERSHELL = f"{_SHELL} runElevated:bool runAsSystem:bool validExitCodes:int[]"
_FILE = "name:string type:string! sourceUri:string destination:string sha256Checksum:string"
_OLD = "script:string<2019-05-01"
_TARGET = "type:string! runOutputName:string! artifactTags:map tags:map<2019-05-01"

_STRUCTS = {
    "ImageTemplate": (
        "location:string! identity:ImageTemplateIdentity!>=2020-02-14 tags:map "
        "properties:ImageTemplateProperties! id:string~ name:string~ type:string~ systemData:any~"
    ),
    "ImageTemplateUpdateParameters": (
        "identity:ImageTemplateIdentity tags:map properties:ImageTemplateUpdateParametersProperties"
    ),
    "ImageTemplateUpdateParametersProperties": (
        "distribute:ImageTemplateDistributor[] vmProfile:ImageTemplateVMProfile"
    ),
    "ImageTemplateIdentity": (
        "type:string userAssignedIdentities:identities principalId:string~ tenantId:string~"
    ),
    "ImageTemplateProperties": (
        "source:ImageTemplateSource! customize:ImageTemplateCustomizer[] "
        "optimize:ImageTemplatePropertiesOptimize>=2022-07-01 "
        "validate:ImageTemplatePropertiesValidate>=2022-02-14 "
        "errorHandling:ImageTemplatePropertiesErrorHandling>=2023-07-01 "
        "distribute:ImageTemplateDistributor[]! vmProfile:ImageTemplateVMProfile "
        "additionalDataDisks:DataDisk[]>=2025-10-01 buildTimeoutInMinutes:int "
        "stagingResourceGroup:string>=2022-02-14 autoRun:ImageTemplateAutoRun>=2024-02-01 "
        "managedResourceTags:map>=2024-02-01 provisioningState:string~ provisioningError:any~ "
        "lastRunStatus:any~ exactStagingResourceGroup:string~"
    ),
    "ImageTemplatePlatformImageSource": (
        "type:string! publisher:string offer:string sku:string version:string "
        "exactVersion:string~ planInfo:PlatformImagePurchasePlan"
    ),
    "PlatformImagePurchasePlan": "planName:string! planProduct:string! planPublisher:string!",
    "ImageTemplateManagedImageSource": "type:string! imageId:string!",
    "ImageTemplateSharedImageVersionSource": (
        "type:string! imageVersionId:string! exactVersion:string~"
    ),
    "ImageTemplateShellCustomizer": f"{_SHELL} {_OLD}",
    "ImageTemplatePowerShellCustomizer": f"{_POWERSHELL} {_OLD}",
    "ImageTemplateFileCustomizer": _FILE,
    "ImageTemplateRestartCustomizer": (
        "name:string type:string! restartCommand:string restartCheckCommand:string "
        "restartTimeout:string"
    ),
    "ImageTemplateWindowsUpdateCustomizer": (
        "name:string type:string! searchCriteria:string filters:string[] updateLimit:int"
    ),
    "ImageTemplatePropertiesOptimize": (
        "vmBoot:ImageTemplatePropertiesOptimizeVMBoot "
        "workload:ImageTemplatePropertiesOptimizeWorkload>=2025-10-01"
    ),
    "ImageTemplatePropertiesOptimizeVMBoot": "state:string",
    "ImageTemplatePropertiesOptimizeWorkload": (
        "state:string scriptUri:string sha256Checksum:string"
    ),
    "ImageTemplatePropertiesValidate": (
        "continueDistributeOnFailure:bool sourceValidationOnly:bool "
        "inVMValidations:ImageTemplateInVMValidator[]"
    ),
    "ImageTemplateShellValidator": _SHELL,
    "ImageTemplatePowerShellValidator": _POWERSHELL,
    "ImageTemplateFileValidator": _FILE,
    "ImageTemplatePropertiesErrorHandling": "onCustomizerError:string onValidationError:string",
    "ImageTemplateManagedImageDistributor": f"{_TARGET} imageId:string! location:string!",
    "ImageTemplateSharedImageDistributor": (
        f"{_TARGET} galleryImageId:string! replicationRegions:string[] excludeFromLatest:bool "
        "storageAccountType:string targetRegions:TargetRegion[]>=2022-07-01 "
        "versioning:DistributeVersioner>=2022-07-01 replicationMode:string>=2025-10-01"
    ),
    "ImageTemplateVhdDistributor": f"{_TARGET} uri:string>=2022-07-01",
    "TargetRegion": "name:string! replicaCount:int storageAccountType:string",
    "DistributeVersionerLatest": "scheme:string! major:int",
    "DistributeVersionerSource": "scheme:string!",
    "ImageTemplateVMProfile": (
        "vmSize:string osDiskSizeGB:int userAssignedIdentities:string[]>=2021-10-01 "
        "vnetConfig:VirtualNetworkConfig"
    ),
    "VirtualNetworkConfig": (
        "subnetId:string proxyVmSize:string>=2021-10-01 "
        "containerInstanceSubnetId:string>=2024-02-01"
    ),
    "DataDisk": "sizeGB:int",
    "ImageTemplateAutoRun": "state:string",
    "Trigger": "properties:TriggerProperties id:string~ name:string~ type:string~ systemData:any~",
    "TriggerProperties": "kind:string! provisioningState:string~ status:any~",
}

UNIONS = {
    "ImageTemplateSource": {
        "PlatformImage": "ImageTemplatePlatformImageSource",
        "ManagedImage": "ImageTemplateManagedImageSource",
        "SharedImageVersion": "ImageTemplateSharedImageVersionSource",
    },
    "ImageTemplateCustomizer": {
        "Shell": "ImageTemplateShellCustomizer",
        "PowerShell": "ImageTemplatePowerShellCustomizer",
        "File": "ImageTemplateFileCustomizer",
        "WindowsRestart": "ImageTemplateRestartCustomizer",
        "WindowsUpdate": "ImageTemplateWindowsUpdateCustomizer",
    },
    "ImageTemplateInVMValidator": {
        "Shell": "ImageTemplateShellValidator",
        "PowerShell": "ImageTemplatePowerShellValidator",
        "File": "ImageTemplateFileValidator",
    },
    "ImageTemplateDistributor": {
        "ManagedImage": "ImageTemplateManagedImageDistributor",
        "SharedImage": "ImageTemplateSharedImageDistributor",
        "VHD": "ImageTemplateVhdDistributor",
    },
    "DistributeVersioner": {
        "Latest": "DistributeVersionerLatest",
        "Source": "DistributeVersionerSource",
    },
}

_FIELD = re.compile(
    r"(?P<name>\w+):(?P<type>\w+)(?P<many>\[\])?(?P<required>!)?(?P<read_only>~)?"
    r"(?:>=(?P<since>[\d-]+)|<(?P<until>[\d-]+))?"
)


@dataclass(frozen=True)
class Field:
    """One field of a struct.

    Args:
        name: as it must be written.
        type_name: type of the value, or of an element when `many`.
        many: whether it is a list.
        required: whether a PUT must have it.
        read_only: whether the service alone sets it; what a client sends is dropped.
    """

    name: str
    type_name: str
    many: bool
    required: bool
    read_only: bool


def fields_of(struct: str, version_name: str) -> dict[str, Field]:
    """Return the fields that a struct has in an API version, by name."""
    found = {}
    for part in _STRUCTS[struct].split():
        match = _FIELD.fullmatch(part)
        if match is None:
            raise ValueError(f"schema of {struct}: '{part}' is no field")
        since, until = match["since"] or "", match["until"] or "9"
        if since <= version_name < until:
            signs = (bool(match[sign]) for sign in ("many", "required", "read_only"))
            found[match["name"]] = Field(match["name"], match["type"], *signs)
    return found


def discriminator_of(union: str) -> str:
    """Return the field whose value chooses the struct."""
    return "scheme" if union == "DistributeVersioner" else "type"


def is_struct(type_name: str) -> bool:
    """Tell structs from plain types and unions."""
    return type_name in _STRUCTS
