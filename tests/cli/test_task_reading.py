"""How a step of the pipeline task is read: its names, its variables, its faults, what is said."""

import json

import pytest
import yaml

from cli.pipeline_files import UnreadablePipelineError, find_steps
from tests.cli.pipelines import (
    DEFINITION,
    faults_of,
    migrated,
    only_step,
    properties_of,
    task_file,
)


def test_input_names_are_read_in_any_case():
    """Azure Pipelines ignores case, and so do people."""
    text = (
        task_file()
        .replace("galleryImageId", "GALLERYIMAGEID")
        .replace("imageSource", "imagesource")
    )
    assert properties_of(text) == properties_of(task_file())


@pytest.mark.parametrize(
    "reference",
    [
        "AzureImageBuilderTask@1.0.45",
        "AzureImageBuilder.devOps-task-for-azure-image-builder.task.AzureImageBuilderTask@1",
        "a4685136-7cb5-430c-9df5-032660332fe9@1.*",
    ],
)
def test_every_way_to_refer_to_the_task_is_known(reference):
    """Exports write the extension before it, and careful people the minor version behind it."""
    text = task_file().replace("AzureImageBuilderTask@1", reference)
    assert properties_of(text) == properties_of(task_file())


@pytest.mark.parametrize("key", ['"taskId": "{id}", "version": "1.*"', '"task": {"id": "{id}"}'])
def test_a_classic_release_or_build_is_read_too(key):
    """Both are exported as JSON, with the task's id; JSON is YAML."""
    inputs = {name: given.text for name, given in only_step(task_file()).inputs.items()}
    task = key.replace("{id}", "a4685136-7cb5-430c-9df5-032660332fe9")
    text = f'{{"phases": [{{{task}, "inputs": {json.dumps(inputs)}}}]}}'
    assert properties_of(text) == properties_of(task_file())


def test_a_merged_anchor_is_part_of_the_inputs():
    """Pipelines that build several images write the common inputs once."""
    text = """
common: &common {galleryImageId: wrong, provisioner: shell, inlineScript: "true"}
steps:
- task: AzureImageBuilderTask@1
  inputs:
    <<: [*common]
    galleryImageId: DEFINITION
    packagePath: webapp
    imageSource: marketplace
    baseImagePubOfferSku: Canonical:ubuntu-24_04-lts:server
    distributeType: sig
    ibLocation: westeurope
""".replace("DEFINITION", DEFINITION)
    properties = properties_of(text)
    assert properties["customize"][0]["inline"] == ["true"]
    assert properties["distribute"][0]["galleryImageId"] == DEFINITION


def test_an_anchor_that_merges_itself_comes_to_an_end():
    """YAML allows it."""
    text = "x: &x\n  <<: [*x, *x]\n  task: AzureImageBuilderTask@1\n"
    assert len(find_steps(text)) == 1


def test_the_system_behind_an_old_image_name_is_no_version():
    """The task's first list of images wrote it there."""
    text = task_file(baseImagePubOfferSku=None, baseImage="a:b:c:Linux")
    assert properties_of(text)["source"]["version"] == "latest"


FAULTS = [
    ({"imageSource": "iso"}, 'line 6, imageSource: is "iso"; it must be one of managedimage'),
    ({"managedIdentity": "aib-identity"}, 'line 5, managedIdentity: is "aib-identity"; it must be'),
    ({"packagePath": None}, "packagePath: is missing"),
    ({"runElevated": "perhaps"}, 'runElevated: is "perhaps"; it must be true or false'),
    ({"buildTimeoutInMinutes": "3"}, "buildTimeoutInMinutes: is 3; it must be 0"),
    ({"buildTimeoutInMinutes": "long"}, "it must be a whole number"),
    ({"baseImagePubOfferSku": "Ubuntu"}, "it must be Publisher:Offer:Sku"),
    ({"platformImagePurchasePlan": "a:b"}, "it must be PlanName:PlanProduct:PlanPublisher"),
    ({"galleryImageId": None}, "galleryImageId: is missing"),
    ({"provisioner": "$(kind)"}, "provisioner: holds $(kind), which only a run knows"),
    ({"vmSize": "<size>"}, "vmSize: holds the placeholder <size>; write the value, or give it: "),
]


@pytest.mark.parametrize(("inputs", "why"), FAULTS)
def test_what_cannot_be_taken_names_its_input_and_line(inputs, why):
    """People edit the file with the message beside it."""
    assert why.lower() in faults_of(task_file(**inputs)).lower()


@pytest.mark.parametrize(
    ("name", "way_out"),
    [
        ("storageAccontName", "left out; write storageAccountName if that is meant"),
        ("managedResourceTags", "left out"),
    ],
)
def test_an_input_that_the_task_ignored_is_left_out_and_said(name, way_out):
    """The step ran for years with it; it must not stop the move."""
    said = "\n".join(migrated(task_file(**{name: "x"})).notes)
    assert f"{name}: is no input of AzureImageBuilderTask@1, which ignored it; {way_out}" in said


def test_what_has_no_counterpart_is_said():
    """Subscription, group and account are settings of Kiln, not of a recipe."""
    text = task_file(ibSubscription="s", ibAzureResourceGroup="g", storageAccountName="a")
    said = "\n".join(migrated(text).notes)
    for word in ("ibSubscription", "BUILD_RESOURCE_GROUP", "storageAccountName"):
        assert word in said


def test_advice_on_the_recipe_is_given_at_once():
    """The task's own default size is too small for Windows updates."""
    text = task_file(provisioner="powershell", windowsUpdateProvisioner="true", vmSize=None)
    said = "\n".join(migrated(text).notes)
    assert "advice: properties.vmProfile.vmSize: should be at least" in said


def test_a_recipe_that_is_too_big_is_a_fault_of_the_step():
    """There is no single input to name."""
    said = faults_of(task_file(inlineScript="\n".join(["echo " + "x" * 500] * 200)))
    assert said.startswith("line 3: the file has ")


def test_the_service_connection_stays_as_it_is_written():
    """A run that sets another value of the parameter goes on doing so."""
    text = "parameters:\n- name: conn\n  default: test\n"
    migration = migrated(text + task_file(ibSubscription="${{ parameters.conn }}"))
    (step,) = yaml.safe_load(migration.snippet)
    assert step["inputs"]["azureSubscription"] == "${{ parameters.conn }}"
    assert "write the name of the service connection" not in "\n".join(migration.notes)


@pytest.mark.parametrize("connection", [None, "<YOUR CONNECTION>"])
def test_a_service_connection_that_is_not_known_has_to_be_written(connection):
    """The new lines cannot sign in without it."""
    text = task_file(ibSubscription=connection)
    said = "write the name of the service connection into the new lines"
    assert said in "\n".join(migrated(text).notes)
    given = migrated(text, **{"YOUR CONNECTION": "production", "ibSubscription": "production"})
    assert 'azureSubscription: "production"' in given.snippet
    assert said not in "\n".join(given.notes)


def test_a_windows_agent_is_told_to_change():
    """The new lines are written for bash."""
    text = "pool:\n  vmImage: windows-latest\n" + task_file()
    assert "ubuntu-latest" in "\n".join(migrated(text).notes)


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ("AzureImageBuilderTask@1", "AzureImageBuilderTask@1"),
        ("azureimagebuildertaskv2@2", "AzureImageBuilderTaskV2@2"),
        ("a4685136-7cb5-430c-9df5-032660332fe9@1", "AzureImageBuilderTask@1"),
        ("b1d5cc59-35c5-4aab-9a1e-2cc5dfa0bb25", "AzureImageBuilderTaskV2@2"),
    ],
)
def test_the_task_is_found_by_name_and_id(name, tool):
    """Exported pipelines name tasks by their ids."""
    assert only_step(task_file(name)).tool.value == tool


def test_an_input_that_is_there_but_empty_can_be_given():
    """The message about it says `--set`, so that has to help."""
    text = task_file(galleryImageId="")
    assert "galleryImageId: is missing" in faults_of(text)
    found = properties_of(text, galleryImageId=DEFINITION)
    assert found["distribute"][0]["galleryImageId"] == DEFINITION


def test_a_number_in_other_digits_is_no_crash():
    """People paste from anywhere; `²` is a digit to Python, and no number."""
    assert "it must be a whole number" in faults_of(task_file(osDiskSizeGB="²"))


def test_a_file_that_unfolds_without_end_is_refused():
    """Ten lines of anchors can stand for a billion steps."""
    levels = "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    with pytest.raises(UnreadablePipelineError, match="unfolds to more than"):
        find_steps(f"a0: &a0 [x]\n{levels}")


def test_a_step_without_variables_shares_those_around_it():
    """Copied for each step, twenty thousand variables took the better part of a minute."""
    steps = "steps:\n" + "- task: AzureImageBuilderTask@1\n" * 2
    first, second = find_steps("variables:\n  region: westeurope\n" + steps)
    assert first.variables["region"] == "westeurope"
    assert first.variables is second.variables


def test_the_step_keeps_its_condition_and_its_name():
    """A step that was switched off must stay so, and others refer to it."""
    old = yaml.safe_load(task_file())
    old["steps"][1] |= {"name": "image", "condition": "eq(variables.x, 'y')", "enabled": False}
    old["steps"][1]["target"] = "host"
    (step,) = yaml.safe_load(migrated(yaml.safe_dump(old)).snippet)
    assert step["name"] == "image"
    assert step["condition"] == "eq(variables.x, 'y')"
    assert step["enabled"] is False
    assert step["target"] == "host"


def test_a_version_that_counted_runs_leaves_its_number_to_the_output():
    """Published pipelines compute the same number again in a later step."""
    text = task_file(galleryImageId=f"{DEFINITION}/versions/0.0.$(Build.BuildId)")
    assert "later steps read the id from $(imageUri)" in "\n".join(migrated(text).notes)


@pytest.mark.parametrize("wrapped", ["deployment", "each"])
def test_steps_are_found_wherever_pipelines_may_have_them(wrapped):
    """Deployment jobs have hooks, templates have loops and conditions."""
    (_, step) = yaml.safe_load(task_file())["steps"]
    each = [{"${{ if eq(1, 1) }}": [{"${{ each x in parameters.y }}": [step]}]}]
    hooks = {"runOnce": {"on": {"success": {"steps": [step]}}}}
    jobs = (
        [{"deployment": "x", "strategy": hooks}] if wrapped == "deployment" else [{"steps": each}]
    )
    whole = {"extends": {"template": "t.yml", "parameters": {"stages": [{"jobs": jobs}]}}}
    assert properties_of(yaml.safe_dump(whole)) == properties_of(task_file())


@pytest.mark.parametrize(
    ("reference", "tool"),
    [
        ("AzureImageBuilderTask@0", "AzureImageBuilderTask@1"),
        ("AzureImageBuilderTask@1.x", "AzureImageBuilderTask@1"),
        ("AzureImageBuilderTask@2", "AzureImageBuilderTaskV2@2"),
    ],
)
def test_a_version_says_which_of_the_two_tasks_is_meant(reference, tool):
    """That there is no step of the task would send people looking in the wrong place."""
    assert only_step(task_file(reference)).tool.value == tool


def test_what_yaml_calls_null_is_nothing():
    """An input that is set to ~ gets the task's default, not a machine of that name."""
    text = task_file(inlineScript=None).replace("  inputs:", "  inputs:\n    vmSize: ~")
    found = properties_of(text.replace("  inputs:", "  inputs:\n    inlineScript: null"))
    assert found["vmProfile"]["vmSize"] == "Standard_D1_v2"
    assert "customize" not in found


def test_inputs_that_are_no_texts_are_refused():
    """A script as a list would silently have been none."""
    text = task_file(inlineScript=["make", "make install"])
    assert "inlineScript: must be a text, not a list or an object" in faults_of(text)


def test_inputs_that_a_template_brings_are_refused_as_such():
    """The file alone does not say what is built."""
    text = "steps:\n- task: AzureImageBuilderTask@1\n  inputs: ${{ parameters.inputs }}\n"
    said = faults_of(text)
    assert "line 3, ${{ parameters.inputs }}: is decided by each run" in said
    assert said.count("\n") == 0


def test_a_display_name_of_a_classic_release_is_no_name_of_a_step():
    """A name with blanks would make the whole pipeline invalid."""
    inputs = {name: given.text for name, given in only_step(task_file()).inputs.items()}
    step = {"taskId": "a4685136-7cb5-430c-9df5-032660332fe9", "name": "Build it", "inputs": inputs}
    assert "name" not in yaml.safe_load(migrated(json.dumps([step])).snippet)[0]


def test_a_folder_that_cannot_be_one_is_named_by_its_input():
    """People look for packagePath, not for a property of the recipe."""
    assert 'packagePath: is ".."; a folder' in faults_of(task_file(packagePath="app/.."))
    said = faults_of(task_file(packagePath="out/${{ parameters.app }}"))
    assert said.count("\n") == 0
