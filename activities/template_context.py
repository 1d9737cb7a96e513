"""What the app's settings add to a recipe's template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settings import settings

if TYPE_CHECKING:
    from imaging.template import TemplateContext


def template_context(build_id: str) -> TemplateContext:
    """Return what a template needs beside the recipe.

    Args:
        build_id: whose template it is.
    """
    from imaging.template import TemplateContext  # noqa: PLC0415 - not at indexing

    return TemplateContext(
        build_id=build_id,
        location=settings().build_location,
        aib_identity_id=settings().aib_identity_id,
        build_vm_identity_id=settings().build_vm_identity_id,
        images_url=images_url(),
    )


def images_url() -> str:
    """Return the address of the container that VHDs without an address go to."""
    return f"{settings().artifacts_blob_uri.rstrip('/')}/{settings().images_container}"
