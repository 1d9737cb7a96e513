"""What a recipe may say and people regret; the build goes on and the report tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from imaging.errors import Fault
from imaging.limits import (
    BUILD_TIMEOUT_WINDOWS_ADVISED_MINUTES,
    KNOWN_REGIONS,
    LINUX_FILE_ROOT,
)
from imaging.recipe.addresses import blob_place
from imaging.recipe.os_rules import os_type_of
from imaging.recipe.plain_secrets import looks_like_secret
from imaging.recipe.raw_parts import Part
from imaging.recipe.step_advice import advice_on_commands
from imaging.recipe.step_rules import all_steps
from imaging.recipe.target_rules import region_key

_SIGNED_URL = re.compile(r"[?&]sig=", re.IGNORECASE)
# raw.githubusercontent.com shows files of private repositories to whoever has the token.
_TOKEN_IN_URL = re.compile(r"[?&](?:access_)?token=", re.IGNORECASE)
_STORAGE_ADDRESS = re.compile(r"https://[^/?#]+\.blob\.core\.windows\.net(?:[:/]|$)", re.IGNORECASE)
_SMALL_VM = re.compile(r"(?:Standard|Basic)_(?:D1|A[01]|B1)\w*", re.IGNORECASE)


def advice_on(recipe: Part) -> Iterator[Fault]:
    """Find what people usually regret.

    Args:
        recipe: the whole recipe, without faults.
    """
    looks: tuple[Callable[[Part], Iterator[Fault]], ...] = (
        _region_of_template,
        _regions_by_display_name,
        _deprecated_regions,
        _secrets,
        _signed_artifact,
        _unchecked_sources,
        _sources_in_storage,
        _files_before_their_folder,
        _windows_updates,
        _short_windows_timeout,
        _what_costs_or_does_nothing,
        _staging_group,
        _vhds,
        advice_on_commands,
    )
    for look in looks:
        yield from look(recipe)


def _with_addresses(recipe: Part) -> Iterator[Part]:
    """Go through everything that may name a file which AIB fetches."""
    yield from all_steps(recipe)
    yield recipe["properties"]["optimize"]["workload"]


def _region_of_template(recipe: Part) -> Iterator[Fault]:
    region = region_key(recipe["location"].text())
    if region and region not in KNOWN_REGIONS:
        yield recipe["location"].fault(
            f"is {region}, where AIB was not when this list was made; look where it is now: "
            "az provider show --namespace Microsoft.VirtualMachineImages"
        )


def _regions_by_display_name(recipe: Part) -> Iterator[Fault]:
    places = [recipe["location"]]
    for target in recipe["properties"]["distribute"].items():
        places += [target["location"], *target["replicationRegions"].items()]
        places += [region["name"] for region in target["targetRegions"].items()]
    for place in places:
        if place.text() != region_key(place.text()):
            yield place.fault(f"is written as {region_key(place.text())} to AIB")


def _deprecated_regions(recipe: Part) -> Iterator[Fault]:
    for target in recipe["properties"]["distribute"].items():
        if target.has("replicationRegions"):
            yield target["replicationRegions"].fault(
                'is deprecated; write targetRegions, as [{"name": "westeurope"}]'
            )


def _secrets(recipe: Part) -> Iterator[Fault]:
    for step in all_steps(recipe):
        for line in step["inline"].items():
            if looks_like_secret(line.text()):
                yield line.fault(
                    "looks like a secret; everyone who can read the template can read it: "
                    "use a Key Vault and the build VM's identity"
                )
    for step in _with_addresses(recipe):
        for address in (step["scriptUri"], step["sourceUri"]):
            if _SIGNED_URL.search(address.text()):
                yield address.fault(
                    "holds a shared access signature that shows in the template; "
                    "give AIB's identity the right to read the blob instead"
                )
            elif _TOKEN_IN_URL.search(address.text()):
                yield address.fault(
                    "holds a token that shows in the template, and that ends some day; put the "
                    "file into the artifact, or into Azure Storage where AIB's identity may read"
                )


def _signed_artifact(recipe: Part) -> Iterator[Fault]:
    access = recipe["artifact"]["access"]
    if access.value == "sas":
        yield access.fault(
            "puts a signature into the template: who may read the template can read the archive "
            "while it lasts; 'service' and 'identity' need none"
        )


def _unchecked_sources(recipe: Part) -> Iterator[Fault]:
    for step in _with_addresses(recipe):
        for address in (step["scriptUri"], step["sourceUri"]):
            if (
                address.text()
                and not step.has("sha256Checksum")
                and not _SIGNED_URL.search(address.text())
            ):
                yield address.fault(
                    "is fetched without sha256Checksum: what is there may change between builds"
                )


def _sources_in_storage(recipe: Part) -> Iterator[Fault]:
    """Tell what AIB needs to read a blob, also a public one (image-builder-json)."""
    for step in _with_addresses(recipe):
        for address in (step["scriptUri"], step["sourceUri"]):
            text = address.text()
            if _STORAGE_ADDRESS.match(text) and not _SIGNED_URL.search(text):
                yield address.fault(
                    "is read by AIB's identity, which needs Storage Blob Data Reader there, also "
                    "where everybody may read; AIB cannot read behind a storage firewall"
                )


def _files_before_their_folder(recipe: Part) -> Iterator[Fault]:
    """AIB makes no folder for a file (image-builder-json, File customizer)."""
    artifact = recipe["artifact"]
    unpacked = artifact["destination"].text()
    if artifact.has_value and not unpacked:
        return  # below /tmp, and named after the recipe
    unpacked = unpacked if unpacked.startswith("/") else f"{LINUX_FILE_ROOT}{unpacked}"
    before = ""
    for step in recipe["properties"]["customize"].items():
        target = step["destination"].text()
        folder = target.rpartition("/")[0]
        is_made = folder in before or (artifact.has_value and folder.startswith(unpacked))
        if folder.startswith(LINUX_FILE_ROOT) and not is_made:
            yield step["destination"].fault(
                f"is below {folder}, and nothing before it names that folder, which must be there: "
                "make it in a Shell step"
            )
        before = "\n".join([before, target, *(line.text() for line in step["inline"].items())])


def _windows_updates(recipe: Part) -> Iterator[Fault]:
    before: Part | None = None
    for step in recipe["properties"]["customize"].items():
        if step["type"].value == "WindowsUpdate":
            yield from _updates_after(step, before)
            yield from _updates_on_small_vm(recipe["properties"]["vmProfile"]["vmSize"])
        before = step


def _updates_after(step: Part, before: Part | None) -> Iterator[Fault]:
    if before is not None and (before["type"].value in ("WindowsRestart", "WindowsUpdate")):
        return
    waits = before is not None and any(
        "Start-Sleep" in line.text() for line in before["inline"].items()
    )
    if not waits:
        yield step.fault(
            "wants a WindowsRestart or a wait of 5 minutes before it, "
            "else it may meet a pending restart (0x80240016)"
        )


def _updates_on_small_vm(vm_size: Part) -> Iterator[Fault]:
    if not vm_size.text() or _SMALL_VM.fullmatch(vm_size.text()):
        yield vm_size.fault(
            "should be at least Standard_D2_v2: Windows updates overload smaller VMs"
        )


def _short_windows_timeout(recipe: Part) -> Iterator[Fault]:
    minutes = recipe["properties"]["buildTimeoutInMinutes"]
    if (
        os_type_of(recipe) == "Windows"
        and 0 < (minutes.value or 0) < BUILD_TIMEOUT_WINDOWS_ADVISED_MINUTES
    ):
        yield minutes.fault(
            f"is {minutes.value}; Windows builds usually need "
            f"{BUILD_TIMEOUT_WINDOWS_ADVISED_MINUTES} or more"
        )


def _what_costs_or_does_nothing(recipe: Part) -> Iterator[Fault]:
    for choice in ("onCustomizerError", "onValidationError"):
        handling = recipe["properties"]["errorHandling"][choice]
        if handling.value == "abort":
            yield handling.fault(
                "leaves the VM of a failed build running at your cost, until you delete it or the "
                "template"
            )
    only_source = recipe["properties"]["validate"]["sourceValidationOnly"]
    if only_source.value is True:
        yield only_source.fault("checks the source image and builds no image")


def _vhds(recipe: Part) -> Iterator[Fault]:
    """Azure's VMs have managed disks only since that day (AIB's release notes)."""
    for target in recipe["properties"]["distribute"].items():
        if target["type"].value == "VHD":
            uri = target["uri"]
            if uri.text() and not blob_place(uri.text())[0]:
                yield uri.fault(
                    "names a blob in the account's root container; write the container before its "
                    "name, as /vhds/app.vhd"
                )
            yield target["type"].fault(
                "is VHD, from which no VM starts since 31 March 2026 without a managed disk or "
                "image made of it first; write SharedImage where VMs of Azure shall start from it"
            )


def _staging_group(recipe: Part) -> Iterator[Fault]:
    group = recipe["properties"]["stagingResourceGroup"]
    if group.text():
        yield group.fault(
            "must be empty, in the template's region and for one build at a time; "
            "without it AIB makes its own"
        )
    has_network = recipe["properties"]["vmProfile"]["vnetConfig"]["subnetId"].text()
    if group.text() and has_network and os_type_of(recipe) == "Windows":
        yield group.fault(
            "is for a Windows build in a network of yours: AIB's own application (Azure Virtual "
            "Machine Image Builder) needs Contributor on it, too"
        )
