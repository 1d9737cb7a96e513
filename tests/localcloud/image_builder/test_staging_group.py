"""The staging group's name, and where it says that the log is."""

from localcloud.image_builder.staging_group import exact_group_id, failure_by_arm_path

GUID = "6589927b-3015-44bf-89dd-92ea3d05e39e"


def test_a_long_name_is_cut_to_43_characters_before_the_guid():
    """177 of 179 recorded names have 80 characters or fewer, made this way."""
    group_id = exact_group_id("s", "a-rather-long-resource-group", "t_1557146958741_a1b2c3", GUID)
    name = group_id.rpartition("/")[2]
    assert name == f"IT_a-rather-long-resource-group_t_155714695_{GUID}"
    assert len(name) == 80


def test_a_short_name_is_kept_whole():
    """Nothing is padded."""
    assert exact_group_id("s", "rg", "t1", GUID).endswith(f"/resourceGroups/IT_rg_t1_{GUID}")


def test_the_failure_names_the_log_in_the_staging_groups_account():
    """A client cuts account and blob out of this path."""
    group_id = exact_group_id("s", "rg", "t1", GUID)
    message = failure_by_arm_path(group_id, "aibstaging", GUID)
    assert (
        f"at location {group_id}/providers/Microsoft.Storage/storageAccounts/aibstaging/"
        f"blobServices/default/containers/packerlogs/{GUID}/customization.log. Please"
    ) in message
