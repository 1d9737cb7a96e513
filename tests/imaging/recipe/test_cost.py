"""What reading a recipe costs: little, however the file was made to cost much."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import pytest

from imaging.errors import RecipeError
from imaging.recipe_file import read_recipe_file
from tests.imaging.recipe.documents import LINUX, changed

INLINE = "properties.customize.0.inline"
PATTERNS = {f"p{k}": {"pattern": rf"(\pL{{40}}|\pN{{40}}|\w{{40}}){{{k}}}"} for k in range(10, 26)}


@pytest.mark.parametrize("content", [
    '{"properties":{},' + ",".join(f'"{k % 5000:x}":1' for k in range(8000)) + "}",
    json.dumps(changed(LINUX, ("apiVersion", "x"), ("properties.customize", [0] * 15_000))),
    json.dumps(changed(LINUX, (INLINE, ["token=" * 5400 + "("]))),
    json.dumps(changed(LINUX, ("parameters", PATTERNS))),
], ids=["unknown names", "faults", "half a secret", "patterns too big"])  # fmt: skip
def test_no_file_keeps_a_host_busy(content: str) -> None:
    """A caller waits for the answer, and every other build of the host with it."""
    started = time.process_time()
    with suppress(RecipeError):
        read_recipe_file("webapp", content.encode())
    assert time.process_time() - started < 10


def test_of_very_many_faults_the_first_are_named_and_the_rest_is_counted() -> None:
    """A report is read by people and kept in a history that has its limits."""
    document = LINUX | {f"x{k}": 1 for k in range(1000)}
    with pytest.raises(RecipeError) as caught:
        read_recipe_file("webapp", json.dumps(document).encode())
    assert len(caught.value.faults) == 1000
    assert len(caught.value.first_faults) == 100
    assert str(caught.value).endswith("; and 900 more")


def test_a_template_that_nearly_fills_a_recipe_is_repaired() -> None:
    """What it makes is measured without the blanks that another writer would put in."""
    tags = {f"k{k}": "v" * 4 for k in range(4200)}
    content = json.dumps(
        {"apiVersion": "x", "properties": {}, "a": tags}, separators=(",", ":")
    ).encode()
    assert 60_000 < len(content) < 65_536
    with pytest.raises(RecipeError) as caught:
        read_recipe_file("webapp", content)
    assert "must have at most" not in str(caught.value)
