"""The inputs of the pipeline task, one by one."""

import pytest
import yaml

from tests.cli.pipelines import (
    DEFINITION,
    IDENTITY,
    IMAGE,
    SUBNET,
    faults_of,
    migrated,
    properties_of,
    task_file,
)
from tests.sample_source import UBUNTU

SHELL = {"type": "Shell", "name": "inline_script", "inline": ["sudo sh /tmp/webapp/install.sh"]}
REGION = {"name": "westeurope"}
TO_GALLERY = {
    "type": "SharedImage",
    "runOutputName": "SharedImage_distribute",
    "galleryImageId": DEFINITION,
    "targetRegions": [REGION],
}
TO_IMAGE = {
    "type": "ManagedImage",
    "runOutputName": "ManagedImage_distribute",
    "imageId": IMAGE,
    "location": "westeurope",
}


def test_the_usual_step_becomes_the_usual_recipe():
    """What most pipelines have must come out whole, and need nothing more."""
    migration = migrated(task_file())
    assert migration.recipe_name == "webapp"
    assert migration.document == {
        "location": "westeurope",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}},
        "artifact": {"destination": "webapp", "osType": "Linux"},
        "properties": {
            "source": UBUNTU,
            "customize": [SHELL],
            "distribute": [TO_GALLERY],
            "vmProfile": {"vmSize": "Standard_D1_v2"},
        },
    }


SOURCES = [
    (
        {"imageSource": "managedimage", "customImageResourceId": IMAGE},
        {"type": "ManagedImage", "imageId": IMAGE},
    ),
    (
        {"imageSource": None, "customImageResourceId": IMAGE},
        {"type": "ManagedImage", "imageId": IMAGE},
    ),
    (
        {"imageSource": "SIG", "ImageVersionId": f"{DEFINITION}/versions/1.0.0"},
        {"type": "SharedImageVersion", "imageVersionId": f"{DEFINITION}/versions/1.0.0"},
    ),
]


@pytest.mark.parametrize(("inputs", "source"), SOURCES)
def test_each_kind_of_source_is_taken(inputs, source):
    """The default is a managed image, as it was in the task."""
    assert properties_of(task_file(**inputs))["source"] == source


@pytest.mark.parametrize(
    ("inputs", "image"),
    [
        ({"baseImage": "A:B:C", "baseImagePubOfferSku": None}, "A:B:C:latest"),
        ({"baseImage": "A:B:C", "baseImagePubOfferSku": "D:E:F"}, "D:E:F:latest"),
        ({"baseImage": "A:B:C", "baseImagePubOfferSku": "Publisher:Offer:Sku"}, "A:B:C:latest"),
        ({"baseImageVersion": "1.2.3", "baseImagePubOfferSku": "D:E:F"}, "D:E:F:1.2.3"),
        ({"baseImagePubOfferSku": None}, "Canonical:UbuntuServer:18.04-LTS:latest"),
    ],
)
def test_a_marketplace_image_is_found_as_the_task_found_it(inputs, image):
    """Its own literal for "unset" must not become the name of a publisher."""
    source = properties_of(task_file(**inputs))["source"]
    assert ":".join(source[key] for key in ("publisher", "offer", "sku", "version")) == image


def test_a_purchase_plan_is_kept_and_its_literal_for_unset_is_not():
    """An image with a plan cannot be built without it."""
    plan = properties_of(task_file(platformImagePurchasePlan="a:b:c"))["source"]["planInfo"]
    assert plan == {"planName": "a", "planProduct": "b", "planPublisher": "c"}
    unset = task_file(platformImagePurchasePlan="PlanName:PlanProduct:PlanPublisher")
    assert "planInfo" not in properties_of(unset)["source"]


TARGETS = [
    (
        {"replicationRegions": "westeurope, North Europe"},
        {"targetRegions": [REGION, {"name": "northeurope"}]},
    ),
    ({"replicationRegions": None}, {"targetRegions": [REGION]}),
    (
        {"galleryImageId": f"{DEFINITION}/versions/1.2.3"},
        {"galleryImageId": f"{DEFINITION}/versions/1.2.3"},
    ),
    ({"galleryImageId": f"{DEFINITION}/versions/0.0.$(Build.BuildId)"}, {}),
]


@pytest.mark.parametrize(("inputs", "changes"), TARGETS)
def test_a_gallery_target_is_taken(inputs, changes):
    """Regions may have blanks; a version that counts runs is left to AIB."""
    assert properties_of(task_file(**inputs))["distribute"] == [TO_GALLERY | changes]


def test_other_targets_are_taken():
    """Managed images and VHDs."""
    to_image = {"distributeType": "managedimage", "imageIdForDistribute": IMAGE}
    assert properties_of(task_file(**to_image))["distribute"] == [TO_IMAGE]
    elsewhere = properties_of(task_file(**to_image, managedImageLocation="East US"))
    assert elsewhere["distribute"][0]["location"] == "eastus"
    vhd = properties_of(task_file(distributeType="vhd"))["distribute"]
    assert vhd == [{"type": "VHD", "runOutputName": "VHD_distribute"}]


def test_windows_scripts_and_updates_keep_their_order_and_rights():
    """Updates come last, after the wait that the old task put in."""
    text = task_file(
        provisioner="powershell",
        inlineScript="& 'c:\\buildartifacts\\webapp\\install.ps1'\n\nGet-Date\n",
        windowsUpdateProvisioner="true",
        runElevated="True",
        runAsSystem="true",
    )
    migration = migrated(text)
    steps = migration.document["properties"]["customize"]
    assert [step["type"] for step in steps] == ["PowerShell", "PowerShell", "WindowsUpdate"]
    assert steps[0]["inline"] == ["& 'c:\\buildartifacts\\webapp\\install.ps1'", "", "Get-Date"]
    assert (steps[0]["runElevated"], steps[0]["runAsSystem"]) == (True, True)
    assert steps[1]["inline"] == ["Start-Sleep -Seconds 300"]
    assert steps[2]["filters"] == ["exclude:$_.Title -like '*Preview*'", "include:$true"]
    assert migration.document["artifact"] == {"destination": "webapp", "osType": "Windows"}


def test_system_rights_need_elevation_as_in_the_task():
    """AIB refuses the one without the other."""
    migration = migrated(task_file(provisioner="powershell", runAsSystem="true"))
    assert "runAsSystem" not in migration.document["properties"]["customize"][0]
    assert "runAsSystem: left out, the task took it only with" in "\n".join(migration.notes)


def test_what_is_for_windows_only_is_said_beside_a_shell_script():
    """It had no effect, and somebody meant something by it."""
    rights = {"runElevated": "true", "runAsSystem": "true"}
    said = "\n".join(migrated(task_file(**rights, windowsUpdateProvisioner="true")).notes)
    names = "windowsUpdateProvisioner, runElevated, runAsSystem"
    assert f"{names}: not used, provisioner is shell" in said
    switched_off = migrated(task_file(runElevated="false", runAsSystem="false"))
    assert "not used" not in "\n".join(switched_off.notes)
    second = task_file("AzureImageBuilderTaskV2@2", provisioner="shell")
    assert "not used" not in "\n".join(migrated(second).notes)


@pytest.mark.parametrize("key", ["env", "environment"])
def test_the_environment_of_a_step_is_said_to_be_left_out(key):
    """The task alone had it; a value may be a secret and is not repeated."""
    old = yaml.safe_load(task_file())
    old["steps"][1][key] = {"REGION": "$(region)", "PASSWORD": "hidden"}
    said = "\n".join(migrated(yaml.safe_dump(old)).notes)
    assert "env: PASSWORD, REGION left out; only the task itself had it, not the build VM" in said
    assert "hidden" not in said


def test_machine_timeout_and_network_are_taken():
    """0 minutes means AIB's default and is left out."""
    found = properties_of(
        task_file(vmSize="Standard_D4s_v5", buildTimeoutInMinutes="90", vnetSubnetId=SUBNET)
    )
    assert found["vmProfile"] == {"vmSize": "Standard_D4s_v5", "vnetConfig": {"subnetId": SUBNET}}
    assert found["buildTimeoutInMinutes"] == 90
    assert "buildTimeoutInMinutes" not in properties_of(task_file(buildTimeoutInMinutes="0"))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("wvd/images", "images"),
        ("$(System.DefaultWorkingDirectory)", "artifact"),
        ("$(Pipeline.Workspace)\\drop\\", "drop"),
        ("out/_web app!", "web-app"),
        ("out/web#app", "web-app"),
    ],
)
def test_the_recipe_is_named_after_the_folder(path, name):
    """The old blob path began with it, and old scripts expect /tmp/<folder>."""
    migration = migrated(task_file(packagePath=path))
    assert migration.recipe_name == name


@pytest.mark.parametrize(
    ("path", "destination"),
    [
        ("$(System.DefaultWorkingDirectory)", "s"),
        ("$(Build.ArtifactStagingDirectory)/", "a"),
        ("$(build.binariesdirectory)", "b"),
        ("$(System.ArtifactsDirectory)", "a"),
        ("./", "s"),
        ("$(Pipeline.Workspace)", "1"),
        ("$(Build.SourcesDirectory)/webapp", "webapp"),
    ],
)
def test_the_agents_own_folders_keep_their_names(path, destination):
    """Scripts name /tmp/s although nobody wrote `s` into the pipeline."""
    migration = migrated(task_file(packagePath=path))
    assert migration.document["artifact"]["destination"] == destination


def test_a_folder_whose_name_only_a_run_knows_has_to_be_given():
    """With a made-up name the scripts would look in vain, in the build VM."""
    text = task_file(packagePath="$(Pipeline.Workspace)/$(app)")
    assert "packagePath: holds $(app), which only a run knows" in faults_of(text)
    migration = migrated(text, app="shop")
    assert migration.document["artifact"]["destination"] == "shop"
    (step,) = yaml.safe_load(migration.snippet)
    assert step["env"]["FOLDER"] == "$(Pipeline.Workspace)/$(app)"
