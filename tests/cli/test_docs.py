"""The examples of the documentation, run."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from cli.__main__ import main
from imaging.archives import check_archive
from imaging.archives.limits import ArchiveLimits
from imaging.migration import migrate
from imaging.template_files import repair_template
from tests.cli.pipelines import action_file, migrated, only_step, task_file
from tests.imaging.archives.refusing import zip_refusal
from tests.imaging.archives.zip_builder import Raw, build_zip

DOCS = Path(__file__).parents[2] / "docs"
MOVING = (DOCS / "moving-from-the-devops-task.md").read_text()
ARTIFACTS = (DOCS / "artifacts.md").read_text()

TASK_INPUTS = [
    "ibSubscription",
    "ibAzureResourceGroup",
    "ibLocation",
    "managedIdentity",
    "imageSource",
    "packagePath",
    "customImageResourceId",
    "ImageVersionId",
    "baseImage",
    "baseImagePubOfferSku",
    "baseImageVersion",
    "platformImagePurchasePlan",
    "provisioner",
    "windowsUpdateProvisioner",
    "runElevated",
    "runAsSystem",
    "inlineScript",
    "storageAccountName",
    "distributeType",
    "imageIdForDistribute",
    "managedImageLocation",
    "galleryImageId",
    "replicationRegions",
    "vmSize",
    "buildTimeoutInMinutes",
    "vnetSubnetId",
]
V2_INPUTS = [
    "buildVmIdentities",
    "containerInstanceSubnetId",
    "proxyVmSize",
    "osDiskSizeGB",
    "enableValidation",
    "sourceValidationOnly",
    "continueDistributeOnFailure",
    "validationInlineScript",
    "targetRegions",
    "distributeStorageAccountType",
    "excludeFromLatest",
    "distributeVersioningScheme",
    "vhdUri",
    "autoRun",
    "distributeVersioningMajor",
    "optimizeVmBoot",
    "stagingResourceGroup",
    "managedResourceTags",
    "errorHandlingOnCustomizerError",
    "errorHandlingOnValidationError",
]
ACTION_INPUTS = [
    "location",
    "resource-group-name",
    "image-builder-template-name",
    "build-timeout-in-minutes",
    "vm-size",
    "managed-identity",
    "source-image-type",
    "source-os-type",
    "source-image",
    "customizer-source",
    "customizer-script",
    "customizer-windows-update",
    "customizer-destination",
    "dist-type",
    "dist-resource-id",
    "action-run-mode",
    "action-run-mode-time-minutes",
    "dist-location",
    "run-output-name",
    "dist-image-tags",
]


def block(text: str, name: str) -> str:
    """The fenced block of that name."""
    found = re.search(rf"^```\w+ {name}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert found, name
    return found[1]


def inputs_of(section: str) -> list[str]:
    """The inputs that a section of the page explains."""
    part = MOVING.split(f"## {section}")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`.*?`) \|", part, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def test_the_step_of_the_page_gives_the_recipe_and_the_lines_of_the_page():
    """People compare their own result with this one."""
    migration = migrated(block(MOVING, "old-step"))
    assert migration.document == json.loads(block(MOVING, "new-recipe"))
    assert migration.snippet == block(MOVING, "new-lines")


def test_the_template_of_the_page_gives_the_repairs_of_the_page():
    """The list is what they will see."""
    found = repair_template(block(MOVING, "old-template"))
    assert [str(repair).removeprefix(": ") for repair in found.repairs] == (
        block(MOVING, "repairs").splitlines()
    )


def test_the_commands_of_the_page_do_what_it_says(tmp_path, monkeypatch, capsys):
    """A command that does not work is the first thing that a newcomer tries."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "azure-pipelines.yml").write_text(block(MOVING, "old-step"))
    (tmp_path / "template.json").write_text(block(MOVING, "old-template"))
    (tmp_path / "webapp.zip").write_bytes(build_zip(Raw()))
    listed = re.findall(r"^kiln (.*?)(?:   .*|  what .*)$", MOVING, re.MULTILINE)
    assert len(listed) == 4
    monkeypatch.setattr("sys.argv", ["kiln"])
    codes = [main(command.split()) for command in listed[:3]]
    assert codes == [0, 0, 0]
    identity = next(
        iter(json.loads(block(MOVING, "new-recipe"))["identity"]["userAssignedIdentities"])
    )
    settings = ["--identity", identity, "--location", "westeurope"]
    assert main([*listed[3].split(), *settings]) == 0
    assert capsys.readouterr().out


@pytest.mark.parametrize("name", inputs_of("Input by input: the pipeline task"))
def test_each_input_of_the_task_on_the_page_is_known(name):
    """The page and the tool must not drift apart."""
    step = only_step(task_file("AzureImageBuilderTaskV2@2", **{name: "false"}))
    assert name.lower() in step.inputs
    assert "is no input of" not in said_of(
        task_file("AzureImageBuilderTaskV2@2", **{name: "false"})
    )


@pytest.mark.parametrize("name", inputs_of("Input by input: the GitHub Action"))
def test_each_input_of_the_action_on_the_page_is_known(name):
    """The same for the action."""
    assert "is no input of" not in said_of(action_file({name: "false"}))


def test_every_input_that_the_tools_have_is_on_the_page():
    """The lists are those of the task's and the action's own descriptions."""
    assert set(inputs_of("Input by input: the pipeline task")) == {*TASK_INPUTS, *V2_INPUTS}
    assert set(inputs_of("Input by input: the GitHub Action")) == set(ACTION_INPUTS)


def said_of(text: str) -> str:
    """What is said of a step, as one text."""
    migration = migrate(only_step(text))
    return "\n".join([*migration.notes, *map(str, migration.faults)])


def test_the_refusal_of_the_page_is_the_one_people_get():
    """A message that was searched for is found."""
    message = zip_refusal(build_zip(Raw(name="a/../../etc/passwd")))
    assert message.replace("w.zip", "webapp.zip") == block(ARTIFACTS, "refusal").strip()


def test_the_limits_of_the_page_are_the_limits():
    """A number stands once in the code and once for people."""
    limits = ArchiveLimits()
    assert f"| entries | {limits.entries:,} |" in ARTIFACTS
    assert f"| unpacked size | {limits.unpacked_bytes // 1024**3} GiB |" in ARTIFACTS
    assert f"| size of the file | {limits.file_bytes // 1024**3} GiB " in ARTIFACTS
    assert f"packed size | {limits.ratio}, " in ARTIFACTS


def test_what_the_page_says_to_pack_passes(tmp_path):
    """The two commands are copied into pipelines."""
    (tmp_path / "webapp/static").mkdir(parents=True)
    (tmp_path / "webapp/static/index.html").write_text("<h1>hello</h1>")
    for line in block(ARTIFACTS, "pack").splitlines():
        subprocess.run(["sh", "-c", line], cwd=tmp_path, check=True)
    for name in ("webapp.tar.gz", "webapp.zip"):
        with (tmp_path / name).open("rb") as file:
            assert check_archive(file, name).files == 1
