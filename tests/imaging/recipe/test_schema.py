"""The published schema is the models', and the models are AIB's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from azure.mgmt.imagebuilder import models as sdk

from imaging.recipe import (
    artifact_block,
    customize,
    distribute,
    document,
    quality,
    source,
    vm_profile,
)
from imaging.recipe.schema import editor_schema
from imaging.recipe.strict_model import StrictModel
from tests.imaging.recipe.documents import GALLERY, changed
from tests.imaging.recipe.schema_checking import underlined

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples/recipes").glob("*.json"))
# What we leave out on purpose: autoRun would start a run beside Kiln's own.
LEFT_OUT = {"autoRun"}
SAME: list[tuple[type[StrictModel], type[Any]]] = [
    (document.TemplateProperties, sdk.ImageTemplateProperties),
    (document.Identity, sdk.ImageTemplateIdentity),
    (source.PlatformImage, sdk.ImageTemplatePlatformImageSource),
    (source.PurchasePlan, sdk.PlatformImagePurchasePlan),
    (source.ManagedImageSource, sdk.ImageTemplateManagedImageSource),
    (source.SharedImageVersion, sdk.ImageTemplateSharedImageVersionSource),
    (customize.Shell, sdk.ImageTemplateShellCustomizer),
    (customize.PowerShell, sdk.ImageTemplatePowerShellCustomizer),
    (customize.File, sdk.ImageTemplateFileCustomizer),
    (customize.WindowsRestart, sdk.ImageTemplateRestartCustomizer),
    (customize.WindowsUpdate, sdk.ImageTemplateWindowsUpdateCustomizer),
    (customize.Shell, sdk.ImageTemplateShellValidator),
    (customize.PowerShell, sdk.ImageTemplatePowerShellValidator),
    (customize.File, sdk.ImageTemplateFileValidator),
    (quality.Optimize, sdk.ImageTemplatePropertiesOptimize),
    (quality.VmBoot, sdk.ImageTemplatePropertiesOptimizeVmBoot),
    (quality.Workload, sdk.ImageTemplatePropertiesOptimizeWorkload),
    (quality.Validation, sdk.ImageTemplatePropertiesValidate),
    (quality.ErrorHandling, sdk.ImageTemplatePropertiesErrorHandling),
    (distribute.ManagedImageTarget, sdk.ImageTemplateManagedImageDistributor),
    (distribute.SharedImageTarget, sdk.ImageTemplateSharedImageDistributor),
    (distribute.VhdTarget, sdk.ImageTemplateVhdDistributor),
    (distribute.TargetRegion, sdk.TargetRegion),
    (distribute.LatestVersioning, sdk.DistributeVersionerLatest),
    (distribute.SourceVersioning, sdk.DistributeVersionerSource),
    (vm_profile.VmProfile, sdk.ImageTemplateVmProfile),
    (vm_profile.VnetConfig, sdk.VirtualNetworkConfig),
    (vm_profile.DataDisk, sdk.DataDisk),
]


def writable_names(model: type[Any]) -> set[str]:
    """List the JSON names that a client may write."""
    fields = type(model({}))._attr_to_rest_field.values()  # filled by the first instance
    return {field._rest_name for field in fields if field._visibility != ["read"]}


def our_names(model: type[StrictModel]) -> set[str]:
    """List the JSON names of one of our models."""
    return {str(field.alias) for field in model.model_fields.values()}


@pytest.mark.parametrize(("ours", "theirs"), SAME, ids=lambda model: model.__name__)
def test_a_model_has_exactly_the_properties_of_the_service(
    ours: type[StrictModel], theirs: type[Any]
) -> None:
    """Everything that AIB can do is reachable, and a new SDK shows what we miss."""
    assert our_names(ours) == writable_names(theirs) - LEFT_OUT


def test_the_published_schema_is_the_models() -> None:
    """Editors complete and check recipes with it."""
    published = (ROOT / "docs/recipe.schema.json").read_text(encoding="utf-8")
    now = json.dumps(editor_schema(), indent=2, ensure_ascii=False) + "\n"
    assert published == now, "write it anew: scripts/kiln recipe schema > docs/recipe.schema.json"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_leads_editors_to_the_published_schema(example: Path) -> None:
    """Whoever opens it in an editor gets names and explanations while writing."""
    address = json.loads(example.read_text(encoding="utf-8"))["$schema"]
    assert (example.parent / address).resolve() == ROOT / "docs/recipe.schema.json"


def test_every_property_of_the_schema_is_described() -> None:
    """An editor shows the description where a person hesitates."""
    schema = editor_schema()
    objects = [schema, *schema["$defs"].values()]
    silent = [
        name
        for shape in objects
        for name, property_schema in shape.get("properties", {}).items()
        if not {"description", "$ref"} & set(property_schema)
    ]
    assert silent == []


def test_the_schema_knows_no_null_and_no_unknown_name() -> None:
    """What is left out is left out; what is unknown is refused."""
    schema = editor_schema()
    assert '"null"' not in json.dumps(schema)
    objects = [shape for shape in schema["$defs"].values() if shape["type"] == "object"]
    assert all(shape["additionalProperties"] is False for shape in objects)


def test_only_artifact_and_parameters_are_ours() -> None:
    """AIB's documentation applies to all the rest."""
    known = our_names(document.RecipeDocument)
    assert known - {"location", "identity", "tags", "properties"} == {
        "$schema",
        "description",
        "artifact",
        "parameters",
    }
    assert "unpack" in our_names(artifact_block.ArtifactPlace)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_no_good_recipe_is_underlined(example: Path) -> None:
    """An editor that calls a good recipe wrong is switched off."""
    schema = editor_schema()
    assert underlined(json.loads(example.read_text()), schema, schema) == []


REFERENCE = "${{ parameters.value }}"
TARGET = "properties.distribute.0"


@pytest.mark.parametrize(
    "place",
    [
        "location",
        "properties.buildTimeoutInMinutes",
        "properties.vmProfile.osDiskSizeGB",
        "properties.vmProfile.vmSize",
        "properties.optimize.vmBoot.state",
        f"{TARGET}.excludeFromLatest",
        f"{TARGET}.runOutputName",
        f"{TARGET}.storageAccountType",
        f"{TARGET}.targetRegions.0.replicaCount",
    ],
)
def test_a_parameter_is_underlined_nowhere_where_it_may_stand(place: str) -> None:
    """Numbers, switches and choices may be set by an upload, too."""
    schema = editor_schema()
    assert underlined(changed(GALLERY, (place, REFERENCE)), schema, schema) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (f"{TARGET}.type", REFERENCE),
        ("artifact.position", REFERENCE),
        ("parameters.value.type", REFERENCE),
        ("properties.buildTimeoutInMinutes", "60"),
        ("properties.buildTimeoutInMinutes", 961),
        (f"{TARGET}.replicationMode", "shallow"),
        ("properties.vmprofile", {}),
    ],
)
def test_what_is_wrong_is_underlined(place: str, value: object) -> None:
    """An editor tells it while it is being written."""
    schema = editor_schema()
    assert underlined(changed(GALLERY, (place, value)), schema, schema)
