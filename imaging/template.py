"""The AIB template of one build: recipe, artifact and settings in, the PUT's body out.

Pure and deterministic: the same arguments give the same body, so a repeated activity can compare.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from imaging.archives.kinds import archive_kind
from imaging.artifact.access import artifact_access
from imaging.artifact.placement import StagedArtifact, place_artifact
from imaging.artifact.steps_linux import LINUX_SCRIPT
from imaging.artifact.steps_windows import WINDOWS_SCRIPT
from imaging.build_request import Artifact
from imaging.errors import RequestError, SettingsError
from imaging.names import BUILD_ID_TAG, RECIPE_TAG
from imaging.recipe import ArtifactPlace, Recipe
from imaging.recipe.distribute import VhdTarget
from imaging.recipe.target_rules import region_key

__all__ = [
    "StagedArtifact",
    "TemplateContext",
    "check_can_render",
    "render_template",
    "stand_ins",
]


@dataclass(frozen=True)
class TemplateContext:
    """What a template needs beside the recipe.

    Args:
        build_id: whose template it is; written as a tag.
        location: setting BUILD_LOCATION, for recipes without `location`.
        aib_identity_id: setting AIB_IDENTITY_ID, for recipes without `identity`.
        build_vm_identity_id: setting BUILD_VM_IDENTITY_ID; fetches big archives.
        images_url: address of the container IMAGES_CONTAINER, without a slash at its end. A VHD
            without `uri` is written there, and not where it goes with the template.
    """

    build_id: str
    location: str | None
    aib_identity_id: str | None = None
    build_vm_identity_id: str | None = None
    images_url: str | None = None


def render_template(
    recipe: Recipe, artifact: StagedArtifact | None, context: TemplateContext
) -> dict[str, Any]:
    """Write the body of the PUT that makes a build's template.

    Args:
        recipe: what image to make.
        artifact: the staged archive, or None for a build without one.
        context: build id and settings.

    Raises:
        RequestError: the recipe needs an artifact and the build has none.
        SettingsError: neither recipe nor settings say where, or as whom.
        RecipeError, ArtifactError: as for `place_artifact` and `artifact_access`.
    """
    properties = recipe.properties.model_dump(mode="json", by_alias=True, exclude_unset=True)
    _write_regions(properties)
    _write_vhd_places(properties, context)
    if artifact is not None:
        _add_artifact(properties, recipe, artifact, context)
    elif recipe.artifact is not None and recipe.artifact.required:
        raise RequestError(
            f"recipe '{recipe.name}' needs an artifact and this build has none; "
            "upload one or write artifact.required: false"
        )
    identity = _wanted(
        recipe, "identity", recipe.identity or context.aib_identity_id, "AIB_IDENTITY_ID"
    )
    return {
        "location": _wanted(
            recipe, "location", recipe.location or context.location, "BUILD_LOCATION"
        ),
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}},
        "tags": {**recipe.tags, BUILD_ID_TAG: context.build_id, RECIPE_TAG: recipe.name},
        "properties": properties,
    }


def check_can_render(recipe: Recipe, upload: Artifact | None, context: TemplateContext) -> None:
    """Make sure that a build will have its template, before anything of it is copied.

    Only what the archive itself holds is not known yet.

    Args:
        recipe: what image to make.
        upload: the archive as it was uploaded, or None for a build without one.
        context: build id and settings.

    Raises:
        RequestError, SettingsError, RecipeError, ArtifactError: as `render_template`.
    """
    render_template(recipe, _unstaged(recipe, upload) if upload else None, context)


def _unstaged(recipe: Recipe, upload: Artifact) -> StagedArtifact:
    signed = recipe.artifact is not None and recipe.artifact.access == "sas"
    return StagedArtifact(
        blob_url="https://not.staged.invalid/archive",
        archive_kind=archive_kind(upload.blob_name) or "zip",
        size_bytes=upload.size_bytes,
        sha256="0" * 64,
        sas_query="not=made" if signed else None,
    )


def stand_ins(recipe: Recipe, context: TemplateContext) -> list[str]:
    """Say what Kiln adds to a recipe, and what that needs.

    Args:
        recipe: what image to make.
        context: build id and settings.
    """
    values = {"AIB_IDENTITY_ID": recipe.identity, "BUILD_LOCATION": recipe.location}
    keys = {"AIB_IDENTITY_ID": "identity", "BUILD_LOCATION": "location"}
    settings = [
        f"{keys[setting]}: not in the recipe, the setting {setting} stands in"
        for setting, value in values.items()
        if not value
    ]
    vhds = [
        f"VHD {target.run_output_name}: written to the container"
        f" {context.images_url.rpartition('/')[2]}, where AIB's identity needs Storage Blob Data"
        " Contributor"
        for target in recipe.properties.distribute
        if context.images_url and isinstance(target, VhdTarget) and not target.uri
    ]
    return settings + vhds


def _wanted(recipe: Recipe, key: str, value: str | None, setting: str) -> str:
    if not value:
        raise SettingsError(
            f"recipe '{recipe.name}' has no '{key}' and the setting {setting} is empty; "
            "write one of them"
        )
    return value


def _write_regions(properties: dict[str, Any]) -> None:
    """Write regions as Azure does: a recipe may say "West Europe"."""
    for target in properties["distribute"]:
        if "location" in target:
            target["location"] = region_key(target["location"])
        if "replicationRegions" in target:
            target["replicationRegions"] = [
                region_key(name) for name in target["replicationRegions"]
            ]
        for region in target.get("targetRegions", []):
            region["name"] = region_key(region["name"])


def _write_vhd_places(properties: dict[str, Any], context: TemplateContext) -> None:
    """Let AIB write VHDs to our own storage: `uri` is taken since API version 2022-07-01."""
    for target in properties["distribute"]:
        if target["type"] == "VHD" and not target.get("uri") and context.images_url:
            name = f"{context.build_id}/{target['runOutputName']}.vhd"
            target["uri"] = f"{context.images_url}/{name}"


def _add_artifact(
    properties: dict[str, Any], recipe: Recipe, artifact: StagedArtifact, context: TemplateContext
) -> None:
    place = recipe.artifact or ArtifactPlace()
    access = artifact_access(recipe, artifact.size_bytes, context.build_vm_identity_id)
    placement = place_artifact(recipe, artifact, access)
    script = LINUX_SCRIPT if placement.os_type == "Linux" else WINDOWS_SCRIPT
    steps = list(properties.get("customize", []))
    steps[place.position : place.position] = script.artifact_steps(placement)
    if place.remove_after_build:
        steps.append(script.removal_step(placement))
    properties["customize"] = steps
    if access.identity_id is not None:
        _give_identity(properties, access.identity_id)


def _give_identity(properties: dict[str, Any], identity_id: str) -> None:
    """Put the fetching identity onto the build VM, unless it is there already."""
    profile = properties.setdefault("vmProfile", {})
    identities = profile.setdefault("userAssignedIdentities", [])
    if identity_id.lower() not in (known.lower() for known in identities):
        identities.append(identity_id)
