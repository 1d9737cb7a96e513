"""Whatever JSON comes, a recipe or a refusal comes out."""

from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.errors import RecipeError
from tests.imaging.template_files.templates import (
    repaired,
    template,
)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 999)
    | st.sampled_from(["", "a", "[concat('a')]", "<x>", "true"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "source",
                    "customize",
                    "distribute",
                    "tags",
                    "artifactTags",
                    "targetRegions",
                    "replicationRegions",
                    "identity",
                    "location",
                    "vmProfile",
                    "inline",
                    "properties",
                    "resources",
                    "parameters",
                    "name",
                    "copy",
                    "x",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["properties", "identity", "resources", "location", "tags"]), JSON
    ),
    JSON,
)
@settings(max_examples=200, deadline=None)
def test_any_json_ends_in_a_recipe_or_a_refusal(document, inner):
    """A crash would be a stack trace in somebody's pipeline."""
    for whole in (document, template(customize=inner), template(distribute=inner, vmProfile=inner)):
        try:
            found = repaired(whole)
        except RecipeError as error:
            assert error.faults  # noqa: PT017 - both endings are right
        else:
            assert repaired(found.document).repairs == []
