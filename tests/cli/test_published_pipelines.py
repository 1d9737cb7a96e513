"""Pipelines as people published them."""

from pathlib import Path

import pytest

from cli.pipeline_files import UnreadablePipelineError, find_steps
from imaging.migration import migrate

PUBLISHED = Path(__file__).parents[2] / "../shared/real/pipelines"
FILES = sorted(PUBLISHED.glob("*.yml"))
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
IMAGE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Compute/images/i"

VALUES = {
    **dict.fromkeys(
        [
            "SUBSCRIPTION ID",
            "YOUR_SUBSCRIPTION_ID",
            "secrets.ARM_SUBSCRIPTION_ID",
            "subscriptionID",
        ],
        SUBSCRIPTION,
    ),
    **dict.fromkeys(
        ["RESOURCE GROUP", "YOUR-RESOURCE-GROUP-NAME", "YOUR_RESOURCE_GROUP_NAME", "rgName"],
        "images",
    ),
    **dict.fromkeys(["USER ASSIGNED IDENTITY NAME", "YOUR-USER-ASSIGNED-IDENTITY-NAME"], "aib-id"),
    **dict.fromkeys(["YOUR_SHARED_IMAGE_GALLERY_NAME", "galleryName"], "gallery"),
    **dict.fromkeys(["YOUR_IMAGE_DEFINITION_NAME", "imageName"], "image"),
    **dict.fromkeys(["YOUR_AIB_LOCATOIN", "RESOURCE_LOCATION"], "West Europe"),
    "dist-resource-id": IMAGE,
}
# What stays wrong although everything open was given, and where.
REFUSED = {
    "devops_task_wvd_office": 'line 15, managedIdentity: is "/subscriptions/xxxxxxxx-',
    "github_action_readme_ubuntu_gallery": 'line 31, dist-resource-id: is "/subscriptions/xxxx',
}
NOT_YAML = {"github_action_tutorial_windows_gallery": "line 12, column 13: mapping values are not"}

needs_published = pytest.mark.skipif(not FILES, reason="the published pipelines are not here")


@needs_published
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_published_pipeline_moves_over_or_says_why_not(path):
    """The flaws that people really have are named with their line."""
    text = path.read_text()
    if path.stem in NOT_YAML:
        with pytest.raises(UnreadablePipelineError, match=NOT_YAML[path.stem]):
            find_steps(text)
        return
    (step,) = find_steps(text)
    said = "\n".join(map(str, migrate(step, VALUES).faults))
    assert said.startswith(REFUSED[path.stem]) if path.stem in REFUSED else said == ""


@needs_published
def test_the_published_pipeline_that_is_no_yaml_would_have_a_wrong_id_too():
    """Once its indent is put right, the missing slash shows."""
    path = next(path for path in FILES if path.stem in NOT_YAML)
    lines = path.read_text().replace("        uses: azure/login", "      uses: azure/login")
    text = lines.replace("        with:\n          creds", "      with:\n        creds")
    (step,) = find_steps(text)
    said = "\n".join(map(str, migrate(step, {"secrets.SUBSCRIPTION_ID": SUBSCRIPTION}).faults))
    assert "dist-resource-id: is" in said
