"""`properties.distribute`: where the finished image goes (swagger 2025-10-01)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from imaging import limits
from imaging.recipe.field_types import (
    AT_LEAST_ONE,
    GalleryImageId,
    ImageId,
    Region,
    RunOutputName,
    Tags,
    VhdUrl,
)
from imaging.recipe.strict_model import StrictModel

Replicas = Annotated[int, Field(ge=limits.REPLICAS_MIN, le=limits.WHOLE_NUMBER_MAX)]
VersionMajor = Annotated[int, Field(ge=limits.VERSION_MAJOR_MIN, le=limits.WHOLE_NUMBER_MAX)]
StorageAccountType = Literal["Standard_LRS", "Standard_ZRS", "Premium_LRS"]


class Target(StrictModel):
    """What every target has."""

    type: str
    """What kind of target this is."""
    run_output_name: RunOutputName
    """Name of the run output that will say what was distributed; unique in the recipe."""
    artifact_tags: Tags | None = None
    """Tags of the image."""


class ManagedImageTarget(Target):
    """A managed image; its resource group must exist."""

    type: Literal["ManagedImage"]
    """A managed image; its resource group must exist."""
    image_id: ImageId
    """Resource id of the image to make."""
    location: Region
    """Region of the image."""


class TargetRegion(StrictModel):
    """A region that gets replicas of the version."""

    name: Region
    """Region, as westeurope; one of them must be the gallery's."""
    replica_count: Replicas | None = None
    """Number of replicas; 1 if left out."""
    storage_account_type: StorageAccountType | None = None
    """Storage of the replicas; Standard_LRS if left out."""


class LatestVersioning(StrictModel):
    """Numbers a version after the highest there is."""

    scheme: Literal["Latest"]
    """Numbers a version after the highest there is."""
    major: VersionMajor | None = None
    """Major version within which to count up; -1 is the same as leaving it out."""


class SourceVersioning(StrictModel):
    """Numbers a version after the source image's."""

    scheme: Literal["Source"]
    """Numbers a version after the source image's."""


class SharedImageTarget(Target):
    """A version of an image in an Azure Compute Gallery; gallery and definition must exist."""

    type: Literal["SharedImage"]
    """A version of an image in an Azure Compute Gallery; gallery and definition must exist."""
    gallery_image_id: GalleryImageId
    """Resource id of the image definition, or of a version that does not exist yet."""
    target_regions: Annotated[list[TargetRegion], AT_LEAST_ONE] | None = None
    """Regions that get the version; not together with replicationRegions."""
    replication_regions: Annotated[list[Region], AT_LEAST_ONE] | None = None
    """The old way to name regions; prefer targetRegions."""
    storage_account_type: StorageAccountType | None = None
    """Storage of the replicas; only with replicationRegions."""
    exclude_from_latest: bool | None = None
    """Keep the version from being the latest; false if left out."""
    versioning: (
        Annotated[LatestVersioning | SourceVersioning, Field(discriminator="scheme")] | None
    ) = None
    """How the version's number is found."""
    replication_mode: Literal["Full", "Shallow"] | None = None
    """Full (default) or Shallow, new in API version 2025-10-01."""


class VhdTarget(Target):
    """A VHD in a storage account; in Kiln's own container for images if no uri is given."""

    type: Literal["VHD"]
    """A VHD in a storage account."""
    uri: VhdUrl | None = None
    """Address of the blob to write; AIB's identity needs Storage Blob Data Contributor there."""


Distributor = Annotated[
    ManagedImageTarget | SharedImageTarget | VhdTarget, Field(discriminator="type")
]
