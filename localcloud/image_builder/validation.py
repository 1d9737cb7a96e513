"""What AIB refuses in a template that is readable: missing fields, bad values, limits.

The texts for a missing field and a bad type are AIB's own; the others follow their form (see
docs/local-cloud-coverage.md). Limits: swagger 2024-02-01 and the page image-builder-json.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from localcloud.image_builder.api_versions import ApiVersion
from localcloud.image_builder.schema import UNIONS, Field, discriminator_of, fields_of, is_struct
from localcloud.image_builder.unmarshal import variant_of

NAME = re.compile(r"[A-Za-z0-9\-_.]{1,64}")
MAX_TIMEOUT_MINUTES = 960
_STORAGE_TYPES = ("Standard_LRS", "Standard_ZRS", "Premium_LRS")
_GALLERY_TARGET = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Compute/galleries/[^/]+"
    r"/images/[^/]+(?:/versions/\d+\.\d+\.\d+)?",
    re.IGNORECASE,
)
_SUBNETS = ("subnetId", "containerInstanceSubnetId")
_IMAGE = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Compute/images/[^/]+",
    re.IGNORECASE,
)


# What the strict API's swagger lists for texts, and the least that it allows for numbers.
_WORDS = {
    "identity.type": ("UserAssigned", "None"),
    "properties.autoRun.state": ("Enabled", "Disabled"),
    "properties.distribute[].replicationMode": ("Full", "Shallow"),
    "properties.distribute[].storageAccountType": _STORAGE_TYPES,
    "properties.distribute[].targetRegions[].storageAccountType": _STORAGE_TYPES,
    "properties.errorHandling.onCustomizerError": ("cleanup", "abort"),
    "properties.errorHandling.onValidationError": ("cleanup", "abort"),
    "properties.optimize.vmBoot.state": ("Enabled", "Disabled"),
    "properties.optimize.workload.state": ("Enabled", "Disabled"),
}
_LEAST = {
    "properties.customize[].updateLimit": 0,
    "properties.distribute[].targetRegions[].replicaCount": 1,
    "properties.distribute[].versioning.major": -1,
    "properties.vmProfile.osDiskSizeGB": 0,
}
# AIB knows what it made by these (image-builder-json, stagingResourceGroup).
_TAGS_OF_AIB = ("createdby", "usedby", "imagetemplatename", "imagetemplateresourcegroupname")


def faults_of(template: dict[str, Any], version: ApiVersion) -> list[str]:
    """Return every fault of a template that was read by `unmarshal.read`."""
    faults = list(_missing(template, "ImageTemplate", "", version))
    if not version.is_first_preview:
        faults += _bad_values(template.get("properties") or {})
    if version.strict:
        faults += _outside_of_swagger(template)
        faults += _tags_of_aib(template.get("properties") or {})
    return list(dict.fromkeys(faults))


def update_faults(update: dict[str, Any], version: ApiVersion) -> list[str]:
    """Return every fault of a PATCH body."""
    faults = list(_missing(update, "ImageTemplateUpdateParameters", "", version))
    properties = update.get("properties") or {}
    faults += _bad_targets(properties.get("distribute") or [])
    faults += _bad_vnet((properties.get("vmProfile") or {}).get("vnetConfig") or {})
    if version.strict:
        faults += _outside_of_swagger(update)
    return faults


def _missing(value: dict[str, Any], struct: str, path: str, version: ApiVersion) -> Iterator[str]:
    for field in fields_of(struct, version.name).values():
        here = f"{path}.{field.name}".lstrip(".")
        inner = value.get(field.name)
        if inner is None:
            if field.required:
                yield f"'ImageTemplate': Missing field '{here}'"
        elif field.many and isinstance(inner, list):
            for index, element in enumerate(inner):
                yield from _missing_in(element, field, f"{here}[{index}]", version)
        else:
            yield from _missing_in(inner, field, here, version)


def _missing_in(value: object, field: Field, path: str, version: ApiVersion) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    struct: str | None = field.type_name
    if field.type_name in UNIONS:
        struct = variant_of(value, field.type_name, version)
        if struct is None:
            chooser = discriminator_of(field.type_name)
            here = f"{path.removeprefix('properties.')}.{chooser}"
            yield f"Field '{here}' has a bad value: '{value.get(chooser, '')}'"
    if struct is not None and is_struct(struct):
        yield from _missing(value, struct, path, version)


def _outside_of_swagger(template: dict[str, Any]) -> Iterator[str]:
    identities = (template.get("identity") or {}).get("userAssignedIdentities")
    if identities is not None and len(identities) != 1:
        yield "'identity': exactly one user-assigned identity must be given"
    for path, words in _WORDS.items():
        for place, value in _values_at(template, path.split("."), ""):
            if value not in words:
                yield f"Field '{place}' has a bad value: '{value}'"
    for path, least in _LEAST.items():
        for place, value in _values_at(template, path.split("."), ""):
            if value < least:
                yield f"Field '{place}' has a bad value: '{value}'"


def _tags_of_aib(properties: dict[str, Any]) -> Iterator[str]:
    for name in properties.get("managedResourceTags") or {}:
        if name.lower() in _TAGS_OF_AIB:
            yield f"Field 'managedResourceTags.{name}' is reserved"


def _values_at(value: Any, path: list[str], place: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - JSON
    """Go through what stands at a path; `name[]` is each element of a list."""
    if value is None:
        return
    if not path:
        yield place.removeprefix("properties."), value
        return
    name = path[0].removesuffix("[]")
    inner = value.get(name) if isinstance(value, dict) else None
    here = f"{place}.{name}".lstrip(".")
    if name == path[0]:
        yield from _values_at(inner, path[1:], here)
        return
    for index, element in enumerate(inner or []):
        yield from _values_at(element, path[1:], f"{here}[{index}]")


def _bad_values(properties: dict[str, Any]) -> list[str]:
    faults = []
    timeout = properties.get("buildTimeoutInMinutes") or 0
    if not (isinstance(timeout, int) and 0 <= timeout <= MAX_TIMEOUT_MINUTES):
        faults.append(f"Field 'buildTimeoutInMinutes' has a bad value: '{timeout}'")
    if not properties.get("distribute"):
        faults.append("Field 'distribute' has a bad value: '[]'")
    steps = [("customize", step) for step in properties.get("customize") or []]
    validate = properties.get("validate") or {}
    steps += [("validate.inVMValidations", s) for s in validate.get("inVMValidations") or []]
    for place, step in steps:
        faults += _bad_step(place, step)
    faults += _bad_targets(properties.get("distribute") or [])
    return [*faults, *_bad_vnet((properties.get("vmProfile") or {}).get("vnetConfig") or {})]


def _bad_step(place: str, step: dict[str, Any]) -> Iterator[str]:
    kind, name = str(step.get("type")).lower(), step.get("name", "")
    if kind in ("shell", "powershell"):
        given = [key for key in ("scriptUri", "inline", "script") if step.get(key)]
        if len(given) != 1:
            yield f"'{place}' '{name}': exactly one of 'scriptUri' and 'inline' must be given"
    elif kind == "file" and not (step.get("sourceUri") and step.get("destination")):
        yield f"'{place}' '{name}': 'sourceUri' and 'destination' must be given"
    if step.get("runAsSystem") and not step.get("runElevated"):
        yield f"'{place}' '{name}': 'runAsSystem' needs 'runElevated'"


def _bad_targets(targets: list[dict[str, Any]]) -> list[str]:
    names = [str(target.get("runOutputName", "")) for target in targets]
    faults = [
        f"Field 'distribute[{index}].runOutputName' has a bad value: '{name}'"
        for index, name in enumerate(names)
        if not NAME.fullmatch(name)
    ]
    repeated = [name for name, count in Counter(names).items() if count > 1]
    faults += [f"'distribute': runOutputName '{name}' is used more than once" for name in repeated]
    for index, target in enumerate(targets):
        faults += _bad_target(f"distribute[{index}]", target)
    return faults


def _bad_target(place: str, target: dict[str, Any]) -> Iterator[str]:
    kind = str(target.get("type")).lower()
    if kind == "managedimage" and not _IMAGE.fullmatch(str(target.get("imageId"))):
        yield f"Field '{place}.imageId' has a bad value: '{target.get('imageId')}'"
    if kind != "sharedimage":
        return
    if not _GALLERY_TARGET.fullmatch(str(target.get("galleryImageId"))):
        yield f"Field '{place}.galleryImageId' has a bad value: '{target.get('galleryImageId')}'"
    if target.get("targetRegions") and target.get("replicationRegions"):
        yield f"'{place}': only one of 'targetRegions' and 'replicationRegions' may be given"


def _bad_vnet(vnet: dict[str, Any]) -> Iterator[str]:
    if not vnet.get("containerInstanceSubnetId"):
        return
    if not vnet.get("subnetId"):
        yield "'vnetConfig': 'containerInstanceSubnetId' needs 'subnetId'"
    networks = {_network_of(str(vnet.get(name))) for name in _SUBNETS} - {""}
    if len(networks) > 1:
        yield "'vnetConfig': 'containerInstanceSubnetId' must be of the network of 'subnetId'"
    if vnet.get("proxyVmSize"):
        yield "'vnetConfig': 'proxyVmSize' must be empty with 'containerInstanceSubnetId'"


def _network_of(subnet_id: str) -> str:
    """Return the id of a subnet's network; empty for what is no subnet."""
    return subnet_id.lower().rpartition("/subnets/")[0]
