# ruff: noqa: E501 - one row for each rule reads better than wrapped rows
"""Parameters: what an author declares is all that an uploader can set."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.recipe import Recipe
from tests.imaging.recipe.documents import (
    GALLERY,
    GALLERY_IMAGE,
    LINUX,
    RELEASE,
    changed,
    faults,
    read,
    with_release,
)
from tests.imaging.template.recipes import AIB_IDENTITY

P = "properties"
D0 = f"{P}.distribute.0"
ANY = {"any": {"pattern": ".*"}}


def lines(recipe: Recipe) -> list[str]:
    """Take the commands of the first step."""
    rendered = recipe.properties.model_dump(by_alias=True, exclude_unset=True)
    inline: list[str] = rendered["customize"][0]["inline"]
    return inline


def test_a_value_stands_where_the_recipe_refers_to_it() -> None:
    """It is what parameters are for."""
    assert lines(read(with_release(), given={"release": "18.1"})) == ["echo 18.1"]


def test_samples_are_not_tried_for_ever() -> None:
    """Thirty parameters that no sample fits would hold up every other build for a minute."""
    names = [f"p{number}" for number in range(30)]
    document = changed(
        LINUX,
        ("parameters", {name: {"pattern": ".*"} for name in names}),
        (
            f"{P}.vmProfile",
            {"userAssignedIdentities": [f"${{{{ parameters.{name} }}}}" for name in names]},
        ),
        (f"{P}.customize", [{"type": "Shell", "inline": ["true"]}] * 400),
    )
    found = faults(document)
    assert len(found) == len(names)
    assert all("give it an example" in fault for fault in found)


def test_without_a_value_the_default_stands_there() -> None:
    """A pipeline that does not care sets nothing."""
    assert lines(read(with_release(), given={})) == ["echo 0.0.0"]
    assert read(with_release()).warnings == ()


def test_values_stand_in_all_places_that_the_page_names() -> None:
    """Tags, region, identity, destination, targets: what differs between releases."""
    document = changed(
        GALLERY,
        (
            "parameters",
            {
                "stage": {"pattern": "dev|prod"},
                "region": {"pattern": "[a-z]+"},
                "version": {"pattern": "[0-9.]+"},
            },
        ),
        ("location", "${{parameters.region}}"),
        (
            "tags",
            {
                "stage": "${{ parameters.stage }}",
                "type": "x-${{ parameters.stage }}",
                "inline": "${{ parameters.stage }}",
            },
        ),
        (
            "identity",
            {
                "type": "UserAssigned",
                "userAssignedIdentities": {
                    AIB_IDENTITY.replace("aib", "${{ parameters.stage }}"): {}
                },
            },
        ),
        ("artifact", {"destination": "/opt/${{ parameters.stage }}"}),
        (f"{D0}.galleryImageId", GALLERY_IMAGE + "/versions/${{ parameters.version }}"),
        (f"{D0}.runOutputName", "out-${{ parameters.stage }}-${{ parameters.version }}"),
    )
    given = {"stage": "prod", "region": "northeurope", "version": "1.2.3"}
    recipe = read(document, given=given)
    assert (recipe.location, recipe.identity) == (
        "northeurope",
        AIB_IDENTITY.replace("aib", "prod"),
    )
    assert recipe.tags == {"stage": "prod", "type": "x-prod", "inline": "prod"}
    assert recipe.artifact is not None
    assert recipe.artifact.destination == "/opt/prod"
    assert recipe.run_output_names == ("out-prod-1.2.3",)
    assert (
        recipe.properties.distribute[0].model_dump()["gallery_image_id"].endswith("/versions/1.2.3")
    )


@pytest.mark.parametrize(("kind", "place", "text", "value"), [
    ("integer", f"{P}.buildTimeoutInMinutes", "90", 90),
    ("boolean", f"{D0}.excludeFromLatest", "true", True),
    ("boolean", f"{D0}.excludeFromLatest", "false", False),
])  # fmt: skip
def test_a_number_or_switch_that_stands_alone_becomes_one(
    kind: str, place: str, text: str, value: object
) -> None:
    """AIB refuses texts where it wants numbers."""
    document = changed(
        GALLERY, ("parameters", {"it": {"type": kind}}), (place, "${{ parameters.it }}")
    )
    properties = read(document, given={"it": text}).properties.model_dump(by_alias=True)
    found: Any = properties
    for step in place.split(".")[1:]:
        found = found[int(step) if step.isdigit() else step]
    assert found is value or found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("default", [60, "60"], ids=["number", "text"])
def test_a_default_may_be_written_as_number_or_text(default: object) -> None:
    """Both are natural, and both mean the same."""
    document = changed(
        LINUX,
        ("parameters", {"m": {"type": "integer", "default": default}}),
        (f"{P}.buildTimeoutInMinutes", "${{ parameters.m }}"),
    )
    assert read(document, given={}).timeout_minutes == 60


def test_a_value_is_read_once() -> None:
    """Else an uploader could name other parameters, or build references from two halves."""
    assert (
        "must not contain { or }"
        in faults(
            with_release(("parameters", {"release": ANY["any"]})),
            given={"release": "${{ parameters.release }}"},
        )[0]
    )


@pytest.mark.parametrize("value", ["{", "a}", "{a"])
def test_a_brace_is_no_part_of_a_value(value: str) -> None:
    """Beside a brace of the author's it would be a mark that Packer replaces."""
    document = changed(LINUX, ("parameters", ANY), ("tags", {"a": "{${{ parameters.any }}"}))
    assert faults(document, given={"any": value}) == [
        f'parameters.any: is "{value}"; it must be printable and must not contain {{ or }}'
    ]


def test_nothing_but_the_referring_texts_changes() -> None:
    """An uploader sets what the author made a parameter, and nothing else."""
    plain = read(with_release(), given={}).properties.model_dump(mode="json")
    other = read(with_release(), given={"release": "9.9"}).properties.model_dump(mode="json")
    assert other["customize"][0].pop("inline") == ["echo 9.9"]
    assert plain["customize"][0].pop("inline") == ["echo 0.0.0"]
    assert plain == other


REQUIRED = {"release": {"pattern": "[0-9.]+"}}
GIVEN: list[tuple[dict[str, Any], dict[str, str], str]] = [
    (REQUIRED, {}, "parameters.release: has no value and no default; set it by the upload's metadata kiln_release or by {\"parameters\": {\"release\": \"…\"}} of an HTTP start"),
    (RELEASE, {"release": "v1"}, 'parameters.release: is "v1"; it must match ^[0-9.]{1,20}$'),
    (RELEASE, {"release": "1\n"}, 'parameters.release: is "1\\n"; it must be printable and must not contain { or }'),
    (RELEASE, {"release": "1" * 300}, f'parameters.release: is "{"1" * 57}…"; it must have at most 256 characters'),
    (RELEASE, {"release": ""}, 'parameters.release: is ""; it must match ^[0-9.]{1,20}$'),
    (RELEASE, {"Release": "1"}, "parameters.Release: is given, and the recipe does not declare it; declared: release"),
    (RELEASE, {"x\n": "1"}, 'parameters["x\\n"]: is given, and the recipe does not declare it; declared: release'),
    ({"release": {"type": "integer"}}, {"release": "1.5"}, 'parameters.release: is "1.5"; it must be a whole number'),
    ({"release": {"type": "integer"}}, {"release": "007"}, 'parameters.release: is "007"; it must be a whole number'),
    ({"release": {"type": "boolean"}}, {"release": "True"}, 'parameters.release: is "True"; it must be true or false'),
]  # fmt: skip


@pytest.mark.parametrize(("declared", "given", "fault"), GIVEN)
def test_a_value_that_does_not_fit_is_refused_by_name(
    declared: dict[str, Any], given: dict[str, str], fault: str
) -> None:
    """The uploader sees at once what to write."""
    assert faults(with_release(("parameters", declared)), given=given) == [fault]


@pytest.mark.parametrize("pattern", ["[0-9]+", ".*"])
def test_a_refused_value_of_a_secret_is_not_repeated(pattern: str) -> None:
    """Faults stand in answers and reports, and a secret that does not fit is one all the same."""
    line = "echo ${{ parameters.api_token }}"
    document = changed(
        LINUX,
        ("parameters", {"api_token": {"pattern": pattern, "default": "1"}}),
        (f"{P}.customize.0.inline", [line]),
    )
    (fault,) = faults(document, given={"api_token": "CANARY;x"})
    assert "api_token" in fault
    assert "looks like a secret" in fault
    assert "CANARY" not in fault


def test_a_recipe_without_parameters_takes_none() -> None:
    """A misdirected value must not be ignored silently."""
    assert faults(LINUX, given={"release": "1"}) == [
        "parameters.release: is given, and the recipe does not declare it; declared: none"
    ]
