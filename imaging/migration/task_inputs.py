"""AzureImageBuilderTask@1 and AzureImageBuilderTaskV2@2: what becomes of each input."""

from __future__ import annotations

from imaging.migration.draft import Draft
from imaging.migration.folders import folder_of, last_folder, put_artifact
from imaging.migration.parts import (
    put_customizers,
    put_gallery_image,
    put_identity,
    put_image_source,
    put_managed_image,
    put_number,
    put_platform_image,
    put_vhd,
    put_windows_updates,
    region_name,
)
from imaging.migration.references import open_placeholders
from imaging.migration.run_values import Kind
from imaging.migration.script_folders import note_other_folders
from imaging.migration.scripts import take_script
from imaging.migration.steps import Tool
from imaging.migration.task_v2_inputs import PROVISIONERS, put_extras

_UNSET_IMAGE = "publisher:offer:sku"
_DEFAULT_IMAGE = "Canonical:UbuntuServer:18.04-LTS"
_DEFAULT_IMAGE_V2 = "MicrosoftWindowsDesktop:windows-11:win11-25h2-ent"
_FOLDER = "packagePath"
_SOURCES_FOLDER = "s"
# "Use predefined variables": the last parts of the folders that agents make for every run.
_AGENT_FOLDERS = {
    "$(system.defaultworkingdirectory)": "s",
    ".": "s",
    "$(build.sourcesdirectory)": "s",
    "$(build.artifactstagingdirectory)": "a",
    "$(build.stagingdirectory)": "a",
    "$(build.binariesdirectory)": "b",
    "$(system.artifactsdirectory)": "a",
    "$(pipeline.workspace)": "1",
    "$(agent.builddirectory)": "1",
}
_UNSET_PLAN = "planname:planproduct:planpublisher"
_SOURCES = {
    "managedimage": "ManagedImage",
    "sig": "SharedImage",
    "gallery": "SharedImage",
    "marketplace": "Marketplace",
}
_TARGETS = {
    "managedimage": "ManagedImage",
    "sig": "SharedImage",
    "gallery": "SharedImage",
    "vhd": "VHD",
}


def draft_of_task(draft: Draft) -> str:
    """Take all inputs of the task, of either version.

    Args:
        draft: gets the recipe.

    Returns:
        The recipe's name.
    """
    is_v2 = draft.step.tool is Tool.TASK_V2
    location = region_name(draft.value("ibLocation", Kind.REGION, "" if is_v2 else "westus"))
    draft.put(("location",), location, "ibLocation")
    put_identity(draft, "managedIdentity")
    _source(draft, is_v2)
    provisioner = draft.choice("provisioner", "powershell" if is_v2 else "shell", PROVISIONERS)
    _customizers(draft, provisioner, is_v2)
    _target(draft, location, is_v2)
    _machine(draft, is_v2)
    _what_settings_say(draft)
    if is_v2:
        put_extras(draft)
    name = _artifact(draft, "Windows" if provisioner == "PowerShell" else "Linux")
    note_other_folders(draft, "inlineScript", *(["validationInlineScript"] if is_v2 else []))
    return name


def _artifact(draft: Draft, os_type: str) -> str:
    """Write where the artifact goes; agents have short names for their own folders."""
    path = draft.filled(_FOLDER)
    agents_own = _AGENT_FOLDERS.get(path.strip("/\\ ").lower())
    if not agents_own:
        folder = folder_of(draft, _FOLDER, path)
        return put_artifact(draft, _FOLDER, folder, folder, os_type)
    placed = last_folder(draft.fill(draft.step.sources_folder))
    folder = placed if placed and agents_own == _SOURCES_FOLDER else agents_own
    why = "by the path of its checkout" if len(folder) > 1 else "as hosted agents do"
    draft.note(f"packagePath: the task named the folder '{folder}', {why}")
    draft.refuse_open(_FOLDER, folder)
    return put_artifact(draft, _FOLDER, folder if len(folder) > 1 else "artifact", folder, os_type)


def _source(draft: Draft, is_v2: bool) -> None:
    default = "marketplace" if is_v2 else "managedimage"
    kind = draft.choice("imageSource", default, _SOURCES)
    own = draft.value("baseImagePubOfferSku", Kind.NAME)
    default_image = _DEFAULT_IMAGE_V2 if is_v2 else _DEFAULT_IMAGE
    listed = draft.value("baseImage", Kind.NAME, default_image)
    version = draft.value("baseImageVersion", Kind.VERSION, "latest")
    plan = draft.text("platformImagePurchasePlan")
    managed, gallery = draft.has("customImageResourceId"), draft.has("ImageVersionId")
    if kind == "ManagedImage":
        put_image_source(draft, kind, "imageId", "customImageResourceId")
    elif kind == "SharedImage":
        put_image_source(draft, "SharedImageVersion", "imageVersionId", "ImageVersionId")
    elif own and own.lower() != _UNSET_IMAGE:
        put_platform_image(draft, own, version, "baseImagePubOfferSku")
    else:
        put_platform_image(draft, listed, version, "baseImage")
    if kind == "Marketplace" and plan and plan.lower() != _UNSET_PLAN:
        _plan(draft, plan)
    if kind == "Marketplace" and (managed or gallery):
        draft.note("customImageResourceId, ImageVersionId: not used, imageSource is marketplace")


def _plan(draft: Draft, plan: str) -> None:
    parts = [part.strip() for part in plan.split(":")]
    keys = ("planName", "planProduct", "planPublisher")
    if len(parts) != len(keys):
        why = f"is '{plan}'; it must be PlanName:PlanProduct:PlanPublisher"
        draft.refuse("platformImagePurchasePlan", why)
        return
    for key, part in zip(keys, parts, strict=True):
        draft.put(("properties", "source", "planInfo", key), part, "platformImagePurchasePlan")


def _customizers(draft: Draft, provisioner: str, is_v2: bool) -> None:
    elevated = draft.flag("runElevated", default=is_v2)
    as_system = draft.flag("runAsSystem")
    updates = draft.flag("windowsUpdateProvisioner")
    lines = take_script(draft, "inlineScript")
    if provisioner == "Shell":
        if any(lines):
            step = {"type": "Shell", "name": "inline_script", "inline": lines}
            put_customizers(draft, step, source="inlineScript")
        wanted = {
            "windowsUpdateProvisioner": updates,
            "runElevated": elevated and draft.has("runElevated"),
            "runAsSystem": as_system,
        }
        if unused := [name for name, is_wanted in wanted.items() if is_wanted]:
            draft.note(f"{', '.join(unused)}: not used, provisioner is shell")
        return
    if as_system and not elevated:
        draft.note("runAsSystem: left out, the task took it only with runElevated")
    if any(lines):
        step = {"type": "PowerShell", "name": "inline_script", "inline": lines}
        rights = {"runElevated": elevated, "runAsSystem": elevated and as_system}
        granted = {name: True for name, wanted in rights.items() if wanted}
        put_customizers(draft, {**step, **granted}, source="inlineScript")
    if updates:
        put_windows_updates(draft, "windowsUpdateProvisioner")


def _target(draft: Draft, location: str, is_v2: bool) -> None:
    kind = draft.choice("distributeType", "gallery" if is_v2 else "managedimage", _TARGETS)
    region = region_name(draft.value("managedImageLocation", Kind.REGION)) or location
    old_regions = draft.items("replicationRegions", Kind.REGION)
    new_regions = draft.items("targetRegions", Kind.REGION)
    regions = new_regions or old_regions or [location]
    used = "targetRegions" if draft.has("targetRegions") else "replicationRegions"
    for name in ("imageIdForDistribute", "galleryImageId", "vhdUri"):
        draft.has(name)  # what belongs to another target was ignored, and is no fault
    if kind == "ManagedImage":
        put_managed_image(draft, "imageIdForDistribute", region, "managedImageLocation")
    elif kind == "SharedImage":
        put_gallery_image(draft, "galleryImageId", regions, used)
        if not new_regions + old_regions:
            draft.note("replicationRegions: was missing, so the image goes to ibLocation only")
    else:
        put_vhd(draft, "vhdUri")
    _gallery_details(draft, kind, len(regions))


def _gallery_details(draft: Draft, kind: str, regions: int) -> None:
    storage = draft.text("distributeStorageAccountType")
    hidden = draft.flag("excludeFromLatest")
    scheme = draft.text("distributeVersioningScheme")
    major = draft.text("distributeVersioningMajor")
    if kind != "SharedImage":
        return
    place = ("properties", "distribute", 0)
    for index in range(regions if storage else 0):
        region = (*place, "targetRegions", index)
        draft.put((*region, "storageAccountType"), storage, "distributeStorageAccountType")
    if hidden:
        draft.put((*place, "excludeFromLatest"), True, "excludeFromLatest")
    if scheme:
        draft.put((*place, "versioning", "scheme"), scheme.title(), "distributeVersioningScheme")
    if scheme.lower() == "latest" and major:
        where = (*place, "versioning", "major")
        put_number(draft, where, "distributeVersioningMajor", zero_counts=True)


def _machine(draft: Draft, is_v2: bool) -> None:
    machine = ("properties", "vmProfile")
    size = draft.value("vmSize", Kind.SIZE, "Standard_D2ds_v4" if is_v2 else "Standard_D1_v2")
    draft.put((*machine, "vmSize"), size, "vmSize")
    put_number(draft, (*machine, "osDiskSizeGB"), "osDiskSizeGB")
    for index, identity in enumerate(draft.items("buildVmIdentities", Kind.NAME)):
        draft.put((*machine, "userAssignedIdentities", index), identity, "buildVmIdentities")
    subnet = draft.resource_id("vnetSubnetId")
    isolated = draft.resource_id("containerInstanceSubnetId")
    proxy = draft.value("proxyVmSize", Kind.SIZE)
    draft.put((*machine, "vnetConfig", "subnetId"), subnet, "vnetSubnetId")
    if subnet:  # without it the task ignored the other two, and the last one beside the second
        network = (*machine, "vnetConfig")
        draft.put((*network, "containerInstanceSubnetId"), isolated, "containerInstanceSubnetId")
        draft.put((*network, "proxyVmSize"), "" if isolated else proxy, "proxyVmSize")
    if proxy and isolated and subnet:
        draft.note("proxyVmSize: left out, the task ignored it beside containerInstanceSubnetId")
    lonely = {"containerInstanceSubnetId": isolated, "proxyVmSize": proxy}
    if names := [name for name, value in lonely.items() if value and not subnet]:
        draft.note(f"{', '.join(names)}: left out, the task took it only with vnetSubnetId")
    if not draft.has("buildTimeoutInMinutes") and is_v2:
        draft.put(("properties", "buildTimeoutInMinutes"), 120)
    put_number(draft, ("properties", "buildTimeoutInMinutes"), "buildTimeoutInMinutes")


def _what_settings_say(draft: Draft) -> None:
    for name, instead in (
        ("ibSubscription", "the setting AZURE_SUBSCRIPTION_ID says it"),
        ("ibAzureResourceGroup", "the setting BUILD_RESOURCE_GROUP says it"),
        ("storageAccountName", "the new step uploads to Kiln's own (variable kilnAccount)"),
    ):
        if draft.has(name):
            draft.note(f"{name}: not in the recipe; {instead}")
    connection = draft.as_written("ibSubscription")
    if not connection or open_placeholders(connection):
        draft.note("ibSubscription: write the name of the service connection into the new lines")
    if draft.flag("autoRun"):
        draft.note("autoRun: left out, Kiln starts every run itself")
    if not draft.has("packagePath"):
        draft.refuse("packagePath", "is missing; name the folder that the step packs")
    if draft.step.env:
        names = ", ".join(draft.step.env)
        draft.note(f"env: {names} left out; only the task itself had it, not the build VM")
    if draft.step.on_windows:
        draft.note("agent: the new lines need a Linux one, for instance vmImage: ubuntu-latest")
