"""The inputs that only the second version of the pipeline task has, and its own defaults."""

import pytest

from tests.cli.pipelines import (
    GROUP,
    IDENTITY,
    SUBNET,
    faults_of,
    migrated,
    properties_of,
    task_file,
)

V2 = "AzureImageBuilderTaskV2@2"


def test_the_second_version_has_its_own_defaults():
    """It was made for Windows and galleries."""
    migration = migrated(
        task_file(V2, imageSource=None, distributeType=None, inlineScript="Get-Date")
    )
    properties = migration.document["properties"]
    assert properties["customize"] == [
        {"type": "PowerShell", "name": "inline_script", "inline": ["Get-Date"], "runElevated": True}
    ]
    assert properties["buildTimeoutInMinutes"] == 120
    assert properties["vmProfile"] == {"vmSize": "Standard_D2ds_v4"}
    assert migration.document["artifact"]["osType"] == "Windows"


def test_everything_of_the_second_version_is_taken():
    """Nobody should lose a tag or a validation on the way."""
    found = properties_of(
        task_file(
            V2,
            provisioner="shell",
            distributeType="gallery",
            replicationRegions=None,
            targetRegions="westeurope\nnortheurope",
            distributeStorageAccountType="Standard_ZRS",
            excludeFromLatest="true",
            distributeVersioningScheme="latest",
            distributeVersioningMajor="0",
            buildVmIdentities=f"{IDENTITY}\n{IDENTITY}2\n",
            vnetSubnetId=SUBNET,
            containerInstanceSubnetId=SUBNET + "2",
            osDiskSizeGB="64",
            enableValidation="true",
            continueDistributeOnFailure="true",
            validationInlineScript="test -f /opt/webapp/app.py",
            optimizeVmBoot="true",
            stagingResourceGroup=f"{GROUP}-staging",
            managedResourceTags='{"team": "web"}',
            errorHandlingOnCustomizerError="Abort",
            errorHandlingOnValidationError="cleanup",
            autoRun="false",
        )
    )
    target = found["distribute"][0]
    assert target["targetRegions"] == [
        {"name": name, "storageAccountType": "Standard_ZRS"}
        for name in ("westeurope", "northeurope")
    ]
    assert target["excludeFromLatest"] is True
    assert target["versioning"] == {"scheme": "Latest", "major": 0}
    assert found["vmProfile"]["userAssignedIdentities"] == [IDENTITY, IDENTITY + "2"]
    assert found["vmProfile"]["osDiskSizeGB"] == 64
    assert found["vmProfile"]["vnetConfig"]["containerInstanceSubnetId"] == SUBNET + "2"
    assert found["validate"] == {
        "continueDistributeOnFailure": True,
        "inVMValidations": [{"type": "Shell", "inline": ["test -f /opt/webapp/app.py"]}],
    }
    assert found["optimize"] == {"vmBoot": {"state": "Enabled"}}
    assert found["stagingResourceGroup"] == f"{GROUP}-staging"
    assert found["managedResourceTags"] == {"team": "web"}
    assert found["errorHandling"] == {"onCustomizerError": "abort", "onValidationError": "cleanup"}


def test_the_second_version_has_its_own_default_image_and_checks_with_elevated_rights():
    """Both are what its code does, not what its page says."""
    inputs = {"baseImagePubOfferSku": None, "enableValidation": "true"}
    found = properties_of(task_file(V2, **inputs, validationInlineScript="Get-Date"))
    assert found["source"]["sku"] == "win11-25h2-ent"
    assert found["validate"]["inVMValidations"] == [
        {"type": "PowerShell", "inline": ["Get-Date"], "runElevated": True}
    ]


def test_the_variable_of_the_second_version_is_set_too():
    """Later steps read `$(runOutput)`, which the first version never set."""
    names = "templateId, runOutput: .images[0].runOutputName} | to_entries"
    assert names in migrated(task_file("AzureImageBuilderTaskV2@2")).snippet
    assert "runOutput:" not in migrated(task_file()).snippet


def test_the_storage_type_holds_where_no_region_is_named():
    """The image goes to the template's region then, in the storage that was asked for."""
    inputs = {"replicationRegions": None, "distributeStorageAccountType": "Standard_ZRS"}
    found = properties_of(task_file("AzureImageBuilderTaskV2@2", **inputs))
    assert found["distribute"][0]["targetRegions"] == [
        {"name": "westeurope", "storageAccountType": "Standard_ZRS"}
    ]


def test_network_inputs_that_the_task_ignored_are_ignored():
    """AIB refuses a proxy beside an isolated subnet; what is lost is said."""
    lonely = migrated(task_file(V2, proxyVmSize="Standard_A1_v2"))
    assert "vnetConfig" not in lonely.document["properties"]["vmProfile"]
    assert "proxyVmSize: left out, the task took it only with vnetSubnetId" in lonely.notes
    network = {"vnetSubnetId": SUBNET, "containerInstanceSubnetId": SUBNET + "2"}
    both = migrated(task_file(V2, **network, proxyVmSize="Standard_A1_v2"))
    found = both.document["properties"]["vmProfile"]["vnetConfig"]
    assert set(found) == {"subnetId", "containerInstanceSubnetId"}
    assert "proxyVmSize: left out, the task ignored it beside" in "\n".join(both.notes)
    alone = migrated(task_file(V2, vnetSubnetId=SUBNET, proxyVmSize="Standard_A1_v2"))
    assert "proxyVmSize: left out" not in "\n".join(alone.notes)


@pytest.mark.parametrize("tags", ["{", "[" * 50_000, "[]", '"a"', '{"a": {"b": "c"}}', "[[1]]"])
def test_tags_that_are_no_texts_are_refused_by_their_input(tags):
    """Deep ones once ended the command, or were a fault of a file that nobody has."""
    said = faults_of(task_file(V2, managedResourceTags=tags))
    assert "managedResourceTags: " in said
    assert 'write it as {"name": "value"}' in said
    assert said.count("\n") == 0
