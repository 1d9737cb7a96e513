"""Recipes for the tests of reading: a good one, and a way to change a single place of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from imaging.errors import RecipeError
from imaging.recipe import Recipe, read_recipe
from tests.imaging.template.recipes import GROUP, IMAGE, LINUX, WINDOWS

GALLERY_IMAGE = f"{GROUP}/providers/Microsoft.Compute/galleries/kilnlocal/images/webapp"
SUBNETS = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/build/subnets"

GALLERY: dict[str, Any] = copy.deepcopy(LINUX)
GALLERY["properties"]["distribute"] = [
    {
        "type": "SharedImage",
        "runOutputName": "out",
        "galleryImageId": GALLERY_IMAGE,
        "targetRegions": [{"name": "westeurope"}],
    }
]

__all__ = ["GALLERY", "GALLERY_IMAGE", "IMAGE", "LINUX", "SUBNETS", "WINDOWS"]

LEFT_OUT = object()
RELEASE = {"release": {"pattern": "^[0-9.]{1,20}$", "default": "0.0.0"}}


def changed(document: dict[str, Any], *changes: tuple[str, object]) -> dict[str, Any]:
    """Copy a recipe with other values at places such as `properties.distribute.0.type`."""
    copied = copy.deepcopy(document)
    for place, value in changes:
        *parents, last = [int(part) if part.isdigit() else part for part in place.split(".")]
        current: Any = copied
        for part in parents:
            current = current.setdefault(part, {}) if isinstance(current, dict) else current[part]
        if value is LEFT_OUT:
            del current[last]
        elif isinstance(current, list) and last == len(current):
            current.append(value)
        else:
            current[last] = value
    return copied


def with_release(*changes: tuple[str, object]) -> dict[str, Any]:
    """A recipe that declares a release and uses it in a command."""
    line = "echo ${{ parameters.release }}"
    return changed(
        LINUX, ("parameters", RELEASE), ("properties.customize.0.inline", [line]), *changes
    )


def read(document: object, name: str = "webapp", given: Mapping[str, str] | None = None) -> Recipe:
    """Read a recipe from JSON values, with the values of a build for its parameters."""
    return read_recipe(name, json.dumps(document).encode(), given)


def faults(
    document: object, name: str = "webapp", given: Mapping[str, str] | None = None
) -> list[str]:
    """List the faults of a recipe, as people read them."""
    try:
        read(document, name, given)
    except RecipeError as error:
        return [str(fault) for fault in error.faults]
    return []


def faults_of_text(content: bytes) -> list[str]:
    """List the faults of a recipe's bytes."""
    try:
        read_recipe("webapp", content)
    except RecipeError as error:
        return [str(fault) for fault in error.faults]
    return []
