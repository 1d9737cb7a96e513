"""What docs/recipes.md shows is read, checked and compared, so that it stays true."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from imaging.errors import RecipeError
from imaging.recipe.artifact_block import ArtifactPlace
from imaging.recipe.parameter import Parameter
from imaging.recipe_file import read_recipe_file
from tests.imaging.recipe.documents import WINDOWS, changed, faults, read

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/recipes.md").read_text(encoding="utf-8")
TEXTS = [text.splitlines() for text in re.findall(r"```text\n(.*?)\n```", PAGE, re.DOTALL)]
BLOCKS = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


def test_the_smallest_recipe_of_the_page_is_a_good_one() -> None:
    """People begin by copying it."""
    assert faults(BLOCKS[0]) == []
    assert read(BLOCKS[0]).warnings == ()


def test_the_windows_updates_of_the_page_can_be_pasted() -> None:
    """They replace a switch of the old task."""
    document = changed(
        WINDOWS,
        ("properties.customize", BLOCKS[2]),
        ("properties.vmProfile", {"vmSize": "Standard_D4s_v5"}),
    )
    assert read(document).warnings == ()


def test_the_parameters_of_the_page_can_be_pasted() -> None:
    """They show pattern, default and reference at once."""
    recipe = read(BLOCKS[0] | BLOCKS[1])
    assert (recipe.tags, recipe.warnings) == ({"release": "0.0.0"}, ())


def test_the_repairs_of_the_page_are_said_word_for_word() -> None:
    """A person who searches for a warning finds it."""
    old = BLOCKS[0] | {"apiVersion": "2020-02-14"}
    old = changed(old, ("properties.optimize", {"vmboot": {"state": "Enabled"}}))
    recipe = read_recipe_file("app", json.dumps(old).encode())
    assert list(recipe.warnings) == TEXTS[0]


def test_the_page_lists_every_example_and_every_key_of_the_artifact() -> None:
    """What is not on the page is not found."""
    examples = {path.name for path in (ROOT / "examples/recipes").glob("*.json")}
    assert set(re.findall(r"examples/recipes/([\w-]+\.json)", PAGE)) == examples
    keys = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert keys == [field.alias for field in ArtifactPlace.model_fields.values()]
    listed = PAGE.partition("| key of a parameter |")[2].partition("```")[0]
    keys = re.findall(r"^\| (\w+) \|", listed, re.MULTILINE)
    assert keys == [field.alias for field in Parameter.model_fields.values()]


def test_the_faults_of_the_page_are_said_word_for_word() -> None:
    """A person who searches for a message finds it."""
    broken = changed(
        WINDOWS,
        ("properties.buildTimeoutInMinutes", 961),
        ("properties.customize.0.scriptUri", "https://example.com/install.ps1"),
        ("properties.source", {"type": "ISO"}),
    )
    with pytest.raises(RecipeError) as refused:
        read_recipe_file("app", json.dumps(broken).encode())
    assert [str(fault) for fault in refused.value.faults] == TEXTS[1]
