"""Whatever stands in an input: an answer, no trace and no long wait."""

from dataclasses import replace

import pytest
import yaml

from imaging.migration import Given, migrate
from tests.cli.pipelines import ACTION, IMAGE, SUBNET, TASK, action_file, only_step, task_file

TEXT = r"""/ \ // .. - C:\ : :: , * {} <a> ${a} ${{}} ${{a/b}} $(a $(a)/ $[a] $GITHUB_WORKSPACE 0 ²
    日本 /subscriptions/$(a)/x /versions/ a:b:c:d:e .json @recipe@ {script}"""
TEXTS = [*TEXT.split(), "", " \n ", "\u200b", "\x7f", "${{ a"]
LONG = ["a", "/", "[", "${{", "$(", "<a", "{a", ",", ":", "$(a)/tmp/a/", "C:\\buildArtifacts\\a\\"]
VALUES = [*TEXTS, *(one * 20_000 for one in LONG), f"$({'_' * 50_000})", None]
# What has to stand beside an input for it to be read.
BESIDE = {
    "imageIdForDistribute": {"distributeType": "managedimage"},
    "managedImageLocation": {"distributeType": "managedimage", "imageIdForDistribute": IMAGE},
    "vhdUri": {"distributeType": "vhd"},
    "customImageResourceId": {"imageSource": "managedimage"},
    "ImageVersionId": {"imageSource": "sig"},
    "proxyVmSize": {"vnetSubnetId": SUBNET},
    "validationInlineScript": {"enableValidation": True},
    "managedResourceTags": {},
    "osDiskSizeGB": {},
    "buildTimeoutInMinutes": {},
    "platformImagePurchasePlan": {},
    "storageAccountName": {},
    "ibSubscription": {},
    "vmSize": {},
    "provisioner": {},
}
# Others, as the rest goes the same ways.
MORE = ["image-builder-template-name", "build-timeout-in-minutes", "vm-size"]
MORE += ["source-image-type", "customizer-windows-update", "dist-image-tags", "action-run-mode"]


def ask_all(text, name):
    """Move the one step with each of the values, and read the lines that it gets."""
    step = only_step(text)
    for value in VALUES:
        given = Given(value or "", 7, name, is_text=value is not None)
        migration = migrate(replace(step, inputs={**step.inputs, name.lower(): given}))
        assert bool(migration.faults) != bool(yaml.safe_load(migration.snippet or "[]"))


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", [*TASK, *BESIDE])
def test_every_input_of_the_task_takes_any_value(name):
    """Files come from anywhere; one step must not end the whole command."""
    ask_all(task_file("AzureImageBuilderTaskV2@2", **BESIDE.get(name, {})), name)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", [*ACTION, *MORE])
def test_every_input_of_the_action_takes_any_value(name):
    """Files come from anywhere; one step must not end the whole command."""
    ask_all(action_file(), name)
