"""Writing a recipe's file, for people to read."""

from __future__ import annotations

import json
from collections.abc import Mapping

from imaging.limits import RECIPE_MAX_BYTES


def recipe_text(document: Mapping[str, object]) -> str:
    """Write a recipe as a file: indented, unless that would make it bigger than one may be.

    Args:
        document: a recipe that fits into a file on one line.
    """
    indented = json.dumps(document, indent=2) + "\n"
    return indented if len(indented) <= RECIPE_MAX_BYTES else json.dumps(document)
