"""The folder that a step packs: its name in the build VM, and what names none."""

import json

import pytest
import yaml

from cli.__main__ import main
from imaging.migration import migrate
from tests.cli.pipelines import action_file, faults_of, migrated, only_step, task_file


def destination_of(text, **values):
    """Where the artifact of the one step goes."""
    return migrated(text, **values).document["artifact"]["destination"]


NO_FOLDER = ["/", "//", "\\", "C:\\", "c:", " / "]
PATTERNS = ["*", "**/*.zip", "drop/app?", "drop/*/"]


@pytest.mark.parametrize("path", NO_FOLDER + PATTERNS)
def test_a_path_that_names_no_folder_is_refused(path):
    """A name made up for it would stand in no script; this once was a crash."""
    for said in (
        faults_of(task_file(packagePath=path)),
        faults_of(action_file({"customizer-source": path})),
    ):
        assert said.count("\n") == 0
        what = "names no folder; name the one" if path in NO_FOLDER else "no pattern; name it"
        assert what in said


def test_the_other_steps_of_a_file_go_on(tmp_path, monkeypatch, capsys):
    """One step that cannot be moved keeps nobody from the others."""
    monkeypatch.chdir(tmp_path)
    bad, good = task_file(packagePath="/"), task_file()
    (tmp_path / "p.yml").write_text(f"{bad}---\n{good}")
    assert main(["import-task", "p.yml", "--out", "new"]) == 1
    assert "packagePath: names no folder" in capsys.readouterr().err
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert names == ["webapp.azure-pipelines.yml", "webapp.json"]


def test_a_step_with_faults_gets_no_lines():
    """Nobody may use them, and what they would pack is not known."""
    migration = migrate(only_step(task_file(vmSize="<size>")))
    assert migration.faults
    assert migration.snippet == ""


def test_an_expression_in_a_path_is_one_piece():
    """A slash inside of it parts no folders."""
    path = "${{ format('{0}/{1}', parameters.a, parameters.b) }}"
    assert f"packagePath: holds {path}, which only a run knows" in faults_of(
        task_file(packagePath=path)
    )
    assert destination_of(task_file(packagePath=f"{path}/webapp")) == "webapp"


def job(*checkouts, **inputs):
    """A job with checkouts before the step of the task."""
    step = yaml.safe_load(task_file(**inputs))["steps"][1]
    return yaml.safe_dump({"jobs": [{"job": "a", "steps": [*checkouts, step]}]}, sort_keys=False)


SOURCES = "$(System.DefaultWorkingDirectory)"


@pytest.mark.parametrize(
    ("checkouts", "destination"),
    [
        ([{"checkout": "self", "path": "_repo"}], "_repo"),
        ([{"checkout": "none"}, {"checkout": "self", "path": "s/web/"}], "web"),
        ([{"checkout": "self", "path": "$(folder)"}], "shop"),
        ([{"checkout": "self"}], "s"),
        ([{"checkout": "self", "path": "a1"}, {"checkout": "other", "path": "b1"}], "s"),
        (
            [
                {"checkout": "self", "path": "a1"},
                {"checkout": "other", "path": "b1", "workspaceRepo": True},
            ],
            "b1",
        ),
    ],
)
@pytest.mark.parametrize("path", [SOURCES, "$(Build.SourcesDirectory)/", "."])
def test_the_path_of_a_checkout_names_the_folder(checkouts, destination, path):
    """One checkout moves the agent's folder; several leave it where it was."""
    text = job(*checkouts, packagePath=path, inlineScript="true")
    migration = migrated(text, folder="shop")
    assert migration.document["artifact"]["destination"] == destination
    assert f"the task named the folder '{destination}'" in "\n".join(migration.notes)


def test_the_path_of_a_checkout_means_its_own_job_and_folder_only():
    """Staging has its own folder, and another job its own checkout."""
    checkout = {"checkout": "self", "path": "_repo"}
    assert destination_of(job(checkout, packagePath="$(Build.ArtifactStagingDirectory)")) == "a"
    assert destination_of(job(checkout, packagePath=f"{SOURCES}/webapp")) == "webapp"
    other = yaml.safe_load(job(checkout))["jobs"][0]["steps"][:1]
    text = f"{yaml.safe_dump(other)}---\n{job(packagePath=SOURCES)}"
    assert destination_of(text) == "s"
    said = faults_of(job({"checkout": "self", "path": "$(unknown)"}, packagePath=SOURCES))
    assert "packagePath: holds $(unknown), which only a run knows" in said


def test_a_classic_release_works_in_another_folder():
    """Its default folder ends in `a`, that of a build in `s`."""
    inputs = {name: given.text for name, given in only_step(task_file()).inputs.items()}
    step = {
        "taskId": "a4685136-7cb5-430c-9df5-032660332fe9",
        "inputs": inputs | {"packagepath": SOURCES},
    }
    migration = migrated(json.dumps([step]))
    assert (migration.document["artifact"]["destination"], migration.recipe_name) == (
        "a",
        "artifact",
    )


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("$GITHUB_WORKSPACE/out/webapp", "${{ github.workspace }}/out/webapp"),
        ("${GITHUB_WORKSPACE}\\webapp\\", "${{ github.workspace }}/webapp/"),
        ("${{ env.SOURCE }}", "${{ github.workspace }}/webapp"),
        ("${{ GITHUB.WORKSPACE }}/webapp", "${{ GITHUB.WORKSPACE }}/webapp"),
        ("$GITHUB_WORKSPACES/webapp", "$GITHUB_WORKSPACES/webapp"),
    ],
)
def test_the_runners_folder_may_be_written_as_a_variable(path, folder):
    """In the new lines nothing expands it, for it stands in the environment."""
    text = action_file({"customizer-source": path}, env={"SOURCE": "$GITHUB_WORKSPACE/webapp"})
    migration = migrated(text)
    assert migration.document["artifact"]["destination"] == "webapp"
    assert yaml.safe_load(migration.snippet)[0]["env"]["FOLDER"] == folder


@pytest.mark.parametrize("path", ["${{ github.workspace }}", "$GITHUB_WORKSPACE/"])
def test_the_runners_folder_alone_has_the_name_of_the_repository(tmp_path, capsys, path):
    """The repository lies around the workflow; elsewhere nobody knows its name."""
    text = action_file({"customizer-source": path, "customizer-script": "sh /tmp/shop/a.sh"})
    folder = tmp_path / "shop/.github/workflows"
    folder.mkdir(parents=True)
    (folder / "image.yml").write_text(text)
    (tmp_path / "image.yml").write_text(text)
    assert main(["import-task", str(folder / "image.yml"), "--out", str(tmp_path / "new")]) == 0
    assert "has the name of the repository, here shop;" in capsys.readouterr().err
    recipe = json.loads((tmp_path / "new/shop.json").read_text())
    assert recipe["artifact"]["destination"] == "shop"
    assert 'FOLDER: "${{ github.workspace }}' in (tmp_path / "new/shop.github.yml").read_text()
    assert main(["import-task", str(tmp_path / "image.yml")]) == 1
    said = capsys.readouterr().err
    assert "customizer-source: holds ${{ github.workspace }}" in said
    assert "it is named after the repository, so give that name: --set=github.workspace=…" in said
    assert destination_of(text, **{"github.workspace": "shop"}) == "shop"


def test_a_workflow_for_callers_does_not_know_their_repository(tmp_path, capsys):
    """The runner's folder has the name of whoever calls it."""
    folder = tmp_path / "shop/.github/workflows"
    folder.mkdir(parents=True)
    text = action_file({"customizer-source": "${{ github.workspace }}"})
    (folder / "image.yml").write_text(text.replace("'on': push", "on: workflow_call"))
    assert main(["import-task", str(folder / "image.yml")]) == 1
    assert "it is named after the repository" in capsys.readouterr().err
