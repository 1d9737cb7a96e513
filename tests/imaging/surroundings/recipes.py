"""Recipes whose surroundings are judged, and Azure's answers to them."""

from __future__ import annotations

import copy
import json
from typing import Any

from imaging.errors import Fault
from imaging.recipe import Recipe, read_recipe
from imaging.surroundings.check import Check, Verdict, judge
from imaging.surroundings.look import Look
from imaging.surroundings.needs import Needs, checks_of

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers"
GALLERY = f"{GROUP}/Microsoft.Compute/galleries/g"
DEFINITION = f"{GALLERY}/images/web"
IDENTITY = f"{GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities/aib"
NEEDS = Needs(SUBSCRIPTION, "West Europe", IDENTITY)
MARKETPLACE = {
    "type": "PlatformImage",
    "publisher": "Canonical",
    "offer": "ubuntu-24_04-lts",
    "sku": "server",
    "version": "latest",
}
_DOCUMENT: dict[str, Any] = {
    "properties": {
        "source": MARKETPLACE,
        "customize": [{"type": "Shell", "name": "a", "inline": ["true"]}],
        "distribute": [
            {
                "type": "SharedImage",
                "runOutputName": "web",
                "galleryImageId": DEFINITION,
                "targetRegions": [{"name": "West Europe"}, {"name": "northeurope"}],
            }
        ],
    }
}


def recipe(target: dict[str, Any] | None = None, **properties: Any) -> Recipe:
    """Read a small recipe.

    Args:
        target: what is different in its gallery target.
        properties: what is different in its properties.
    """
    document = copy.deepcopy(_DOCUMENT)
    document["properties"]["distribute"][0] |= target or {}
    document["properties"] |= properties
    return read_recipe("web", json.dumps(document).encode())


def asked(found: Recipe, needs: Needs = NEEDS) -> list[Check]:
    """List what is asked for a recipe."""
    return checks_of(found, needs)


def verdict(found: Recipe, answers: dict[str, Any], needs: Needs = NEEDS) -> Verdict:
    """Judge a recipe.

    Args:
        found: the recipe.
        answers: bodies, or looks, by the end of the path in front of the query; the rest is fine.
        needs: the settings.
    """
    checks = asked(found, needs)
    looks = {check.path: _plain(check) for check in checks}
    for path in looks:
        for end, answer in answers.items():
            if path.partition("?")[0].endswith(end):
                looks[path] = answer if isinstance(answer, Look) else Look("found", answer)
    return judge(checks, looks)


def faults(found: Recipe, answers: dict[str, Any], needs: Needs = NEEDS) -> list[Fault]:
    """Judge a recipe and return its faults."""
    return verdict(found, answers, needs).faults


def _plain(check: Check) -> Look:
    return Look("absent") if check.absence == "wanted" else Look("found", {})
