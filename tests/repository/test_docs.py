"""The documents say what is there."""

from __future__ import annotations

import re
from pathlib import Path

from imaging.recipe import read_recipe

ROOT = Path(__file__).parents[2]


def test_the_recipe_in_the_readme_is_a_recipe():
    """It is the first thing that a newcomer copies."""
    readme = (ROOT / "README.md").read_text()
    (recipe,) = re.findall(r"```json\n(.*?)```", readme, re.DOTALL)
    assert read_recipe("readme", recipe.encode()).os_type == "Linux"


def test_every_file_that_the_docs_link_to_is_there():
    """A dead link is a lost reader."""
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
