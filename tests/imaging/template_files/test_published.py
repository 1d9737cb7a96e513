"""Templates as people published them: each is accepted, or refused for the reason in the table."""

import json
from pathlib import Path

import pytest

from imaging.errors import RecipeError
from imaging.recipe import read_recipe
from imaging.template_files import repair_template
from tests.imaging.template_files.templates import DEFINITION, GROUP, IDENTITY, IMAGE
from tests.sample_source import UBUNTU

PUBLISHED = Path(__file__).parents[3] / "../shared/real/templates"
FOLDERS = ["resource", "arm-deployment", "lax"]
FILES = sorted(path for folder in FOLDERS for path in (PUBLISHED / folder).glob("*.json"))
RECORDED = sorted((PUBLISHED / "recorded-put").glob("*.json"))
SUBSCRIPTION = GROUP.split("/")[2]
URL = "https://scripts.example/install.sh"

VALUES = {
    **dict.fromkeys(["subscriptionID", "subscription"], SUBSCRIPTION),
    **dict.fromkeys(["rgName", "resourceGroup", "vnetRgName"], "images"),
    **dict.fromkeys(["sharedImageGalName", "imageGallery", "acgName"], "gallery"),
    **dict.fromkeys(["imageDefName", "imageName", "srcImageName", "runOutputName"], "webapp"),
    **dict.fromkeys(["vnetName", "subnetName", "customizestepname", "targetOS", "offer"], "name1"),
    **dict.fromkeys(["skuName", "sku", "publisher", "packagesToInstall"], "name2"),
    "managedimagename": "webapp",
    "sharedgalimagename": "webapp-gallery",
    **dict.fromkeys(["region", "region1", "location"], "West US 2"),
    **dict.fromkeys(["svclocation", "destinationregion"], "westus2"),
    **dict.fromkeys(["scriptUrl", "scriptFileUrl", "customizescriptpath", "sourceURI"], URL),
    **dict.fromkeys(["pathToFileInAzureStorageIncFile"], URL),
    "region2": "northeurope",
    "imageVersion": "1.0.0",
    "version": "latest",
    "machinesku": "Standard_D2s_v3",
    "FileName": "setup.exe",
    "imgBuilderId": IDENTITY,
    "msi-token": IDENTITY,
    "buildRGName": GROUP,
    "sha256Checksum": "0" * 64,
    "sigDefImgVersionId": f"{DEFINITION}/versions/1.0.0",
    "managedImageResGroupId": IMAGE.removesuffix("webapp"),
    "destinationresgroupid": IMAGE.removesuffix("webapp"),
    "galleryImageId": DEFINITION.removesuffix("webapp"),
    # Of the template that Azure's verified modules compile to, which is all parameters and loops.
    "imageSource": json.dumps(UBUNTU),
    "customizationSteps": json.dumps([{"type": "Shell", "inline": ["true"]}]),
    "distributions": json.dumps(
        [{"type": "SharedImage", "sharedImageGalleryImageDefinitionResourceId": DEFINITION}]
    ),
    "baseTime": "2026-01-31",
}

# What stays refused although every placeholder and parameter got a value, and why that is right.
REFUSED = {
    "RZomerman__CustomImageWithVSCode": "its subscription id is blotted out with xxxx",
    "danielsollondon__armTemplates_rhel_iso_image_deploy_mdi": "starts from an ISO",
    "danielsollondon__armTemplates_rhel_iso_image_deploy_sigmdi": "starts from an ISO",
    "danielsollondon__solutions_3_rhel_sig_vhd": "starts from an ISO",
    "danielsollondon__testingArea_7": "a placeholder has lost its closing bracket",
}
WHY = {
    "its subscription id is blotted out with xxxx": "that must be a GUID",
    "starts from an ISO": "ISO sources were removed",
    "a placeholder has lost its closing bracket": "it must begin with https://",
}
# Needed nothing but repairs even as they are.
COMPLETE = {
    "lenvolk__02_demos_Code_ImageBuilder-ARM",
    "lenvolk__02_demos_Code_ImageTemplate-SIG",
    "lenvolk__02_demos_Code_ImageTemplate-VNET",
}

needs_published = pytest.mark.skipif(not FILES, reason="the published templates are not here")


@needs_published
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem[:60])
def test_a_published_template_becomes_a_recipe_once_it_is_filled_in(path):
    """Whoever has such a file wants to know what changes, or the one reason why it cannot be."""
    text = path.read_text("utf-8-sig")
    reason = next((why for start, why in REFUSED.items() if path.stem.startswith(start)), None)
    if reason is None:
        found = repair_template(text, recipe_name="webapp", values=VALUES)
        assert found.repairs
        assert read_recipe("webapp", json.dumps(found.document).encode())
        return
    with pytest.raises(RecipeError) as caught:
        repair_template(text, recipe_name="webapp", values=VALUES)
    assert WHY[reason] in str(caught.value)


@needs_published
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem[:60])
def test_as_it_is_a_sample_is_refused_by_the_names_of_what_is_open(path):
    """Samples are meant to be filled in; Kiln says with what."""
    text = path.read_text("utf-8-sig")
    if path.stem in COMPLETE:
        assert repair_template(text, recipe_name="webapp").document["properties"]
        return
    with pytest.raises(RecipeError) as caught:
        repair_template(text, recipe_name="webapp")
    signs = ("holds the placeholder <", "the placeholder <", "parameters('", "must be a GUID")
    assert any(sign in str(caught.value) for sign in signs)


@needs_published
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem[:60])
def test_a_body_that_the_service_once_took_becomes_a_recipe(path):
    """These were sent by Azure's own command line; only a build without a target is refused."""
    text = path.read_text()
    if json.loads(text)["properties"].get("distribute"):
        assert repair_template(text, recipe_name="webapp").document["properties"]
    else:
        with pytest.raises(RecipeError, match="distribute: is "):
            repair_template(text, recipe_name="webapp")
