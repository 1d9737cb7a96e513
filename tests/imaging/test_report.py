"""Reports and logs speak the old task's words."""

from __future__ import annotations

from imaging import build_log
from imaging.report import output_variables

IMAGE = {"runOutputName": "SharedImage_distribute", "uri": "/subscriptions/s/…/versions/1.0.0"}


def test_a_platform_image_gives_the_exact_version_that_was_used():
    """The old task gave the word `latest` back."""
    source = {
        "type": "PlatformImage",
        "publisher": "Canonical",
        "offer": "ubuntu",
        "sku": "22_04",
        "version": "latest",
        "exactVersion": "22.04.202401161",
    }
    variables = output_variables(source, [IMAGE])
    assert variables == {
        "imageUri": IMAGE["uri"],
        "pirPublisher": "Canonical",
        "pirOffer": "ubuntu",
        "pirSku": "22_04",
        "pirVersion": "22.04.202401161",
    }


def test_a_managed_image_source_sets_the_image_alone():
    """There is no publisher to name."""
    assert output_variables({"type": "ManagedImage"}, [IMAGE]) == {"imageUri": IMAGE["uri"]}


def test_a_build_without_an_image_names_none():
    """A run may only validate its source."""
    assert output_variables({"type": "ManagedImage"}, []) == {}


def test_the_closing_lines_read_as_the_old_task_wrote_them():
    """Scripts grep for them."""
    lines = build_log.output_variables({"imageUri": "/x"})
    assert lines == ["=" * 78, "## task output variables ##", "$(imageUri) =  /x", "=" * 78]


def test_a_deleted_blob_is_shown_with_a_backslash_after_the_container():
    """The old task wrote Windows paths everywhere."""
    assert build_log.blob_deleted("kiln-staging/b1/artifact.zip") == [
        "deleting storage blob kiln-staging\\b1/artifact.zip",
        "blob kiln-staging\\b1/artifact.zip is deleted",
    ]
