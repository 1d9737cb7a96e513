"""The GitHub Action with a template file instead of source and target."""

import json

import pytest

from cli.__main__ import main
from tests.cli.pipelines import DEFINITION, action_file
from tests.imaging.template_files.templates import template

OWN_STEP = {"type": "Shell", "inline": ["echo from the file"]}
INPUTS = {
    "image-builder-template-name": "${{ github.workspace }}/aib/template.json",
    "source-image": None,
    "dist-type": None,
    "dist-resource-id": None,
    "dist-location": None,
    "managed-identity": None,
    "location": None,
}


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with a workflow that names a template file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".github/workflows/image.yml").write_text(action_file(INPUTS))
    (tmp_path / "aib").mkdir()
    return tmp_path


def import_it(*options):
    """Move the workflow over."""
    return main(["import-task", ".github/workflows/image.yml", "--out", "new", *options])


def test_the_steps_of_the_file_come_after_those_of_the_workflow(repository, capsys):
    """The action put the artifact and its script in front."""
    old = template(customize=[OWN_STEP])
    (repository / "aib/template.json").write_text(json.dumps({**old, "apiVersion": "2020-02-14"}))
    assert import_it() == 0
    recipe = json.loads((repository / "new/webapp.json").read_text())
    first, second = recipe["properties"].pop("customize")
    assert first["inline"] == ["sh /tmp/webapp/install.sh"]
    assert second == OWN_STEP
    assert recipe.pop("artifact") == {"destination": "webapp", "osType": "Linux"}
    assert recipe["properties"] == template()["properties"]
    assert "recipe=webapp\n" in (repository / "new/webapp.github.yml").read_text()
    assert "apiVersion: left out" in capsys.readouterr().err


def test_the_tags_of_the_file_stay(repository):
    """Whatever a recipe may hold beside its properties comes along."""
    (repository / "aib/template.json").write_text(json.dumps({**template(), "tags": {"a": "b"}}))
    assert import_it() == 0
    assert json.loads((repository / "new/webapp.json").read_text())["tags"] == {"a": "b"}


def test_what_is_wrong_in_the_file_is_said_of_its_input(repository, capsys):
    """Source and target are the file's, so nothing is missing in the workflow."""
    (repository / "aib/template.json").write_text('{"properties": {"source": {"type": "ISO"}}}')
    assert import_it() == 1
    faults = [line for line in capsys.readouterr().err.splitlines() if ": line 1" in line]
    assert faults
    assert all("image-builder-template-name: in the file: properties" in line for line in faults)


def test_values_are_given_to_the_file_too(repository):
    """Its placeholders are filled in by nobody else."""
    text = json.dumps(template(customize=[OWN_STEP])).replace("westeurope", "<region>")
    (repository / "aib/template.json").write_text(text)
    assert import_it("--set", "region=northeurope") == 0
    assert "northeurope" in (repository / "new/webapp.json").read_text()


def test_inputs_beside_the_file_are_not_used_and_it_is_said(repository, capsys):
    """The action did not read them."""
    (repository / "aib/template.json").write_text(json.dumps(template(customize=[OWN_STEP])))
    text = action_file({**INPUTS, "dist-resource-id": DEFINITION, "vm-size": "Standard_D8s_v5"})
    (repository / ".github/workflows/image.yml").write_text(text)
    assert import_it() == 0
    assert "vm-size, dist-resource-id: not used, the template file says it" in (
        capsys.readouterr().err
    )
    assert "Standard_D8s_v5" not in (repository / "new/webapp.json").read_text()


@pytest.mark.parametrize("name", ["aib/template.json", "../secret.json", "{folder}/secret.json"])
def test_only_files_of_the_repository_are_read(repository, capsys, name):
    """A stranger's workflow names what it likes."""
    (repository.parent / "secret.json").write_text(json.dumps(template()))
    whole = name.replace("{folder}", str(repository.parent))
    text = action_file({**INPUTS, "image-builder-template-name": whole})
    (repository / ".github/workflows/image.yml").write_text(text)
    assert import_it() == 1
    (fault,) = [line for line in capsys.readouterr().err.splitlines() if ": line 1" in line]
    assert "image-builder-template-name: is a template file that is not here" in fault


def test_a_command_of_the_file_that_a_recipe_refuses_is_no_line_of_the_script(repository, capsys):
    """The file's steps come after the workflow's, so their numbers mean nothing to people."""
    old = template(customize=[{**OWN_STEP, "inline": ["make", "sudo reboot"]}])
    (repository / "aib/template.json").write_text(json.dumps(old))
    assert import_it() == 1
    said = capsys.readouterr().err
    assert "image-builder-template-name" in said
    assert "restarts or stops the build VM" in said
    assert "its line" not in said
