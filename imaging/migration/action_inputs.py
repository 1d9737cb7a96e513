"""The GitHub Action azure/build-vm-image: what becomes of each input."""

from __future__ import annotations

from imaging.migration.action_template import names_template, put_template
from imaging.migration.draft import Draft
from imaging.migration.folders import folder_of, is_workspace, put_artifact, with_workspace
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
from imaging.migration.references import how_to_give, open_references
from imaging.migration.run_values import Kind
from imaging.migration.script_folders import note_other_folders
from imaging.migration.scripts import take_script
from imaging.migration.steps import Home

_SOURCES = {
    "platformimage": "PlatformImage",
    "marketplace": "PlatformImage",
    "sharedimagegallery": "SharedImageVersion",
    "managedimage": "ManagedImage",
}
_TARGETS = {"managedimage": "ManagedImage", "sharedimagegallery": "SharedImage", "vhd": "VHD"}
_SYSTEMS = {"linux": "Linux", "windows": "Windows"}
_FOLDER = "customizer-source"
_DEFAULT_FOLDER = "workflow-artifacts"
_ABOUT_HOME = {
    Home.COMPOSITE_ACTION: (
        "composite action: it cannot read secrets or vars, so declare the inputs kiln-url, "
        "kiln-key and kiln-account, and let every caller set them"
    ),
    Home.REUSABLE_WORKFLOW: (
        "reusable workflow: callers have to pass the secret KILN_KEY on, with secrets: inherit"
    ),
}
_TARGET = ("properties", "distribute", 0)


def draft_of_action(draft: Draft) -> str:
    """Take all inputs of the action.

    Args:
        draft: gets the recipe.

    Returns:
        The recipe's name.
    """
    os_type = draft.choice("source-os-type", "linux", _SYSTEMS)
    if not draft.has("source-os-type"):
        draft.refuse("source-os-type", "is missing; it must be linux or windows")
    if names_template(draft):
        steps_of_file = put_template(draft)
        _customizers(draft, os_type)
        put_customizers(draft, *steps_of_file)
    else:
        location = region_name(draft.value("location", Kind.REGION))
        draft.put(("location",), location, "location")
        _identity(draft)
        _source(draft)
        _customizers(draft, os_type)
        _target(draft, location)
        draft.put(
            ("properties", "vmProfile", "vmSize"), draft.value("vm-size", Kind.SIZE), "vm-size"
        )
    timeout = "build-timeout-in-minutes"
    put_number(draft, ("properties", "buildTimeoutInMinutes"), timeout)
    _what_is_different(draft)
    name = _artifact(draft, os_type)
    if draft.step.template is None:
        note_other_folders(draft, "customizer-script")
    return name


def _artifact(draft: Draft, os_type: str) -> str:
    """Write where the artifact goes; the action cut off what follows the first dot of a name."""
    path = draft.fill(with_workspace(draft.filled(_FOLDER)))
    whole = _repository(draft, path) if is_workspace(path) else folder_of(draft, _FOLDER, path)
    folder = whole.split(".")[0] or whole or _DEFAULT_FOLDER
    destination = f"C:\\{folder}" if os_type == "Windows" else folder
    name = put_artifact(draft, _FOLDER, folder, destination, os_type)
    if not path:
        draft.put(("artifact", "required"), value=False)
        draft.note(
            f"customizer-source: was missing; the new lines pack {_DEFAULT_FOLDER} if it is "
            "there, as the action did"
        )
    return name


def _repository(draft: Draft, path: str) -> str:
    """Name the folder where a runner has the repository, which has the repository's name."""
    name = draft.step.repository
    if not name:
        what = f"holds {path}, which only a run knows; it is named after the repository, so give"
        draft.refuse(_FOLDER, f"{what} that name: --set=github.workspace=…")
        return ""
    draft.note(
        f"customizer-source: the folder has the name of the repository, here {name}; if GitHub "
        "knows it under another one: --set=github.workspace=…"
    )
    return name


def _identity(draft: Draft) -> None:
    identity = draft.filled("managed-identity")
    if identity.startswith("/"):
        put_identity(draft, "managed-identity")
    elif left := open_references(identity):
        what = "is a secret" if any(map(draft.is_secret, left)) else "is known to a run only"
        draft.note(
            f"managed-identity: {', '.join(left)} {what}; let the setting AIB_IDENTITY_ID say what "
            f"it holds, or the recipe's identity: {how_to_give(left)}"
        )
    elif identity:
        draft.note("managed-identity: a name is no id; the setting AIB_IDENTITY_ID names it")


def _source(draft: Draft) -> None:
    kind = draft.choice("source-image-type", "platformimage", _SOURCES)
    if kind == "PlatformImage":
        put_platform_image(draft, draft.value("source-image", Kind.NAME), "latest", "source-image")
    else:
        key = "imageId" if kind == "ManagedImage" else "imageVersionId"
        put_image_source(draft, kind, key, "source-image")


def _customizers(draft: Draft, os_type: str) -> None:
    lines = take_script(draft, "customizer-script")
    updates = draft.flag("customizer-windows-update")
    if any(lines):
        step = {
            "type": "Shell" if os_type == "Linux" else "PowerShell",
            "name": "customizer_script",
        }
        put_customizers(draft, {**step, "inline": lines}, source="customizer-script")
    if updates and os_type == "Windows":
        put_windows_updates(draft, "customizer-windows-update")


def _target(draft: Draft, location: str) -> None:
    kind = draft.choice("dist-type", "managedimage", _TARGETS)
    regions = draft.items("dist-location", Kind.REGION)
    if kind != "VHD" and not draft.has("dist-resource-id"):
        why = "is missing; the action made up a new name for every run, a recipe needs one: "
        draft.refuse("dist-resource-id", why + "--set dist-resource-id=…")
    if kind == "ManagedImage":
        put_managed_image(draft, "dist-resource-id", location, "location")
        if regions and region_name(regions[0]) != location:
            draft.note("dist-location: not used, the action put managed images where it ran")
    elif kind == "SharedImage":
        put_gallery_image(draft, "dist-resource-id", regions or [location], "dist-location")
    else:
        put_vhd(draft)
    _image_tags(draft)


def _image_tags(draft: Draft) -> None:
    """Write the image's tags, which the action takes as `key:value,key:value`."""
    for item in draft.items("dist-image-tags", Kind.TEXT):
        key, colon, value = item.partition(":")
        if not colon:
            draft.refuse("dist-image-tags", f"holds '{item}'; it must be name:value")
            continue
        draft.put((*_TARGET, "artifactTags", key.strip()), value.strip(), "dist-image-tags")


def _what_is_different(draft: Draft) -> None:
    if draft.has("resource-group-name"):
        draft.note(
            "resource-group-name: not in the recipe; the setting BUILD_RESOURCE_GROUP says it"
        )
    if draft.has("run-output-name"):
        draft.note("run-output-name: left out, the action never used it; outputs keep their names")
    modes = ("action-run-mode", "action-run-mode-time-minutes")
    if given := [name for name in modes if draft.has(name)]:
        draft.note(f"{', '.join(given)}: left out, the new lines wait for the end of the build")
    if draft.has("customizer-destination"):
        draft.note("customizer-destination: left out, the action never read it")
    if draft.has("image-builder-template-name") and not names_template(draft):
        draft.note("image-builder-template-name: left out, Kiln names each template itself")
    texts = " ".join(given.text for given in draft.step.inputs.values()).lower()
    if unused := [name for name in draft.step.env if f"env.{name}".lower() not in texts]:
        what = "left out; only the action itself had it, not the build VM"
        draft.note(f"env: {', '.join(unused)} {what}")
    if draft.step.home in _ABOUT_HOME:
        draft.note(_ABOUT_HOME[draft.step.home])
    draft.note(
        "tags RunURL, GitHubRepo, GithubCommit: not on the image, unless dist-image-tags asks for "
        "them: GitHubRepo:${{ github.repository }},GithubCommit:${{ github.sha }}"
    )
