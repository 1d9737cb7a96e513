"""What AIB gets for a recipe: whole, once, and nothing that was not asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from imaging.errors import RecipeError, RequestError, SettingsError
from imaging.template import TemplateContext, render_template, stand_ins
from tests.imaging.recipe.documents import GALLERY, LEFT_OUT, changed, read
from tests.imaging.template.recipes import (
    AIB_IDENTITY,
    CONTEXT,
    LINUX,
    WINDOWS,
    customizers,
    recipe,
    staged,
)

BIG = 20_000_000
OTHER = AIB_IDENTITY.replace("/aib", "/other")


def names(steps: list[dict[str, Any]]) -> list[str]:
    """List the names of the customizers."""
    return [step["name"] for step in steps]


def test_without_an_artifact_the_properties_are_the_recipe_s_own() -> None:
    """Kiln adds nothing to what an operator wrote."""
    body = render_template(recipe(), None, CONTEXT)
    assert body["properties"] == LINUX["properties"]
    assert sorted(body) == ["identity", "location", "properties", "tags"]


def test_the_tags_say_whose_template_it_is() -> None:
    """Kiln deletes only what carries its tags."""
    body = render_template(read(changed(LINUX, ("tags", {"team": "web"}))), None, CONTEXT)
    assert body["tags"] == {"team": "web", "kiln-build-id": "b1", "kiln-recipe": "webapp"}


def test_the_same_arguments_give_the_same_template() -> None:
    """A repeated activity compares its template with the one that is there."""
    first, second = (json.dumps(render_template(recipe(), staged(), CONTEXT)) for _ in range(2))
    assert first == second


def test_rendering_leaves_the_recipe_alone() -> None:
    """One recipe object may be rendered for several builds."""
    one = recipe(access="identity")
    before = one.properties.model_dump_json()
    render_template(one, staged(), CONTEXT)
    assert one.properties.model_dump_json() == before


def test_the_recipe_s_place_and_identity_come_before_the_settings() -> None:
    """A recipe that says where it belongs is right about it."""
    identity = {"type": "UserAssigned", "userAssignedIdentities": {OTHER: {}}}
    body = render_template(
        read(changed(LINUX, ("location", "North Europe"), ("identity", identity))), None, CONTEXT
    )
    assert (body["location"], body["identity"]) == ("northeurope", identity)
    body = render_template(recipe(), None, CONTEXT)
    assert (body["location"], list(body["identity"]["userAssignedIdentities"])) == (
        "westeurope",
        [AIB_IDENTITY],
    )


@pytest.mark.parametrize(("known", "key", "setting"), [
    (TemplateContext("b1", "westeurope"), "identity", "AIB_IDENTITY_ID"),
    (TemplateContext("b1", None, AIB_IDENTITY), "location", "BUILD_LOCATION"),
    (TemplateContext("b1", "", AIB_IDENTITY), "location", "BUILD_LOCATION"),
])  # fmt: skip
def test_what_neither_recipe_nor_setting_says_is_named(
    known: TemplateContext, key: str, setting: str
) -> None:
    """The way out is one line in one of two places."""
    with pytest.raises(SettingsError, match=f"no '{key}' and the setting {setting} is empty"):
        render_template(recipe(), None, known)


def test_what_the_settings_supply_is_said() -> None:
    """Who reads the report must not look for an identity that is not in the recipe."""
    assert stand_ins(recipe(), CONTEXT) == [
        "identity: not in the recipe, the setting AIB_IDENTITY_ID stands in",
        "location: not in the recipe, the setting BUILD_LOCATION stands in",
    ]
    identity = {"type": "UserAssigned", "userAssignedIdentities": {OTHER: {}}}
    whole = read(changed(LINUX, ("location", "westeurope"), ("identity", identity)))
    assert stand_ins(whole, CONTEXT) == []


def test_regions_are_written_as_azure_writes_them() -> None:
    """A recipe may say West Europe."""
    regions = [{"name": "West Europe", "replicaCount": 2}, {"name": "eastUS2"}]
    body = render_template(
        read(changed(GALLERY, ("properties.distribute.0.targetRegions", regions))), None, CONTEXT
    )
    assert body["properties"]["distribute"][0]["targetRegions"] == [
        {"name": "westeurope", "replicaCount": 2},
        {"name": "eastus2"},
    ]
    old = changed(
        GALLERY,
        ("properties.distribute.0.targetRegions", LEFT_OUT),
        ("properties.distribute.0.replicationRegions", ["East US"]),
    )
    assert render_template(read(old), None, CONTEXT)["properties"]["distribute"][0][
        "replicationRegions"
    ] == ["eastus"]


@pytest.mark.parametrize("document", [LINUX, WINDOWS])
@pytest.mark.parametrize(("position", "order"), [
    (0, ["kiln_artifact_file", "kiln_artifact_unpack", "first", "second", "kiln_artifact_remove"]),
    (1, ["first", "kiln_artifact_file", "kiln_artifact_unpack", "second", "kiln_artifact_remove"]),
    (2, ["first", "second", "kiln_artifact_file", "kiln_artifact_unpack", "kiln_artifact_remove"]),
])  # fmt: skip
def test_the_artifact_comes_where_the_recipe_wants_it(
    document: dict[str, Any], position: int, order: list[str]
) -> None:
    """Some images need a tool before they can unpack; removal is always last."""
    own = [{**document["properties"]["customize"][0], "name": name} for name in ("first", "second")]
    written = changed(document, ("properties.customize", own))
    rendered = customizers(recipe(written, position=position, removeAfterBuild=True), staged())
    assert names(rendered) == order


def test_a_recipe_without_customizers_still_gets_its_artifact() -> None:
    """An image may be nothing but a source and an archive."""
    bare = changed(LINUX, ("properties.customize", LEFT_OUT))
    assert names(customizers(recipe(bare, osType="Linux"), staged())) == [
        "kiln_artifact_file",
        "kiln_artifact_unpack",
    ]


def test_an_artifact_for_an_unknown_system_is_refused() -> None:
    """Kiln cannot guess between sh and PowerShell."""
    bare = read(changed(LINUX, ("properties.customize", LEFT_OUT)))
    with pytest.raises(RecipeError, match=r"artifact\.osType: is missing"):
        render_template(bare, staged(), CONTEXT)


def test_a_recipe_s_name_that_windows_cannot_have_as_a_folder_is_named() -> None:
    """The default folder is the recipe's name."""
    with pytest.raises(RecipeError, match=r"artifact\.destination: 'aux' does not fit"):
        render_template(recipe(WINDOWS, name="aux"), staged(), CONTEXT)


def test_a_recipe_that_wants_an_artifact_is_not_built_without() -> None:
    """A started build without the zip would make an image without the app."""
    with pytest.raises(RequestError, match="needs an artifact"):
        render_template(recipe(destination="app"), None, CONTEXT)
    body = render_template(recipe(destination="app", required=False), None, CONTEXT)
    assert names(body["properties"]["customize"]) == ["own"]


@pytest.mark.parametrize("document", [LINUX, WINDOWS])
@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
@pytest.mark.parametrize("access", ["service", "identity"])
def test_no_line_of_ours_holds_what_packer_would_replace(
    document: dict[str, Any], kind: str, access: str
) -> None:
    """Packer reads {{…}} as its own template, and each line is one line."""
    steps = customizers(recipe(document, access=access, removeAfterBuild=True), staged(kind=kind))
    lines = [line for step in steps for line in step.get("inline", [])]
    assert not [line for line in lines if "{{" in line or "\n" in line or not line.isascii()]


def test_the_rendered_template_is_itself_a_good_recipe() -> None:
    """Our own steps keep the rules that we hold others to."""
    for document in (LINUX, WINDOWS):
        body = render_template(recipe(document, access="identity"), staged(size_bytes=BIG), CONTEXT)
        del body["tags"]
        assert read(body).warnings == ()
