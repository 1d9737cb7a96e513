"""A VHD is written where it outlives its template."""

from __future__ import annotations

import pytest

from imaging.template import TemplateContext, render_template, stand_ins
from tests.imaging.recipe.documents import changed, read
from tests.imaging.template.recipes import (
    AIB_IDENTITY,
    LINUX,
)

VHD = {"type": "VHD", "runOutputName": "disk"}


@pytest.mark.parametrize("nothing", [{}, {"uri": ""}])
def test_a_vhd_without_an_address_is_written_to_our_own_storage(nothing: dict[str, str]) -> None:
    """In AIB's own account it would be deleted together with the template."""
    images = "https://kilnlocal.blob.core.windows.net/kiln-images"
    context = TemplateContext("b1", "westeurope", AIB_IDENTITY, None, images)
    written = read(changed(LINUX, ("properties.distribute.0", VHD | nothing)))
    assert render_template(written, None, context)["properties"]["distribute"] == [
        VHD | {"uri": f"{images}/b1/disk.vhd"}
    ]
    assert (
        "VHD disk: written to the container kiln-images, where AIB's identity needs Storage Blob"
        " Data Contributor"
    ) in stand_ins(written, context)


def test_a_vhd_with_an_address_goes_there() -> None:
    """The recipe's author knows better."""
    target = VHD | {"uri": "https://kilnlocal.blob.core.windows.net/vhds/app.vhd"}
    context = TemplateContext("b1", "westeurope", AIB_IDENTITY, None, "https://other.example/i")
    written = read(changed(LINUX, ("properties.distribute.0", target)))
    assert render_template(written, None, context)["properties"]["distribute"] == [target]
    assert not any("VHD" in note for note in stand_ins(written, context))
