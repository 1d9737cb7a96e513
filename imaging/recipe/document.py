"""The whole recipe: AIB's resource form, `artifact`, `parameters` (swagger 2025-10-01)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from imaging import limits
from imaging.recipe.artifact_block import ArtifactPlace
from imaging.recipe.customize import Customizer
from imaging.recipe.distribute import Distributor
from imaging.recipe.field_types import (
    AT_LEAST_ONE,
    Command,
    IdentityId,
    Region,
    ResourceGroupId,
    Tags,
    TemplateTags,
    TimeoutMinutes,
)
from imaging.recipe.parameter import Parameters
from imaging.recipe.quality import ErrorHandling, Optimize, Validation
from imaging.recipe.source import Source
from imaging.recipe.strict_model import StrictModel, must
from imaging.recipe.vm_profile import DataDisk, VmProfile


class TemplateProperties(StrictModel):
    """The properties of an AIB image template, in AIB's own names."""

    source: Source
    """The image that the build starts from."""
    customize: list[Customizer] | None = None
    """The steps inside the build VM, in their order; the first failure ends the run."""
    distribute: Annotated[list[Distributor], AT_LEAST_ONE]
    """Where the finished image goes."""
    vm_profile: VmProfile | None = None
    """The VM that builds."""
    build_timeout_in_minutes: TimeoutMinutes | None = None
    """Longest run with distribution and replication: 6 to 960; 0 or nothing means 240."""
    optimize: Optimize | None = None
    """Optimizations of the finished image."""
    validation: Validation | None = Field(default=None, alias="validate")
    """Checks in a new VM made of the built image."""
    error_handling: ErrorHandling | None = None
    """What becomes of the build VM after an error."""
    additional_data_disks: list[DataDisk] | None = None
    """Data disks that the image gets."""
    staging_resource_group: ResourceGroupId | None = None
    """Empty resource group for AIB's own resources; it makes one if left out (better)."""
    managed_resource_tags: Tags | None = None
    """Tags of the staging resource group and what is in it."""


class NoDetails(StrictModel):
    """The empty object that AIB wants beside each identity."""


def _identities_problem(identities: dict[str, NoDetails]) -> str | None:
    if len(identities) == limits.TEMPLATE_IDENTITIES:
        return None
    names = ", ".join(name.rpartition("/")[2] for name in identities) or "none"
    return f"it names {len(identities)} identities, {names}; it must name exactly one"


class Identity(StrictModel):
    """The identity that AIB works with."""

    type: Literal["UserAssigned"]
    """AIB takes user-assigned identities only."""
    user_assigned_identities: Annotated[dict[IdentityId, NoDetails], must(_identities_problem)]
    """Exactly one: its resource id and {}."""


class RecipeDocument(StrictModel):
    """A recipe of Kiln: an AIB image template in AIB's own names, and what is Kiln's own."""

    json_schema_address: str | None = Field(default=None, alias="$schema")
    """Address of this schema, for editors."""
    description: Command | None = None
    """What the image is for; people read it."""
    location: Region | None = None
    """Region of the template; Kiln's setting BUILD_LOCATION if left out."""
    identity: Identity | None = None
    """The identity that AIB works with; Kiln's setting AIB_IDENTITY_ID if left out."""
    tags: TemplateTags | None = None
    """Tags of the template; Kiln adds kiln-build-id and kiln-recipe."""
    parameters: Parameters | None = None
    """What an upload or an HTTP start may set; ${{ parameters.name }} refers to it."""
    artifact: ArtifactPlace | None = None
    """Where the uploaded archive goes in the build VM."""
    properties: TemplateProperties
    """The properties of an AIB image template, in AIB's own names."""
