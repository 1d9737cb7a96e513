"""The look around before any cost, on the simulator: examples pass, wrong names do not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from activities.check_surroundings import MOST_CALLS, SEEN_FINE, check_surroundings
from activities.read_recipe import SNAPSHOT
from azure_clients.staging import write_staged
from imaging.names import build_id_without_artifact
from localcloud.cloud import LocalCloud
from tests.app_process import app_process

pytestmark = [pytest.mark.local_cloud, pytest.mark.usefixtures("azure", "nothing_seen")]
EXAMPLES = sorted((Path(__file__).parents[2] / "examples/recipes").glob("*.json"))
WEBAPP = json.loads(next(path for path in EXAMPLES if path.stem == "webapp").read_text())
GALLERY_IMAGE = WEBAPP["properties"]["distribute"][0]["galleryImageId"]


@pytest.fixture
def nothing_seen() -> Iterator[None]:
    """Every test begins as a new process does."""
    SEEN_FINE.forget()
    yield
    SEEN_FINE.forget()


@pytest.fixture
def faults(azure: LocalCloud) -> Iterator[LocalCloud]:
    """Planned faults end with the test."""
    yield azure
    azure.clear_faults()


def answer_for(recipe: dict[str, Any] | str, **parameters: str) -> dict[str, Any]:
    """Run the step on a build's snapshot of a recipe."""
    build_id = build_id_without_artifact()
    content = recipe if isinstance(recipe, str) else json.dumps(recipe)
    write_staged(build_id, SNAPSHOT, content.encode())
    plain = check_surroundings.build().get_user_function()
    answer: dict[str, Any] = plain(
        {"build_id": build_id, "recipe_name": "webapp", "parameters": parameters}
    )
    told = answer.get("result", {})
    return {**answer, "error": told["error"]} if told.get("error") else answer


def with_target(gallery_image_id: str) -> dict[str, Any]:
    """Return the web app's recipe with another gallery target."""
    recipe: dict[str, Any] = json.loads(json.dumps(WEBAPP))
    recipe["properties"]["distribute"][0]["galleryImageId"] = gallery_image_id
    return recipe


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_finds_everything_on_the_desk(example: Path):
    """The first thing that people try must work, and must be checked whole."""
    notes = answer_for(example.read_text())["result"]["notes"]
    assert notes[0].startswith("asked Azure, as it should be: resource providers, ")
    assert notes[1:] == []


def test_everything_that_is_missing_is_one_answer():
    """It becomes the report of the build, before anything was made."""
    recipe = with_target(GALLERY_IMAGE.replace("/webapp", "/missing-app"))
    recipe["properties"]["source"] |= {"version": "1.2.3"}
    error = answer_for(recipe)["error"]
    assert error["code"] == "RecipeInvalid"
    assert "has 2 faults" in error["message"]
    assert "image definition kilnlocal/missing-app does not exist" in error["message"]
    assert "server:1.2.3 in westeurope does not exist" in error["message"]


def test_what_a_parameter_names_is_asked_for():
    """The uploader's value decides, not the author's default."""
    recipe = with_target(GALLERY_IMAGE.replace("/webapp", "/${{ parameters.image }}"))
    recipe["parameters"] = {"image": {"pattern": "^[a-z-]{1,20}$", "default": "webapp"}}
    assert "error" not in answer_for(recipe)
    error = answer_for(recipe, image="missing-app")["error"]
    assert "image definition kilnlocal/missing-app does not exist" in error["message"]


def test_a_definition_of_another_system_is_refused():
    """AIB would find it after the whole run."""
    error = answer_for(with_target(GALLERY_IMAGE.replace("/webapp", "/windows-iis")))["error"]
    wanted = "kilnlocal/windows-iis is for Windows, the recipe's steps are for Linux"
    assert wanted in error["message"]


def test_a_definition_of_another_generation_is_refused():
    """AIB keeps the generation of the source, and would find it when it distributes."""
    error = answer_for(with_target(GALLERY_IMAGE.replace("/webapp", "/webapp-gen1")))["error"]
    wanted = "kilnlocal/webapp-gen1 is for generation V1, the source is V2"
    assert wanted in error["message"]


def test_latest_of_another_system_is_refused():
    """The steps would fail one by one, on a machine that costs."""
    recipe = with_target(GALLERY_IMAGE)
    recipe["properties"]["source"] |= {
        "publisher": "MicrosoftWindowsServer",
        "offer": "WindowsServer",
        "sku": "2022-datacenter-g2",
    }
    error = answer_for(recipe)["error"]
    assert "2022-datacenter-g2:latest in westeurope is for Windows" in error["message"]


def test_what_may_not_be_read_is_a_note():
    """Kiln builds with the rights of AIB, not with its own."""
    answer = answer_for(with_target(GALLERY_IMAGE.replace("/webapp", "/forbidden-app")))
    denied = answer["result"]["notes"][1]
    assert denied == (
        "not checked, no right to read: image definition kilnlocal/forbidden-app "
        "(Microsoft.Compute/galleries/images/read)"
    )


def test_a_broken_resource_manager_fails_no_build(faults: LocalCloud):
    """The checks are a favour; AIB may answer while they do not."""
    faults.plan_fault({"match": {"method": "GET"}, "answer": {"status": 503}})
    (note,) = answer_for(WEBAPP)["result"]["notes"]
    assert note.startswith("not checked, Azure gave no answer: resource providers (")


def test_providers_are_asked_for_once_while_they_are_fine(azure: LocalCloud):
    """Their list is the longest answer of all."""
    before = len(azure.journal())
    notes = [answer_for(WEBAPP)["result"]["notes"][0] for _ in range(2)]
    calls = [entry["call"] for entry in azure.journal()[before:]]
    assert calls.count("list_providers") == 1
    assert ["resource providers" in note for note in notes] == [True, False]


def test_a_provider_that_is_not_registered_is_asked_for_again(faults: LocalCloud):
    """The operator registers it and uploads again at once."""
    body = {"value": [{"namespace": "Microsoft.Compute", "registrationState": "NotRegistered"}]}
    match = {"call": "list_providers", "times": 1}
    faults.plan_fault({"match": match, "answer": {"status": 200, "body": body}})
    refused, taken = answer_for(WEBAPP), answer_for(WEBAPP)
    assert "az provider register --wait --namespace Microsoft.Compute" in str(refused["error"])
    assert "resource providers" in taken["result"]["notes"][0]


def test_a_build_asks_for_a_few_things_only(azure: LocalCloud):
    """Resource Manager limits the reads of a whole subscription."""
    recipe = with_target(GALLERY_IMAGE)
    target = recipe["properties"]["distribute"][0]
    recipe["properties"]["distribute"] = [
        target | {"runOutputName": f"o{n}", "galleryImageId": f"{GALLERY_IMAGE}{n}"}
        for n in range(MOST_CALLS)
    ]
    before = len(azure.journal())
    notes = answer_for(recipe)["result"]["notes"]
    assert len(azure.journal()) - before == MOST_CALLS
    assert "too many things to ask about" in notes[-1]


def test_a_vhd_without_its_container_ends_the_build_at_once(azure: LocalCloud):
    """AIB would write it after the whole run, into nothing."""
    vhd = json.loads(next(path for path in EXAMPLES if path.stem == "appliance-vhd").read_text())
    assert "container kiln-images" in answer_for(vhd)["result"]["notes"][0]
    with app_process(azure.app_environment() | {"IMAGES_CONTAINER": "nosuch-container"}):
        error = answer_for(vhd)["error"]
    assert "setting IMAGES_CONTAINER: is" in error["message"]
    assert "container nosuch-container does not exist; make it" in error["message"]


def test_a_file_whose_size_nobody_tells_is_a_note(azure: LocalCloud):
    """Anonymous callers see nothing of a private container."""
    recipe = with_target(GALLERY_IMAGE)
    url = f"{azure.app_environment()['AzureWebJobsStorage__blobServiceUri']}/kiln-recipes/x.json"
    step = {"type": "File", "sourceUri": url, "destination": "/tmp/x"}  # noqa: S108 - AIB wants /tmp
    recipe["properties"]["customize"].append(step)
    note = answer_for(recipe)["result"]["notes"][-1]
    assert ".sourceUri: the size of https://" in note
    assert "without a sign-in); AIB brings files below 20 MB" in note
