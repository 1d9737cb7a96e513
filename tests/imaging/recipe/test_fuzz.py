"""Whatever lies in the recipes container: a recipe or a list of faults, never a stack trace."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.errors import Fault, RecipeError
from imaging.recipe import read_recipe
from imaging.recipe_file import read_recipe_file
from tests.imaging.recipe.documents import GALLERY, SUBNETS, WINDOWS, changed

NAMES = [
    "type",
    "name",
    "inline",
    "scriptUri",
    "properties",
    "source",
    "customize",
    "distribute",
    "validate",
    "vmProfile",
    "tags",
    "location",
    "identity",
    "userAssignedIdentities",
    "artifact",
    "destination",
    "scheme",
    "versioning",
    "targetRegions",
    "Shell",
    "PlatformImage",
    "$schema",
    "autoRun",
    "parameters",
    "pattern",
    "default",
    "${{ parameters.release }}",
    "${{ parameters.",
    "(a+)+$",
    "[parameters('release')]",
    "resources",
    "copy",
    "a" * 1000,
    "x/\u202e",
    "\ud800",
]
FULL = changed(
    GALLERY,
    ("location", "westeurope"),
    ("parameters", {"release": {"pattern": "[0-9.]+"}, "size": {"type": "integer", "default": 64}}),
    ("tags", {"a": "b", "release": "${{ parameters.release }}"}),
    ("artifact", {"destination": "app", "position": 1}),
    (
        "properties.vmProfile",
        {"osDiskSizeGB": "${{ parameters.size }}", "vnetConfig": {"subnetId": f"{SUBNETS}/a"}},
    ),
    ("properties.validate", {"inVMValidations": [{"type": "Shell", "inline": ["x"]}]}),
    ("properties.optimize", {"vmBoot": {"state": "Enabled"}}),
    ("properties.distribute.0.versioning", {"scheme": "Latest", "major": 1}),
)

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 1000)
    | st.floats(allow_nan=False, width=16)
    | st.text(max_size=12)
    | st.sampled_from(NAMES),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)


def check(content: bytes, name: str = "webapp", given: dict[str, str] | None = None) -> None:
    """Read as strictly and as kindly as Kiln can, and look at the faults if there are any."""
    for read in (read_recipe, read_recipe_file):
        try:
            read(name, content, given)
        except RecipeError as error:
            look_at(error.faults)


def look_at(faults: list[Fault]) -> None:
    """Every fault must be one line of words that a person reads, and there must be one."""
    assert faults
    for fault in faults:
        assert fault.message
        assert "Kiln cannot use it" not in fault.message
        assert str(fault).isprintable()
        assert len(str(fault)) < 1000


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List all places of a document."""
    found = [path] if path else []
    children = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, child in children:
        found += places(child, (*path, key))
    return found


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([FULL, WINDOWS]), st.randoms(use_true_random=False), values)
def test_any_value_at_any_place_is_read_or_explained(
    document: dict[str, Any], chance: random.Random, value: Any
) -> None:
    """People write anything anywhere; every error that can be reached has words of ours."""
    broken = copy.deepcopy(document)
    *parents, last = chance.choice(places(broken))
    current: Any = broken
    for part in parents:
        current = current[part]
    current[last] = value
    check(json.dumps(broken).encode())


@settings(max_examples=150, deadline=None)
@given(values)
def test_any_json_is_read_or_explained(value: Any) -> None:
    """The file may be of another tool altogether."""
    check(json.dumps(value).encode())


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_explained(content: bytes) -> None:
    """The file may be no text at all."""
    check(content)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2000), st.integers(0, 30), st.binary(max_size=6))
def test_a_damaged_recipe_is_read_or_explained(
    position: int, removed: int, inserted: bytes
) -> None:
    """An upload may be cut or edited by hand."""
    content = json.dumps(FULL, indent=1).encode()
    check(content[:position] + inserted + content[position + removed :])


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_any_name_of_a_recipe_is_taken_or_explained(name: str) -> None:
    """The name comes from the place of an upload."""
    check(json.dumps(FULL).encode(), name)


DEPLOYMENT: dict[str, Any] = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "parameters": {"where": {"type": "string", "defaultValue": "westus2"}},
    "variables": {"name": "[concat('a', parameters('where'))]"},
    "resources": [
        {
            "type": "Microsoft.VirtualMachineImages/imageTemplates",
            "apiVersion": "2020-02-14",
            "name": "[variables('name')]",
            "location": "[parameters('where')]",
            **GALLERY,
        }
    ],
}


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([DEPLOYMENT, FULL]), st.randoms(use_true_random=False), values)
def test_a_template_with_anything_anywhere_is_repaired_or_explained(
    document: dict[str, Any], chance: random.Random, value: Any
) -> None:
    """Repairs walk over whatever people wrote."""
    broken = copy.deepcopy(document)
    broken.setdefault("apiVersion", "x")
    *parents, last = chance.choice(places(broken))
    current: Any = broken
    for part in parents:
        current = current[part]
    current[last] = value
    check(b"// lax\n" + json.dumps(broken).encode())


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["release", "size", "other"]) | st.text(), st.text()))
def test_any_parameters_are_taken_or_explained(given_values: dict[str, str]) -> None:
    """They come from metadata of uploads and from callers."""
    check(json.dumps(FULL).encode(), given=given_values)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["release", "size"]) | st.text(max_size=4), values))
def test_any_declaration_of_parameters_is_taken_or_explained(declared: dict[str, Any]) -> None:
    """The block is new to everybody."""
    check(json.dumps({**FULL, "parameters": declared}).encode())


@settings(max_examples=200, deadline=None)
@given(st.text("${} parmets.relasbc\\\n'\"-", max_size=60))
def test_any_text_with_references_is_taken_or_explained(text: str) -> None:
    """Half a reference is a usual slip."""
    check(json.dumps(changed(FULL, ("properties.customize.0.inline", [text]))).encode())
