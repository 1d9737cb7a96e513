"""The calls of Microsoft.Compute that are simulated: what AIB's images need, no machine."""

from __future__ import annotations

from localcloud.compute import responses
from localcloud.image_builder.routing import Route

_GROUP = "subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute"
_PUBLISHER = (
    "subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/publishers/"
    "{publisher}/artifacttypes/vmimage/offers"
)
_VM_SIZES = "subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/vmSizes"
_SKUS = f"{_PUBLISHER}/{{offer}}/skus"
_VERSIONS = f"{_SKUS}/{{sku}}/versions"
_VERSION = f"{_VERSIONS}/{{version}}"
_COLLECTIONS = (
    ("gallery", "galleries", "galleries"),
    ("gallery_image", "gallery_images", "galleries/{gallery}/images"),
    (
        "gallery_image_version",
        "gallery_image_versions",
        "galleries/{gallery}/images/{definition}/versions",
    ),
    ("image", "images", "images"),
)


def _resource_routes(name: str, plural: str, collection: str) -> list[Route]:
    parts = [part for part in collection.split("/") if not part.startswith("{")]
    resource_type = "/".join(["Microsoft.Compute", *parts])
    path = f"{_GROUP}/{collection}"
    one = f"{path}/{{name}}"
    return [
        Route(f"compute_list_{plural}", "GET", path, responses.list_resources),
        Route(f"compute_get_{name}", "GET", one, responses.get_resource),
        Route(f"compute_put_{name}", "PUT", one, responses.put_resource(resource_type)),
        Route(f"compute_delete_{name}", "DELETE", one, responses.delete_resource),
    ]


ROUTES = [
    *(route for collection in _COLLECTIONS for route in _resource_routes(*collection)),
    Route("compute_list_offers", "GET", _PUBLISHER, responses.list_offers),
    Route("compute_list_skus", "GET", _SKUS, responses.list_skus),
    Route("compute_list_vm_image_versions", "GET", _VERSIONS, responses.list_image_versions),
    Route(
        "compute_get_vm_image_version",
        "GET",
        f"{_VERSIONS}/{{version}}",
        responses.get_image_version,
    ),
    Route("list_vm_sizes", "GET", _VM_SIZES, responses.list_vm_sizes),
]
