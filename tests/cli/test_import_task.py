"""`kiln import-task`: what it prints and writes."""

import json

import pytest

from cli.__main__ import main
from tests.cli.pipelines import DEFINITION, action_file, task_file


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_import_task_prints_recipe_and_lines(folder, capsys):
    """Without --out nothing is written."""
    (folder / "azure-pipelines.yml").write_text(task_file())
    assert main(["import-task", "azure-pipelines.yml"]) == 0
    said = capsys.readouterr().out
    assert "# webapp.json\n{" in said
    assert "- task: AzureCLI@2" in said
    assert sorted(path.name for path in folder.iterdir()) == ["azure-pipelines.yml"]


def test_import_task_writes_files_for_every_step(folder, capsys):
    """Two steps with one folder get two recipes."""
    (folder / "both.yml").write_text(task_file() + "---\n" + task_file() + "---\n" + action_file())
    assert main(["import-task", "both.yml", "--out", "new"]) == 0
    assert sorted(path.name for path in (folder / "new").iterdir()) == [
        "webapp-2.azure-pipelines.yml",
        "webapp-2.json",
        "webapp-3.github.yml",
        "webapp-3.json",
        "webapp.azure-pipelines.yml",
        "webapp.json",
    ]
    second = json.loads((folder / "new/webapp-2.json").read_text())
    assert second["artifact"]["destination"] == "webapp"
    assert "recipe=webapp-2\n" in (folder / "new/webapp-2.azure-pipelines.yml").read_text()
    written = capsys.readouterr().out.split()
    assert main(["recipe", "check", *(name for name in written if name.endswith(".json"))]) == 0


def test_a_folder_may_have_the_name_that_a_second_recipe_would_get(folder, capsys):
    """One recipe must not be written over another of the same file."""
    text = task_file() + "---\n" + task_file() + "---\n" + task_file(packagePath="webapp-2")
    (folder / "three.yml").write_text(text)
    assert main(["import-task", "three.yml", "--out", "new"]) == 0
    names = [path.name for path in (folder / "new").glob("*.json")]
    assert sorted(names) == ["webapp-2-2.json", "webapp-2.json", "webapp.json"]


def test_nothing_is_written_where_one_file_is_there_already(folder, capsys):
    """Half of a result is worse than none, also where only a later step is in the way."""
    (folder / "p.yml").write_text(task_file() + "---\n" + task_file())
    (folder / "new").mkdir()
    (folder / "new/webapp-2.azure-pipelines.yml").write_text("mine\n")
    assert main(["import-task", "p.yml", "--out", "new"]) == 2
    assert "new/webapp-2.azure-pipelines.yml is there already" in capsys.readouterr().err
    assert [path.name for path in (folder / "new").iterdir()] == ["webapp-2.azure-pipelines.yml"]


def test_import_task_refuses_with_lines(folder, capsys):
    """Nothing is written for a step that is not understood."""
    (folder / "p.yml").write_text(task_file(galleryImageId="<gallery>"))
    assert main(["import-task", "p.yml", "--out", "new"]) == 1
    said = capsys.readouterr().err
    assert "p.yml: refused: line 11, galleryImageId: holds the placeholder <gallery>" in said
    assert said.endswith("p.yml: refused: line 3: nothing is written for this step\n")
    assert not (folder / "new").exists()
    assert main(["import-task", "p.yml", "--out", "new", "--set", f"gallery={DEFINITION}"]) == 0


def test_each_line_says_whether_it_is_a_note_or_a_refusal(folder, capsys):
    """With both in one list nobody can tell what has to be put right."""
    (folder / "p.yml").write_text(task_file(vmSise="x", vmSize="<size>"))
    assert main(["import-task", "p.yml"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert all(line.startswith(("p.yml: note: ", "p.yml: refused: ")) for line in lines)
    assert next(line for line in lines if "vmSise" in line).startswith("p.yml: note: line 3: ")
    (folder / "p.yml").write_text(task_file())
    assert main(["import-task", "p.yml"]) == 0
    assert "refused" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("steps:\n- script: make\n", "has no step of AzureImageBuilderTask@1"),
        ("", "has no step of"),
        ("a: [1,\n", "is no YAML: line 2, column 1"),
        ("a: b: c\n", "is no YAML: line 1, column 5"),
        ("a: \x07", "is no YAML"),
        ("x: &x [*x]\n", "has no step of"),
        ("- " * 3000 + "a", "is no YAML: nested too deeply"),
        ("#" * 2_000_000, "more than 1,048,576 characters"),
    ],
)
def test_import_task_says_what_is_wrong_with_a_file(folder, capsys, text, why):
    """Files come from anywhere."""
    (folder / "p.yml").write_text(text)
    assert main(["import-task", "p.yml"]) == 1
    assert why in capsys.readouterr().err
