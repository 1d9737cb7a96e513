"""A file of the recipes container: a recipe, or an image template that becomes one.

A recipe that is fine is taken as it is. Else what has one meaning is repaired and said: old and
misspelt names, comments, an ARM deployment around the template. What remains wrong is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace

from imaging.errors import RecipeError
from imaging.recipe import Recipe, read_recipe
from imaging.recipe.json_text import NotJsonError, readable_text
from imaging.template_files import UnreadableTemplateError, repair_template

_PLACE = re.compile(r"line ([0-9]+), column ([0-9]+)")
_AT_THE_END = (1 << 31, 0)


def read_recipe_file(
    name: str, content: bytes, parameters: Mapping[str, str] | None = None
) -> Recipe:
    """Read and check a recipe's file, whatever form of an image template it has.

    Args:
        name: the recipe's name, which is the file's name without `.json`.
        content: the file's bytes.
        parameters: what an upload or a caller sets; None to check a file without a build.

    Returns:
        The recipe; its warnings begin with the repairs.

    Raises:
        RecipeError: what cannot be repaired, or parameters that do not fit; names all faults, and
            the repairs beside them.
    """
    try:
        return read_recipe(name, content, parameters)
    except RecipeError as error:
        refused = error
    try:
        text = readable_text(content)
    except NotJsonError:
        raise refused from None
    try:
        repaired = repair_template(text, recipe_name=name)
    except UnreadableTemplateError as error:
        raise _further(refused, error) from None
    written = json.dumps(repaired.document, separators=(",", ":")).encode()
    recipe = read_recipe(name, written, parameters)
    return replace(
        recipe,
        sha256=hashlib.sha256(content).hexdigest(),
        warnings=(*(f"repaired: {repair}" for repair in repaired.repairs), *recipe.warnings),
    )


def _further(strict: RecipeError, lax: RecipeError) -> RecipeError:
    """Choose the reader that came further: a comment stops the strict one only."""
    is_unreadable = [fault.path for fault in strict.faults] == [""]
    return lax if is_unreadable and _reached(lax) > _reached(strict) else strict


def _reached(error: RecipeError) -> tuple[int, int]:
    found = _PLACE.match(error.faults[0].message)
    return (int(found[1]), int(found[2])) if found else _AT_THE_END
