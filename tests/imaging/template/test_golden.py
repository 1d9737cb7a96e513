"""Every example recipe has its golden template, changed by hand so that a reviewer reads it."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any

import pytest

from imaging.recipe import read_recipe
from imaging.template import StagedArtifact, TemplateContext, render_template
from localcloud.image_builder import unmarshal, validation
from localcloud.image_builder.api_versions import ApiVersion
from tests.imaging.template.recipes import AIB_IDENTITY, BLOB, VM_IDENTITY

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples/recipes").glob("*.json"))
GOLDEN = ROOT / "tests/golden"
IMAGES = "https://kilnlocal.blob.core.windows.net/kiln-images"
CONTEXT = TemplateContext("0f3a9c", "westeurope", AIB_IDENTITY, VM_IDENTITY, IMAGES)
SMALL, BIG = 5_000_000, 3_000_000_000
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
ARTIFACTS = {
    "hardened-linux": None,
    "appliance-vhd": StagedArtifact(f"{BLOB}/setup.tar.gz", "tar.gz", SMALL, DIGEST),
    "private-network": StagedArtifact(f"{BLOB}/model.zip", "zip", BIG, DIGEST),
}
USUAL = StagedArtifact(f"{BLOB}/upload.zip", "zip", SMALL, DIGEST)


def rendered(example: Path) -> dict[str, Any]:
    """Render an example recipe with its artifact."""
    recipe = read_recipe(example.stem, example.read_bytes())
    return render_template(recipe, ARTIFACTS.get(example.stem, USUAL), CONTEXT)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_template_of_an_example_is_the_golden_one(example: Path) -> None:
    """A change of what AIB gets must be seen by a person before it is merged."""
    golden = (GOLDEN / example.name).read_text(encoding="utf-8")
    now = json.dumps(rendered(example), indent=2, ensure_ascii=False) + "\n"
    diff = difflib.unified_diff(
        golden.splitlines(), now.splitlines(), "golden", "rendered", lineterm=""
    )
    assert golden == now, "\n".join(diff)


@pytest.mark.parametrize("golden", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_the_strict_simulator_takes_the_golden_template(golden: Path) -> None:
    """The simulator's rules were written by other people from other sources than ours."""
    version = ApiVersion("2025-10-01")
    body = json.loads(golden.read_text(encoding="utf-8"))
    template = unmarshal.read(body, "ImageTemplate", version)
    assert validation.faults_of(template, version) == []


def test_every_golden_file_belongs_to_an_example() -> None:
    """A golden file that nothing renders proves nothing."""
    assert {path.name for path in GOLDEN.glob("*.json")} == {path.name for path in EXAMPLES}


def test_there_are_examples_for_the_usual_wishes() -> None:
    """People copy examples; a missing kind is a kind they get wrong."""
    assert len(EXAMPLES) >= 8


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_needs_no_advice(example: Path) -> None:
    """What people copy must be what we advise; who wants a VHD shall know what became of them."""
    warnings = read_recipe(example.stem, example.read_bytes()).warnings
    assert [warning for warning in warnings if ".type: is VHD, from which" not in warning] == []
