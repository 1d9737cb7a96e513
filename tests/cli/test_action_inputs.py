"""The inputs of the GitHub Action, one by one."""

import pytest
import yaml

from tests.cli.pipelines import (
    DEFINITION,
    IDENTITY,
    IMAGE,
    action_file,
    faults_of,
    migrated,
    properties_of,
)
from tests.sample_source import UBUNTU


def test_the_usual_step_becomes_the_usual_recipe():
    """What most workflows have must come out whole."""
    migration = migrated(action_file())
    assert migration.recipe_name == "webapp"
    assert migration.document == {
        "location": "westeurope",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}},
        "artifact": {"destination": "webapp", "osType": "Linux"},
        "properties": {
            "source": UBUNTU,
            "customize": [
                {
                    "type": "Shell",
                    "name": "customizer_script",
                    "inline": ["sh /tmp/webapp/install.sh"],
                }
            ],
            "distribute": [
                {
                    "type": "SharedImage",
                    "runOutputName": "SharedImage_distribute",
                    "galleryImageId": DEFINITION,
                    "targetRegions": [{"name": "westeurope"}],
                }
            ],
        },
    }


def test_windows_goes_where_the_action_put_it():
    r"""It used C:\<folder>, not buildArtifacts."""
    inputs = {
        "source-os-type": "Windows",
        "customizer-source": "${{ GITHUB.WORKSPACE }}\\webApp",
        "customizer-script": "& 'c:\\webApp\\setup.ps1'\n",
        "customizer-windows-update": "true",
    }
    migration = migrated(action_file(inputs, **{"runs-on": "windows-latest"}))
    assert migration.document["artifact"] == {"destination": "C:\\webApp", "osType": "Windows"}
    steps = migration.document["properties"]["customize"]
    assert [step["type"] for step in steps] == ["PowerShell", "PowerShell", "WindowsUpdate"]
    assert "7z a -tzip" in migration.snippet
    assert 'FOLDER: "${{ GITHUB.WORKSPACE }}/webApp"' in migration.snippet


@pytest.mark.parametrize(
    ("inputs", "source"),
    [
        (
            {"source-image-type": "ManagedImage", "source-image": IMAGE},
            {"type": "ManagedImage", "imageId": IMAGE},
        ),
        (
            {
                "source-image-type": "sharedImageGallery",
                "source-image": f"{DEFINITION}/versions/1.0.0",
            },
            {"type": "SharedImageVersion", "imageVersionId": f"{DEFINITION}/versions/1.0.0"},
        ),
    ],
)
def test_each_kind_of_source_is_taken(inputs, source):
    """The type is written in many cases."""
    assert properties_of(action_file(inputs))["source"] == source


def test_other_targets_tags_size_and_timeout_are_taken():
    """A managed image without a region goes where the template is."""
    inputs = {
        "dist-type": None,
        "dist-resource-id": IMAGE,
        "dist-location": None,
        "dist-image-tags": "team:web, url:https://example.org",
        "vm-size": "Standard_D4s_v5",
        "build-timeout-in-minutes": "90",
    }
    found = properties_of(action_file(inputs))
    assert found["distribute"] == [
        {
            "type": "ManagedImage",
            "runOutputName": "ManagedImage_distribute",
            "imageId": IMAGE,
            "location": "westeurope",
            "artifactTags": {"team": "web", "url": "https://example.org"},
        }
    ]
    assert found["vmProfile"] == {"vmSize": "Standard_D4s_v5"}
    assert found["buildTimeoutInMinutes"] == 90


def test_values_of_env_are_filled_in_from_the_nearest_place():
    """A job's env wins over the workflow's."""
    text = "env:\n  REGION: eastus\n  SIZE: Standard_D2s_v5\n" + action_file(
        {"location": "${{ env.REGION }}", "vm-size": "${{env.SIZE}}"}, env={"REGION": "westus3"}
    )
    migration = migrated(text)
    assert migration.document["location"] == "westus3"
    assert migration.document["properties"]["vmProfile"]["vmSize"] == "Standard_D2s_v5"


@pytest.mark.parametrize("event", ["workflow_dispatch", "workflow_call"])
@pytest.mark.parametrize("context", ["inputs", "github.event.inputs"])
def test_the_default_of_what_a_person_or_caller_is_asked_for_is_taken(event, context):
    """The page promises it, and it stands under `on`, far from the job."""
    inputs = {"region": {"type": "string", "default": "northeurope"}, "other": {"required": True}}
    workflow = yaml.safe_load(action_file({"location": f"${{{{ {context}.Region }}}}"}))
    found = migrated(yaml.safe_dump({**workflow, "on": {event: {"inputs": inputs}, "push": None}}))
    assert found.document["location"] == "northeurope"
    assert f"{context}.region: its default is taken" in "\n".join(found.notes)


def test_a_secret_has_to_be_given():
    """The file does not hold it, and the recipe needs a fixed id."""
    target = DEFINITION.replace("00000000-0000-0000-0000-000000000001", "${{ secrets.SUB }}")
    text = action_file({"dist-resource-id": target})
    assert "dist-resource-id: holds ${{ secrets.SUB }}, which only a run" in faults_of(text)
    given = properties_of(text, **{"secrets.SUB": "00000000-0000-0000-0000-000000000001"})
    assert given["distribute"][0]["galleryImageId"] == DEFINITION


def test_a_target_that_the_action_made_up_has_to_be_named():
    """Without one it used a new name for every run."""
    text = action_file({"dist-type": None, "dist-resource-id": None})
    assert "dist-resource-id: is missing" in faults_of(text)
    given = properties_of(text, **{"dist-resource-id": IMAGE})
    assert given["distribute"][0]["imageId"] == IMAGE


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"source-os-type": None}, "source-os-type: is missing"),
        ({"source-os-type": "macos"}, 'source-os-type: is "macos"'),
        ({"source-image": "Ubuntu"}, "it must be Publisher:Offer:Sku"),
        ({"dist-image-tags": "team"}, "it must be name:value"),
        ({"source-os-type": "${{ inputs.system }}"}, "source-os-type: holds ${{ inputs.system }}"),
        (
            {"customizer-script": "echo ${{ a || b }}"},
            "customizer-script: holds ${{ a || b }}, which only a run knows",
        ),
        ({"dist-resource-id": f"{IMAGE}$(Build.BuildId)"}, "holds $(Build.BuildId)"),
    ],
)
def test_what_cannot_be_taken_names_its_input(inputs, why):
    """The action ignored wrong inputs silently."""
    assert why in faults_of(action_file(inputs))


def test_of_an_input_that_is_open_nothing_else_is_said():
    """What follows from it is no second thing to do."""
    inputs = {
        "source-image": "${{ vars.IMAGE }}",
        "dist-type": "${{ vars.TARGET }}",
        "build-timeout-in-minutes": "${{ vars.MINUTES }}",
        "customizer-windows-update": "${{ vars.UPDATE }}",
        "dist-resource-id": IMAGE,
    }
    said = faults_of(action_file(inputs)).splitlines()
    assert len(said) == 4
    assert all("which only a run knows" in line for line in said)


def test_what_has_no_counterpart_is_said():
    """A name of an identity is no id, and the action never used its own run-output-name."""
    inputs = {
        "managed-identity": "aib-identity",
        "run-output-name": "x",
        "customizer-destination": "/opt",
        "image-builder-template-name": "t",
        "resource-group-name": "images",
    }
    migration = migrated(action_file(inputs))
    assert "identity" not in migration.document
    said = "\n".join(migration.notes)
    for word in ("AIB_IDENTITY_ID", "run-output-name", "customizer-destination", "template-name"):
        assert word in said


def test_an_identity_that_is_a_secret_is_no_name():
    """Nobody sees here what it holds, so whoever knows it has to write it."""
    text = action_file({"managed-identity": "${{ secrets.IDENTITY }}"})
    migration = migrated(text)
    assert "identity" not in migration.document
    (said,) = [note for note in migration.notes if note.startswith("managed-identity")]
    assert "${{ secrets.IDENTITY }} is a secret; let the setting AIB_IDENTITY_ID say" in said
    assert "or the recipe's identity: write the value, or give it: '--set=secrets.IDEN" in said
    assert "no id" not in said
    given = migrated(text, **{"secrets.IDENTITY": IDENTITY}).document["identity"]
    assert list(given["userAssignedIdentities"]) == [IDENTITY]
    variable = migrated(action_file({"managed-identity": "${{ vars.IDENTITY }}"}))
    assert "${{ vars.IDENTITY }} is known to a run only" in "\n".join(variable.notes)


@pytest.mark.parametrize(
    "names",
    [
        ["action-run-mode"],
        ["action-run-mode-time-minutes"],
        ["action-run-mode", "action-run-mode-time-minutes"],
    ],
)
def test_both_inputs_for_the_wait_are_known(names):
    """One of them must not make the other one a misspelling."""
    said = "\n".join(migrated(action_file(dict.fromkeys(names, "5"))).notes)
    assert f"{', '.join(names)}: left out, the new lines wait for the end" in said
    assert "is no input" not in said


def test_an_environment_that_no_input_reads_is_said():
    """The build VM never had it; what an input reads is filled in."""
    (step,) = yaml.safe_load(action_file({"location": "${{ env.REGION }}"}))["jobs"]["build"][
        "steps"
    ]
    environment = {"REGION": "westeurope", "PASSWORD": "hidden"}
    migration = migrated(yaml.safe_dump([{**step, "env": environment}]))
    assert migration.document["location"] == "westeurope"
    said = "\n".join(migration.notes)
    assert "env: PASSWORD left out; only the action itself had it, not the build VM" in said
    assert "hidden" not in said


def test_a_managed_image_goes_where_the_template_is():
    """The action read dist-location for galleries only."""
    inputs = {"dist-type": "ManagedImage", "dist-resource-id": IMAGE, "dist-location": "eastus"}
    migration = migrated(action_file(inputs))
    assert migration.document["properties"]["distribute"][0]["location"] == "westeurope"
    assert "dist-location: not used" in "\n".join(migration.notes)


def test_a_vhd_stays_and_it_is_said_where():
    """The action's own lay with the template."""
    migration = migrated(action_file({"dist-type": "VHD", "dist-resource-id": None}))
    assert migration.document["properties"]["distribute"] == [
        {"type": "VHD", "runOutputName": "VHD_distribute"}
    ]
    assert "IMAGES_CONTAINER" in "\n".join(migration.notes)


@pytest.mark.parametrize(
    ("path", "destination"),
    [("./build", "build"), ("out/app.v2", "app"), ("src\\web App\\", "web App")],
)
def test_the_folder_is_named_as_the_action_named_it(path, destination):
    """Scripts expect /tmp/<folder>; the action cut off what follows the first dot."""
    migration = migrated(action_file({"customizer-source": path}))
    assert migration.document["artifact"]["destination"] == destination


@pytest.mark.parametrize("path", ["${{ github.workspace }}", "out/${{ inputs.app }}"])
def test_a_folder_whose_name_only_a_run_knows_has_to_be_given(path):
    """With a made-up name the scripts would look in vain, in the build VM."""
    text = action_file({"customizer-source": path})
    assert f"customizer-source: holds {path.removeprefix('out/')}, which only" in faults_of(text)
    given = {"github.workspace": "/runner/webapp", "inputs.app": "webapp"}
    assert migrated(text, **given).document["artifact"]["destination"] == "webapp"


def test_a_secret_in_a_script_is_not_asked_for():
    """Whoever may read the template reads its commands."""
    said = faults_of(action_file({"customizer-script": "curl -u ${{ secrets.TOKEN }} x.example"}))
    assert "customizer-script: holds ${{ secrets.TOKEN }}; everybody who may read" in said
    assert "--set" not in said


def test_what_a_script_wants_beside_a_secret_is_said_too():
    """Who takes the secret out should not find the next fault only then."""
    script = "curl -u ${{ secrets.TOKEN }} x.example/${{ a || b }}"
    said = faults_of(action_file({"customizer-script": script}))
    assert "holds ${{ secrets.TOKEN }}; everybody" in said
    assert "holds ${{ a || b }}, which only a run knows" in said


def test_an_input_that_the_action_ignored_is_left_out_and_said():
    """Workflows keep misspelt inputs for years, because nothing fails."""
    said = "\n".join(migrated(action_file({"distributor-type": "x"})).notes)
    assert "distributor-type: is no input of azure/build-vm-image, which ignored it" in said
    assert "left out; write dist-type if that is meant" in said
