"""`kiln recipe render` shows what AIB would get, for every kind of recipe."""

import json
import re
from pathlib import Path

import pytest

from cli.__main__ import main
from tests.cli.pipelines import IDENTITY
from tests.imaging.archives.zip_builder import Raw, build_zip
from tests.imaging.template_files.templates import template

EXAMPLES = sorted((Path(__file__).parents[2] / "examples/recipes").glob("*.json"))
STEP = {"type": "Shell", "inline": ["true"]}


@pytest.fixture
def rendered(tmp_path, capsys):
    """Render a recipe with a small artifact and return its body."""
    archive = tmp_path / "upload.zip"
    archive.write_bytes(build_zip(Raw()))

    def render(recipe: object, *options: str):
        path = recipe if isinstance(recipe, Path) else tmp_path / "webapp.json"
        if path is not recipe:
            path.write_text(json.dumps(recipe))
        command = ["recipe", "render", str(path), "--artifact", str(archive)]
        settings = ["--identity", IDENTITY, "--build-vm-identity", IDENTITY]
        code = main([*command, *settings, "--location", "westeurope", *options])
        said = capsys.readouterr()
        return code, (json.loads(said.out) if code == 0 else None), said.err

    return render


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_can_be_rendered(rendered, example):
    """People copy an example, change it and look at what AIB would get."""
    code, body, said = rendered(example)
    assert code == 0
    *advice, last = said.splitlines()
    assert last.startswith(f"{example}: artifact access: ")
    assert all(".type: is VHD, from which no VM starts" in line for line in advice)
    assert body["properties"]["distribute"]


def test_a_vhd_without_an_address_goes_to_the_container_for_images(rendered):
    """Without an address the VHD would go with the template; a build never sends that."""
    recipe = template(customize=[STEP], distribute=[{"type": "VHD", "runOutputName": "disk"}])
    uri = rendered(recipe)[1]["properties"]["distribute"][0]["uri"]
    assert uri == "https://kilnlocal.blob.core.windows.net/kiln-images/0/disk.vhd"
    own = "https://own.blob.core.windows.net/vhds/"
    uri = rendered(recipe, "--images-url", own)[1]["properties"]["distribute"][0]["uri"]
    assert uri == "https://own.blob.core.windows.net/vhds/0/disk.vhd"


@pytest.mark.parametrize(
    ("access", "more_bytes", "said"),
    [
        ("auto", 0, r"service \([0-9]{3} bytes, below 20 MB\)"),
        ("auto", 20_000_000, r"identity \(20,000,[0-9]{3} bytes, not below 20 MB\)"),
        ("identity", 0, r"identity \(as the recipe says; [0-9]{3} bytes, below 20 MB\)"),
        ("sas", 0, r"sas \(as the recipe says; [0-9]{3} bytes, below 20 MB\)"),
    ],
)
def test_the_way_of_the_artifact_is_said_with_its_reason(
    rendered, tmp_path, access, more_bytes, said
):
    """`auto` chooses, and what it chooses decides which rights somebody has to give."""
    big = tmp_path / "big.zip"
    big.write_bytes(build_zip(Raw(content=b"x" * more_bytes, method=0)))
    recipe = template(customize=[STEP]) | {"artifact": {"access": access}}
    code, _, noted = rendered(recipe, "--artifact", str(big))
    assert code == 0
    assert re.search(rf"webapp.json: artifact access: {said}$", noted, re.MULTILINE)


def test_a_signature_is_marked_and_never_real(rendered):
    """What is printed here ends in tickets and chats."""
    recipe = template(customize=[STEP]) | {"artifact": {"access": "sas"}}
    step = rendered(recipe)[1]["properties"]["customize"][0]
    assert step["sourceUri"].endswith("?sig=minted-for-each-build")


def test_a_parameter_is_set_as_an_upload_would_set_it(rendered):
    """The values decide what the image is, so people try them before they upload."""
    recipe = template(customize=[STEP], buildTimeoutInMinutes="${{ parameters.minutes }}")
    recipe["parameters"] = {"minutes": {"type": "integer", "pattern": "[0-9]{2,3}"}}
    code, body, _ = rendered(recipe, "--parameter", "minutes=75")
    assert (code, body["properties"]["buildTimeoutInMinutes"]) == (0, 75)
    code, _, said = rendered(recipe, "--parameter", "minutes=7x")
    assert code == 1
    assert "minutes" in said


def test_a_sample_in_the_place_of_a_value_is_said(rendered):
    """The body shows a value that no build would have."""
    recipe = template(customize=[STEP], buildTimeoutInMinutes="${{ parameters.minutes }}")
    recipe["parameters"] = {"minutes": {"type": "integer", "pattern": "[0-9]{2,3}"}}
    code, _, said = rendered(recipe)
    assert code == 0
    assert "parameters.minutes: has no default and no example; checked with" in said
