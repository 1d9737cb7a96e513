"""The paths that are asked, each with the API version that it is asked in.

Versions stand in the REST reference on learn.microsoft.com, page by page: gallery-images
(list-by-gallery), virtual-machine-images (get), providers (list), resource-groups (get),
resources (list-by-resource-group), subscriptions (list-locations), virtual-machine-sizes (list);
Microsoft.ManagedIdentity 2023-01-31 in azure-mgmt-msi 7 and Pulumi's azure-native 3;
Microsoft.Network 2023-09-01 in virtualnetwork (available-delegations).
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

GALLERY_API: Final = "2024-03-03"
COMPUTE_API: Final = "2024-07-01"
IDENTITY_API: Final = "2023-01-31"
NETWORK_API: Final = "2023-09-01"
RESOURCES_API: Final = "2021-04-01"
LOCATIONS_API: Final = "2022-12-01"


def of_resource(resource_id: str, api_version: str) -> str:
    """Return the path of one resource, or of a collection.

    Args:
        resource_id: a checked id, perhaps with more segments behind.
        api_version: API version of its provider.
    """
    return f"{resource_id}?api-version={api_version}"


def of_content(group_id: str) -> str:
    """Return the path of the resources in a group, of which one is enough.

    Args:
        group_id: a checked id.
    """
    return f"{group_id}/resources?%24top=1&api-version={RESOURCES_API}"


def of_providers(subscription_id: str) -> str:
    """Return the path of the list of resource providers.

    Args:
        subscription_id: where the template will be.
    """
    return f"/subscriptions/{subscription_id}/providers?api-version={RESOURCES_API}"


def of_locations(subscription_id: str) -> str:
    """Return the path of the list of regions.

    Args:
        subscription_id: where the template will be.
    """
    return f"/subscriptions/{subscription_id}/locations?api-version={LOCATIONS_API}"


def of_vm_sizes(subscription_id: str, region: str) -> str:
    """Return the path of the list of a region's VM sizes.

    Args:
        subscription_id: where the template will be.
        region: its region.
    """
    provider = f"/subscriptions/{subscription_id}/providers/Microsoft.Compute"
    return f"{provider}/locations/{region}/vmSizes?api-version={COMPUTE_API}"


def of_marketplace(subscription_id: str, region: str, names: tuple[str, str, str, str]) -> str:
    """Return the path of a Marketplace image's version, or of a list of the newest for `latest`.

    Args:
        subscription_id: who asks.
        region: where the image shall be.
        names: publisher, offer, SKU and version.
    """
    publisher, offer, sku, version = (quote(name, safe="") for name in names)
    versions = (
        f"/subscriptions/{subscription_id}/providers/Microsoft.Compute/locations/{region}"
        f"/publishers/{publisher}/artifacttypes/vmimage/offers/{offer}/skus/{sku}/versions"
    )
    if version == "latest":
        newest = "%24top=1&%24orderby=name%20desc&%24expand=properties"
        return f"{versions}?{newest}&api-version={COMPUTE_API}"
    return of_resource(f"{versions}/{version}", COMPUTE_API)
