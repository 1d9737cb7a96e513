"""What only a run knows becomes a parameter of the recipe, and the new lines set it."""

import json
from typing import Any

import pytest
import yaml

from cli.pipeline_files import find_steps
from imaging.migration import Migration, migrate
from imaging.recipe import read_recipe
from tests.cli.agent import asked_of_az, lines_of, needs_tools, run
from tests.cli.pipelines import (
    DEFINITION,
    GROUP,
    IDENTITY,
    IMAGE,
    action_file,
    faults_of,
    migrated,
    task_file,
)

MANAGED = {"distributeType": "managedimage", "galleryImageId": None}
WEB = f"{GROUP}/providers/Microsoft.Compute/images/web"


def managed_image(image_id: str, **inputs: str) -> str:
    """A step whose target is a managed image."""
    return task_file(**MANAGED, imageIdForDistribute=image_id, **inputs)


def built_with(migration: Migration, **values: str) -> dict[str, Any]:
    """What a build with these values gets."""
    recipe = read_recipe("webapp", json.dumps(migration.document).encode(), values)
    properties = recipe.properties.model_dump(mode="json", by_alias=True)
    return {**properties, "location": recipe.location, "identity": recipe.identity}


def test_a_new_name_for_every_run_is_a_parameter():
    """With one value for all runs, each image would be written over by the next."""
    migration = migrated(managed_image(f"{WEB}-$(Build.BuildId)"))
    target = migration.document["properties"]["distribute"][0]
    assert target["imageId"] == f"{WEB}-${{{{ parameters.build_buildid }}}}"
    assert migration.document["parameters"] == {
        "build_buildid": {
            "pattern": "[0-9]{1,19}",
            "example": "18",
            "description": "Build.BuildId of the run",
        }
    }
    built = built_with(migration, build_buildid="4711")
    assert built["distribute"][0]["imageId"] == f"{WEB}-4711"
    said = "\n".join(migration.notes)
    assert "imageIdForDistribute: $(Build.BuildId) is the recipe's parameter build_buildid" in said
    assert "--set=Build.BuildId=…" in said


def test_one_value_for_all_runs_can_still_be_given():
    """Who gives it wants no parameter."""
    text = managed_image(f"{WEB}-$(Build.BuildId)")
    migration = migrated(text, **{"Build.BuildId": "1"})
    assert "parameters" not in migration.document
    assert "PARAMETER_" not in migration.snippet


@pytest.mark.parametrize(
    ("inputs", "parameter", "value"),
    [
        ({"inlineScript": "sh install.sh $(Build.BuildNumber)"}, "build_buildnumber", "20261128.1"),
        ({"inlineScript": "echo $(Build.SourceBranch)"}, "build_sourcebranch", "refs/heads/main"),
        ({"ibLocation": "$(region)"}, "region", "West Europe"),
        ({"replicationRegions": "westeurope,$(one),$(other)"}, "other", "northeurope"),
        ({"vmSize": "${{ parameters.size }}"}, "size", "Standard_D4s_v5"),
        ({"baseImagePubOfferSku": "Canonical:ubuntu-24_04-lts:$(sku)"}, "sku", "server"),
        ({"baseImageVersion": "$(version)"}, "version", "24.04.202505020"),
        (
            {"imageSource": "sig", "ImageVersionId": f"{DEFINITION}/versions/$(version)"},
            "version",
            "1.2.3",
        ),
        ({"managedIdentity": IDENTITY.replace("aib-identity", "$(who)")}, "who", "aib-identity"),
        ({"inlineScript": "echo $(2nd.Value) $(Build.2)", "vmSize": "$(2nd)"}, "value_2nd", "A12"),
    ],
)
def test_each_place_where_a_parameter_may_stand_takes_one(inputs, parameter, value):
    """The pattern fits what the old pipeline put there."""
    migration = migrated(task_file(**inputs))
    others = {
        name: one["example"]
        for name, one in migration.document["parameters"].items()
        if name != parameter
    }
    built = json.dumps(built_with(migration, **others, **{parameter: value}))
    assert value.lower().replace(" ", "") in built.lower()


def test_tags_of_the_image_may_name_the_run():
    """The action set some by itself; a workflow can go on with them, by asking for them."""
    tags = "GitHubRepo:${{ github.repository }},GithubCommit:${{github.sha}}"
    migration = migrated(action_file({"dist-image-tags": tags}))
    built = built_with(migration, github_repository="a/b", github_sha="0f" * 20)
    assert built["distribute"][0]["artifactTags"] == {
        "GitHubRepo": "a/b",
        "GithubCommit": "0f" * 20,
    }


def test_a_variable_in_two_places_is_one_parameter_that_fits_both():
    """A slash may stand in a command, but not in a name."""
    text = managed_image(f"{WEB}-$(tag)", vmSize="$(Tag)", inlineScript="echo $(Release.x)")
    parameters = migrated(text).document["parameters"]
    assert parameters["tag"]["pattern"] == "[A-Za-z][A-Za-z0-9_-]{2,63}"


def test_two_variables_are_two_parameters():
    """Their names may differ in a letter that parameters do not have."""
    names = ["env.a_b", "env.a_b_2", "env.a-b", "env.a.b"]
    script = "echo " + " ".join(f"${{{{ {name} }}}}" for name in names)
    migration = migrated(action_file({"customizer-script": script}))
    assert list(migration.document["parameters"]) == [
        "env_a_b",
        "env_a_b_2",
        "env_a_b_3",
        "env_a_b_4",
    ]
    assert 'PARAMETER_ENV_A_B_3: "${{ env.a-b }}"' in migration.snippet


def test_a_variable_that_is_computed_at_run_time_is_a_parameter():
    """Its expression is no text that could stand in a recipe."""
    text = "variables:\n  size: $[variables.y]\n" + task_file(vmSize="$(size)")
    assert "size" in migrated(text).document["parameters"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            managed_image(IMAGE.replace("00000000-0000-0000-0000-000000000001", "$(sub)")),
            "holds $(sub), which only a run knows, and no parameter can stand for it here; write",
        ),
        (managed_image("$(imageId)"), "--set=imageId=…"),
        (managed_image(f"{WEB}-$(adminPassword)"), "and a secret is no parameter"),
        (managed_image(f"{WEB}-$(x)", runElevated="$(y)"), "runElevated: holds $(y)"),
        (task_file(baseImagePubOfferSku="$(image)"), "baseImagePubOfferSku: holds $(image)"),
        (task_file(inlineScript="$(Build.Reason) x"), "begins a line with a parameter"),
        (task_file(inlineScript="$(Build.Reason) x"), "--set=Build.Reason=…"),
        (task_file(inlineScript="ls $(Build.SourcesDirectory)"), "holds $(Build.SourcesDirectory)"),
        (task_file(inlineScript="x $(System.AccessToken)"), "everybody who may read the template"),
    ],
)
def test_where_no_parameter_can_stand_the_ways_out_are_named(text, why):
    """A parameter must not choose a command, a subscription or what kind a thing is."""
    assert why in faults_of(text)


@pytest.mark.parametrize("inputs", [{"inlineScript": "echo $(pw)"}, {"vmSize": "$(pw)"}])
def test_what_the_file_calls_secret_is_no_parameter(inputs):
    """The JSON of a classic build marks such variables, and leaves their value out."""
    steps = yaml.safe_load(task_file(**inputs))
    variables = {"variables": {"pw": {"value": None, "isSecret": True}}}
    (step,) = find_steps(json.dumps({**variables, **steps}))
    (fault,) = migrate(step).faults
    assert "holds $(pw)" in str(fault)


@needs_tools
def test_the_lines_for_azure_pipelines_set_the_parameters_with_the_upload(kiln, machine):
    """So upload and request stay one build."""
    address, server = kiln
    step = lines_of(managed_image(f"{WEB}-$(Build.BuildId)", ibLocation="$(region)"))
    assert step["env"]["PARAMETER_BUILD_BUILDID"] == "$(Build.BuildId)"
    values = {"PARAMETER_BUILD_BUILDID": "18", "PARAMETER_REGION": "West Europe"}
    done = run(step, machine, address, **values)
    assert done.returncode == 0, done.stderr
    assert "--metadata kiln_region=West Europe kiln_build_buildid=18 --con" in asked_of_az(machine)
    assert set(json.loads(server.requests[0][2])) == {"recipe", "artifact"}


@needs_tools
@pytest.mark.parametrize("there", [True, False])
def test_the_lines_for_github_set_the_parameters_also_without_a_folder(kiln, machine, there):
    """A build without an artifact has no upload that could carry them."""
    address, server = kiln
    if there:
        (machine / "workflow-artifacts").mkdir()
    inputs = {"customizer-source": None, "vm-size": "${{ env.end }}"}
    step = lines_of(action_file(inputs))
    assert step["env"]["PARAMETER_ENV_END"] == "${{ env.end }}"
    folder = str(machine / "workflow-artifacts")
    done = run(step, machine, address, FOLDER=folder, PARAMETER_ENV_END="Standard_D2s_v5")
    assert done.returncode == 0, done.stderr
    asked = json.loads(server.requests[0][2])
    assert asked.get("parameters") == (None if there else {"env_end": "Standard_D2s_v5"})
    assert asked["recipe"] == "workflow-artifacts"
    assert (machine / "az.txt").exists() is there
    assert not there or "kiln_env_end=Standard_D2s_v5" in asked_of_az(machine)


@needs_tools
@pytest.mark.parametrize("value", ["$(touch bad)", "a&b", '";x', "a\nb", "`x`", "%PATH%", "é"])
def test_a_value_that_could_be_more_than_a_value_is_not_sent(kiln, machine, value):
    """Anybody may name a branch, and on Windows cmd reads what az is given."""
    address, server = kiln
    step = lines_of(managed_image(f"{WEB}-$(branch)"))
    done = run(step, machine, address, PARAMETER_BRANCH=value, LC_ALL="C.UTF-8")
    assert done.returncode == 1
    assert "kiln_branch holds what no parameter may hold" in done.stdout
    assert value not in done.stdout
    assert not server.requests
    assert not (machine / "az.txt").exists()
    assert not (machine / "bad").exists()
