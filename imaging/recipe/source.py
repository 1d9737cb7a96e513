"""`properties.source`: the image that a build starts from (swagger 2025-10-01)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from imaging.recipe.field_types import (
    GalleryVersionId,
    ImageId,
    ImageVersion,
    MarketplaceName,
    Text,
)
from imaging.recipe.strict_model import StrictModel


class PurchasePlan(StrictModel):
    """Purchase plan of a Marketplace image that costs something; all three parts are needed."""

    plan_name: Text
    """Name of the plan."""
    plan_product: Text
    """Product of the plan, usually the image's offer."""
    plan_publisher: Text
    """Publisher of the plan."""


class PlatformImage(StrictModel):
    """An image of the Azure Marketplace."""

    type: Literal["PlatformImage"]
    """An image of the Azure Marketplace."""
    publisher: MarketplaceName
    """Publisher, as Canonical."""
    offer: MarketplaceName
    """Offer, as ubuntu-24_04-lts."""
    sku: MarketplaceName
    """SKU of the offer, as server."""
    version: ImageVersion
    """Version, or latest: AIB picks the newest one when the template is made."""
    plan_info: PurchasePlan | None = None
    """Purchase plan, for images that need one."""


class ManagedImageSource(StrictModel):
    """A managed image of the template's own subscription and region."""

    type: Literal["ManagedImage"]
    """A managed image of the template's own subscription and region."""
    image_id: ImageId
    """Resource id of the managed image."""


class SharedImageVersion(StrictModel):
    """A version of an image in an Azure Compute Gallery."""

    type: Literal["SharedImageVersion"]
    """A version of an image in an Azure Compute Gallery."""
    image_version_id: GalleryVersionId
    """Resource id of the version or …/versions/latest, replicated to the template's region."""


Source = Annotated[
    PlatformImage | ManagedImageSource | SharedImageVersion, Field(discriminator="type")
]
