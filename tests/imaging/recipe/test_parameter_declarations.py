# ruff: noqa: E501 - one row for each rule reads better than wrapped rows
"""Declarations of parameters, and where a recipe may refer to them: its author hears it at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.imaging.recipe.documents import (
    LINUX,
    RELEASE,
    WINDOWS,
    changed,
    faults,
    read,
    with_release,
)

P = "properties"
C0 = f"{P}.customize.0"
D0 = f"{P}.distribute.0"

DECLARED: list[tuple[object, str]] = [
    ({"release": {}}, "parameters.release.pattern: is missing; it says which texts an upload may set"),
    ({"release": {"pattern": "["}}, 'parameters.release.pattern: is "["; it must be a regular expression: unclosed character class'),
    ({"release": {"pattern": "[0-9]+", "default": "x"}}, 'parameters.release.default: is "x"; it must match [0-9]+'),
    ({"release": {"pattern": "[0-9]+", "example": "x"}}, 'parameters.release.example: is "x"; it must match [0-9]+'),
    ({"release": {"type": "integer", "default": True}}, "parameters.release.default: is true; it must be a whole number"),
    ({"release": {"pattern": ".*", "default": 1.5}}, "parameters.release.default: is 1.5; it must be a text, a whole number or a switch"),
    ({"release": {"type": "boolean", "pattern": "x"}}, 'parameters.release.pattern: is "x"; it must match true or false, or be left out'),
    ({"release": {"type": "number"}}, 'parameters.release.type: is "number"; it must be string, integer or boolean'),
    ({"release": {"pattern": ".", "defaultValue": "a"}}, "parameters.release.defaultValue: is not known here; did you mean 'default'?"),
    ({"release": "1"}, 'parameters.release: is "1"; it must be an object'),
    ([], "parameters: is []; it must be an object"),
]  # fmt: skip


@pytest.mark.parametrize(("declared", "fault"), DECLARED)
def test_a_wrong_declaration_is_named_once(declared: object, fault: str) -> None:
    """What follows from it is not told as well."""
    found = [
        line
        for line in faults(with_release(("parameters", declared)), given={})
        if "refers to" not in line
    ]
    assert found == [fault]


@pytest.mark.parametrize("pattern", ["true", "false|x", ".*"])
def test_a_switch_may_be_kept_from_one_of_its_values(pattern: str) -> None:
    """A recipe may let uploads switch something on and never off."""
    declared = {"type": "boolean", "pattern": pattern}
    assert faults(changed(LINUX, ("parameters", {"release": declared}))) == []


def test_the_name_of_a_parameter_fits_metadata_of_blobs() -> None:
    """Their names are compared without case and have no hyphens."""
    for name in ("Release", "release-1", "1release", "", "x" * 65):
        assert (
            "a parameter's name must begin with a lower-case letter"
            in faults(changed(LINUX, ("parameters", {name: {"type": "boolean", "default": True}})))[
                0
            ]
        )


MANY = {f"p{n}": {"type": "boolean", "default": True} for n in range(33)}
PLACES: list[tuple[dict[str, Any], str, object, str]] = [
    (LINUX, f"{C0}.type", "${{ parameters.any }}", f"{P}.customize[0].type: says what kind this is; a parameter cannot choose it"),
    (LINUX, "tags", {"${{ parameters.any }}": "x"}, 'tags["${{ parameters.any }}"]: is a name; a parameter may stand in values only'),
    (LINUX, "artifact", {"access": "${{ parameters.any }}"}, "artifact.access: has a parameter, which may stand in properties, tags, location, identity and artifact.destination only"),
    (LINUX, "tags", {"a": "${{ parameters.other }}"}, "tags.a: refers to parameter other, which is not declared; declared: any"),
    (LINUX, "tags", {"a": "${{ github.sha }}"}, 'tags.a: has "${{ github.sha }}", which is no reference; write ${{ parameters.name }}'),
    (LINUX, "tags", {"a": "${{ parameters.Any }}"}, 'tags.a: has "${{ parameters.Any }}", which is no reference; write ${{ parameters.name }}'),
    (LINUX, f"{C0}.inline", ["${{ parameters.any }} x"], f"{P}.customize[0].inline[0]: begins a line with a parameter, which would choose the command; write it before"),
    (LINUX, f"{C0}.inline", ["cat <<END\n${{ parameters.any }}\nEND"], f"{P}.customize[0].inline[0]: begins a line with a parameter, which would choose the command; write it before"),
    (LINUX, f"{C0}.inline", ["echo $HOME${{ parameters.any }}"], f"{P}.customize[0].inline[0]: has a parameter right after $HOME, which changes its meaning; put something between, as in ${{name}}"),
    (LINUX, f"{C0}.inline", ["echo ${${{ parameters.any }}}"], f"{P}.customize[0].inline[0]: has a parameter right after ${{, which changes its meaning; put something between, as in ${{name}}"),
    (LINUX, f"{C0}.inline", ["echo \\${{ parameters.any }}"], f"{P}.customize[0].inline[0]: has a parameter right after \\, which changes its meaning; put something between, as in ${{name}}"),
    (WINDOWS, f"{C0}.inline", ["echo `${{ parameters.any }}"], f"{P}.customize[0].inline[0]: has a parameter right after `, which changes its meaning; put something between, as in ${{name}}"),
    (WINDOWS, f"{C0}.inline", ["cmd /c echo %${{ parameters.any }}%"], f"{P}.customize[0].inline[0]: has a parameter right after %, which changes its meaning; put something between, as in ${{name}}"),
    (LINUX, "parameters", MANY, "parameters: is an object; there must be at most 32 parameters"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "place", "value", "fault"), PLACES)
def test_a_reference_at_a_wrong_place_is_refused_whatever_its_value(
    document: dict[str, Any], place: str, value: object, fault: str
) -> None:
    """The author hears it at `recipe check`, not the first uploader."""
    declared = {"any": {"pattern": ".*", "default": "a"}}
    assert faults(changed(document, ("parameters", declared), (place, value))) == [fault]


def test_a_path_of_windows_may_end_before_a_parameter() -> None:
    r"""There `\` separates, and does not escape."""
    line = "Copy-Item C:\\app\\${{ parameters.release }}\\x ."
    assert faults(changed(WINDOWS, ("parameters", RELEASE), (f"{C0}.inline", [line]))) == []


def test_a_recipe_is_checked_without_a_build_and_says_with_which_sample() -> None:
    """`kiln recipe check` knows no values; everything else must be checked all the same."""
    document = with_release(
        ("parameters", {"release": {"pattern": "[0-9.]+"}, "minutes": {"type": "integer"}}),
        (f"{P}.buildTimeoutInMinutes", "${{ parameters.minutes }}"),
    )
    assert read(document).warnings == (
        'parameters.minutes: has no default and no example; checked with "60"',
        'parameters.release: has no default and no example; checked with "1.0.0"',
    )
    assert faults(changed(document, (f"{D0}.runOutputName", "a b"))) != []


def test_the_author_s_example_is_the_better_sample() -> None:
    """Only the author knows what a usual value looks like."""
    unusual = {"release": {"pattern": "zz-[0-9]+"}}
    document = changed(LINUX, ("parameters", unusual), ("location", "${{ parameters.release }}"))
    assert faults(document) == [
        'location: is "x"; it must be an Azure region, as westeurope (checked with the sample "x" for parameter release; give it an example)'
    ]
    in_tags = changed(LINUX, ("parameters", unusual), ("tags", {"a": "${{ parameters.release }}"}))
    assert faults(in_tags) == []
    exemplary = changed(in_tags, ("parameters.release.example", "zz-1"))
    assert read(exemplary).warnings == ()
    assert faults(exemplary, given={})[0].startswith(
        "parameters.release: has no value and no default"
    )
