# ruff: noqa: E501 - what is said reads better in one row
"""A file of the recipes container: recipes, templates in any form, and what is wrong with others."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from imaging.errors import RecipeError
from imaging.recipe import Recipe
from imaging.recipe_file import read_recipe_file
from imaging.template import TemplateContext, render_template
from localcloud.image_builder import unmarshal, validation
from localcloud.image_builder.api_versions import ApiVersion
from tests.imaging.recipe.documents import GALLERY, LEFT_OUT, LINUX, changed
from tests.imaging.template.recipes import AIB_IDENTITY

P = "properties"
D0 = f"{P}.distribute.0"
OLD_REGIONS = changed(
    GALLERY, (f"{D0}.targetRegions", LEFT_OUT), (f"{D0}.replicationRegions", ["West Europe"])
)
RELEASE = {"release": {"pattern": "[0-9.]+"}}
PARAMETRISED = changed(
    LINUX,
    ("parameters", RELEASE),
    (f"{P}.customize.0.inline", ["echo ${{ parameters.release }}"]),
)


def read_file(content: object, **given: str) -> Recipe:
    """Read a file as a build does."""
    written = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read_recipe_file("webapp", written, given)


def faults_of(content: object, given: dict[str, str] | None = None) -> list[str]:
    """List what is wrong with a file."""
    written = content if isinstance(content, bytes) else json.dumps(content).encode()
    with pytest.raises(RecipeError) as refused:
        read_recipe_file("webapp", written, given)
    return [str(fault) for fault in refused.value.faults]


def test_a_good_recipe_is_taken_as_it_is() -> None:
    """Repairs are for what AIB would refuse, not for taste."""
    recipe = read_file(OLD_REGIONS)
    assert not any(warning.startswith("repaired") for warning in recipe.warnings)
    assert recipe.properties.distribute[0].model_dump()["replication_regions"] == ["West Europe"]


def test_a_misspelt_recipe_is_repaired_and_says_so() -> None:
    """The build goes on, and the operator can correct the file at leisure."""
    recipe = read_file(
        changed(LINUX, (f"{P}.optimize", {"vmboot": {"state": "Enabled"}}), ("apiVersion", "x"))
    )
    assert recipe.warnings == (
        'repaired: apiVersion: left out, Kiln chooses the API version: "x"',
        "repaired: properties.optimize.vmboot: renamed: vmboot → vmBoot",
    )


def test_an_arm_deployment_with_comments_is_a_recipe() -> None:
    """It is the form in which most people keep their template."""
    resource = {
        "type": "Microsoft.VirtualMachineImages/imageTemplates",
        "apiVersion": "2020-02-14",
        "name": "t",
        "location": "[parameters('where')]",
        **LINUX,
    }
    deployment = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"where": {"type": "string", "defaultValue": "West US 2"}},
        "resources": [resource],
    }
    content = b"// made by hand\n" + json.dumps(deployment).encode()
    recipe = read_file(content)
    assert recipe.location == "westus2"
    assert recipe.sha256 == hashlib.sha256(content).hexdigest()
    assert any("comments" in warning for warning in recipe.warnings)


def test_a_repaired_recipe_keeps_its_parameters() -> None:
    """Both at once are usual: an old template that somebody gave parameters."""
    recipe = read_file(changed(PARAMETRISED, ("apiVersion", "x")), release="1.2")
    step: dict[str, Any] = recipe.properties.model_dump(by_alias=True)["customize"][0]
    assert step["inline"] == ["echo 1.2"]


@pytest.mark.parametrize(
    "value", ["[resourceGroup().location]", "[concat('a', 'b')]", "[[x]", "in <region>"]
)
def test_a_value_is_never_computed(value: str) -> None:
    """What an uploader writes is a text, also in a template that is repaired."""
    document = changed(
        LINUX,
        ("apiVersion", "x"),
        ("parameters", {"it": {"pattern": ".*"}}),
        ("tags", {"a": "${{ parameters.it }}"}),
    )
    assert read_file(document, it=value).tags == {"a": value}


def test_wrong_values_are_told_and_not_the_file_s_repairs() -> None:
    """The uploader cannot change the file."""
    for document in (PARAMETRISED, changed(PARAMETRISED, ("apiVersion", "x"))):
        assert faults_of(document, {"release": "v1"}) == [
            'parameters.release: is "v1"; it must match [0-9.]+'
        ]


def test_what_cannot_be_repaired_is_all_that_is_told() -> None:
    """People correct what they must."""
    broken = changed(
        LINUX,
        ("apiVersion", "x"),
        (f"{P}.buildTimeoutInMinutes", 961),
        (f"{P}.source", {"type": "ISO"}),
    )
    found = faults_of(broken)
    assert [fault.split(":")[0] for fault in found] == [
        "properties.buildTimeoutInMinutes",
        "properties.source.type",
    ]
    assert "ISO sources were removed from AIB" in found[1]


@pytest.mark.parametrize(("content", "said"), [
    (b'{"properties": {"source" "x"}}', 'line 1, column 26: unexpected "\\""; a comma, colon, quote or bracket is missing or too much before it'),
    (b'// a\n{"properties": {"source" "x"}}', "line 2, column 26: a comma, colon, quote or bracket is missing"),
    (b"{'properties': 1}", "properties: is 1; it must be an object"),
    (b"{'properties: 1}", "line 1, column 2: a single quote; JSON wants double quotes"),
    (b"", "the file is empty"),
    (b"[1, 2]", "the file holds a list, no JSON object with an image template in it"),
    (b'{"$schema": "x/deploymentParameters.json#", "parameters": {}}', "is a file of parameters; bring the template"),
    (b'{"type": "Microsoft.Compute/galleries", "properties": {}}', 'is a resource of type "Microsoft.Compute/galleries", no image template'),
    (b"param location string\n", "is Bicep; run `az bicep build` and bring the JSON that it makes"),
    (b'{"a": 1, "a": 2}', "a: is written twice; keep one"),
    (b"\xff\xfe{}", "the file is UTF-16; save it as UTF-8"),
    (b"/*" + b"x" * 70_000 + b"*/{}", "the file has 70006 bytes; it must have at most 65536"),
    (b"//\n" + b'{"a":' * 20, "line 2, column 81: nested deeper than 16 levels"),
], ids=range(13))  # fmt: skip
def test_a_file_that_cannot_be_read_is_explained_with_its_place(content: bytes, said: str) -> None:
    """Line and column are those of the file, also after a comment."""
    assert faults_of(content)[0].startswith(said)


def test_a_template_in_a_file_of_an_impossible_name_hears_of_the_name_only() -> None:
    """Everything else is repaired once the file has a name that an upload can use."""
    content = json.dumps(changed(LINUX, ("apiVersion", "x"))).encode()
    with pytest.raises(RecipeError) as caught:
        read_recipe_file("my template", content)
    assert [str(fault) for fault in caught.value.faults] == [
        "a recipe's name must have 1 to 64 letters, digits, '.', '_' or '-', and begin with a letter, a digit or '_'"
    ]


PUBLISHED = sorted((Path(__file__).parents[3] / "../shared/real/templates").rglob("*.json"))


@pytest.mark.skipif(not PUBLISHED, reason="the published templates are not beside the repository")
def test_every_published_template_ends_in_a_good_template_or_in_reasons() -> None:
    """What Kiln accepts, the strict service must accept too."""
    version, context = ApiVersion("2025-10-01"), TemplateContext("b1", "westeurope", AIB_IDENTITY)
    accepted = 0
    for path in PUBLISHED:
        try:
            recipe = read_recipe_file("published", path.read_bytes(), {})
        except RecipeError:
            continue
        body = json.loads(json.dumps(render_template(recipe, None, context)))
        template = unmarshal.read(body, "ImageTemplate", version)
        assert validation.faults_of(template, version) == [], path
        accepted += 1
    assert accepted >= len(PUBLISHED) // 3


@pytest.mark.parametrize("envelope", [(), (("apiVersion", "2024-02-01"),)])
def test_a_run_that_starts_by_itself_is_refused_with_the_reason(
    envelope: tuple[tuple[str, object], ...],
) -> None:
    """It would be a second run beside Kiln's; nobody asked for its removal."""
    document = changed(LINUX, (f"{P}.autoRun", {"state": "Enabled"}), *envelope)
    assert faults_of(document) == [
        "properties.autoRun: would start a run beside Kiln's own; leave it out, Kiln starts the run"
    ]
