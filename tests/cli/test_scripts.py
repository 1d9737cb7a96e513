"""The scripts of task and action: secrets, and commands that a recipe refuses."""

import pytest
import yaml

from cli.__main__ import main
from tests.cli.pipelines import action_file, faults_of, migrated, task_file


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["apiToken", "password", "DB_PASSWORD", "newPassword", "read_token", "storageKey"]
)
def test_a_variable_that_is_named_like_a_secret_is_refused(name):
    """Left to the shell, the build VM would run a command of that name."""
    said = faults_of(task_file(inlineScript=f'curl -H "Authorization: $({name})" x.example'))
    assert f"inlineScript: holds $({name}), named like a secret; everybody who may read" in said
    assert f"a command of the shell is written with blanks: $( {name} )" in said
    assert "--set" not in said


def test_the_value_of_a_secret_that_stands_in_the_file_stays_there():
    """The recipe would hold it for everybody who may read the template."""
    variables = {"dbPassword": "CANARY", "all": "$(dbPassword)", "secretName": "web"}
    script = "echo $(all) > /etc/x\naz keyvault secret show --name $(secretName)"
    text = yaml.safe_dump({"variables": variables}) + task_file(inlineScript=script)
    said = faults_of(text)
    assert "inlineScript: holds $(dbPassword); everybody who may read the template" in said
    assert "CANARY" not in said
    assert "$(secretName)" not in said


@pytest.mark.parametrize(
    "script",
    [
        "echo $(date) $(pwd) $(cat /run/token) $( token )",
        "curl -H $(get_token) $(getToken) $(generate-password) x.example",
        "token() { cat /run/x; }\ncurl -H $(token) x.example",
        "function my_token {\n cat /run/x\n}\ncurl -H $(my_token) x.example",
    ],
)
def test_a_command_of_the_shell_is_none(script):
    """What stands behind blanks, begins with a verb, or is made by the script, is a command."""
    found = migrated(task_file(inlineScript=script))
    assert found.document["properties"]["customize"][0]["inline"] == script.split("\n")


def test_a_workflow_has_no_variables_of_that_form():
    """GitHub leaves $( ) alone, whatever it is named."""
    migrated(action_file({"customizer-script": "curl -H $(token) x.example"}))


def test_a_secret_in_a_script_stands_with_what_else_is_left_to_the_shell():
    """One line for each, so that neither hides the other."""
    script = "echo $(version) $(token)"
    assert "holds $(token), named" in faults_of(task_file(inlineScript=script))


RULES = [
    (
        "powershell",
        "Restart-Computer -Force",
        "restarts or stops the build VM unseen by AIB; write",
    ),
    (
        "shell",
        "sudo reboot",
        "restarts or stops the build VM, which AIB takes for a failure on Linux",
    ),
    (
        "shell",
        f"export K='SharedAccessKey={'Ab1/' * 10}'",
        "holds a shared access key, and everyone",
    ),
    ("shell", "sudo rm -f /tmp/DeprovisioningScript.sh", "deletes AIB's deprovisioning script"),
]


@pytest.mark.parametrize(("provisioner", "command", "why"), RULES)
def test_a_command_that_a_recipe_refuses_is_named_by_its_line(
    folder, capsys, provisioner, command, why
):
    """The way out is in the pipeline's file, and nothing half is written."""
    text = task_file(provisioner=provisioner, inlineScript=f"echo a\n{command}\necho b\n")
    (folder / "p.yml").write_text(text)
    assert main(["import-task", "p.yml", "--out", "new"]) == 1
    (said, nothing) = [one for one in capsys.readouterr().err.splitlines() if "refused" in one]
    assert said.startswith("p.yml: refused: line ")
    assert "inlineScript, its line 2: " in said
    assert why in said
    assert nothing.endswith("nothing is written for this step")
    assert not (folder / "new").exists()


def test_a_restart_in_a_script_says_where_its_step_belongs():
    """The task has no input for it."""
    said = faults_of(task_file(provisioner="powershell", inlineScript="Restart-Computer"))
    assert "a step cannot stand in this script, so put it into the recipe later" in said


def test_the_actions_script_is_held_to_the_same_rules():
    """It becomes the same steps."""
    said = faults_of(action_file({"customizer-script": "make\nsudo reboot"}))
    assert 'customizer-script, its line 2: "sudo reboot" restarts or stops the build VM' in said
