"""What is shown of a build that has ended."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from localcloud.commands.following import show_end

_ENDED = {"state": "Succeeded", "elapsedSeconds": 5, "error": None, "images": []}


def shown(**changes: Any) -> str:
    """Return what a person reads."""
    output = io.StringIO()
    show_end(_ENDED | changes, Console(file=output, width=80))
    return output.getvalue()


def test_every_image_is_shown() -> None:
    """A build may have several targets."""
    said = shown(images=[{"runOutputName": name, "uri": f"/images/{name}"} for name in "ab"])
    assert "✓ image  /images/a\n" in said
    assert "✓ image  /images/b\n" in said


def test_a_build_that_only_validates_shows_no_image() -> None:
    """It succeeded all the same."""
    assert "✓ the source is valid; no image was to be made\n" in shown()


def test_the_faults_of_a_recipe_are_shown_line_by_line() -> None:
    """In one line nobody sees where one ends and the next begins."""
    faults = [{"target": "location", "message": "is 7"}, {"target": "", "message": "is empty"}]
    error = {"code": "RecipeInvalid", "message": "recipe 'x' has 2 faults: …", "details": faults}
    said = shown(error=error)
    assert "✗ RecipeInvalid: 2 faults\n      location: is 7\n      is empty\n" in said


def test_any_other_error_is_one_line() -> None:
    """Its message names everything."""
    said = shown(error={"code": "RunFailed", "message": "exit code 3"})
    assert "✗ RunFailed: exit code 3\n" in said
