"""Modules of deployments: what reaches a template through them, and which template is made."""

import pytest

from tests.imaging.template_files.templates import (
    DEFINITION,
    KIND,
    deployment,
    properties_of,
    refusal,
    repaired,
    target,
    template,
)

GALLERY = template(distribute=target(galleryImageId="[parameters('gallery')]"))


def module(resource, passed=None, **beside):
    """A deployment that another one makes, as Bicep compiles a module."""
    inner = deployment(resource, parameters={"gallery": {"type": "string"}})
    properties = {
        "expressionEvaluationOptions": {"scope": "inner"},
        "parameters": {"gallery": passed},
        "template": inner,
    }
    return {"type": "Microsoft.Resources/deployments", "properties": properties, **beside}


def test_what_a_module_is_passed_by_another_one_can_be_given():
    """`reference` is how Bicep passes outputs; people learn how to give the value."""
    document = deployment(module(GALLERY, {"value": "[reference('x').outputs.gallery.value]"}))
    message = refusal(document)
    assert "reference() is known only to the deployment" in message
    assert "give it with --set gallery=…" in message
    found = properties_of(document, gallery=DEFINITION)
    assert found["distribute"][0]["galleryImageId"] == DEFINITION


def test_what_a_module_is_passed_as_a_whole_is_computed():
    """Bicep writes the entry as an expression where the value depends on a condition."""
    passed = "[if(true(), createObject('value', variables('it')), createObject())]"
    document = deployment(module(GALLERY, passed)) | {"variables": {"it": DEFINITION}}
    assert properties_of(document)["distribute"][0]["galleryImageId"] == DEFINITION


def test_a_module_within_a_module_is_in_the_same_group():
    """The group of the outermost deployment would be a wrong name that looks right."""
    resource = template() | {"tags": {"group": "[resourceGroup().name]"}}
    document = deployment(module(deployment(module(resource))["resources"][0], resourceGroup="in"))
    given = {"resourceGroup().name": "out"}
    assert repaired(document, **given).document["tags"] == {"group": "in"}


def test_a_template_of_a_module_in_a_loop_is_refused():
    """The loop makes several templates although none has a loop of its own."""
    message = refusal(deployment(module(template(), copy={"name": "all", "count": 2})))
    assert "resources: is made by a loop, 'copy'" in message


def two(condition, other):
    """A deployment of two templates, each under its condition."""
    one = {"type": KIND, **template(), "condition": condition, "tags": {"which": "one"}}
    another = {"type": KIND, **template(), "condition": other, "tags": {"which": "other"}}
    return {"parameters": {"os": {"type": "string"}}, "resources": [one, another]}


CHOICE = two("[equals(parameters('os'), 'a')]", "[not(equals(parameters('os'), 'a'))]")


@pytest.mark.parametrize(
    ("document", "which"), [(CHOICE, "one"), (two(False, True), "other")], ids=["given", "written"]
)
def test_conditions_choose_one_of_several_templates(document, which):
    """One file often has a template for each system."""
    found = repaired(document, os="a")
    assert found.document["tags"] == {"which": which}


@pytest.mark.parametrize("values", [{}, {"os": "a"}], ids=["open", "given"])
def test_a_condition_of_a_module_counts_for_what_is_in_it(values):
    """The template itself has none."""
    resources = [
        module({"type": KIND, **template()}, condition=f"[{call}(equals(parameters('os'), 'a'))]")
        for call in ("bool", "not")
    ]
    document = {"parameters": {"os": {"type": "string"}}, "resources": resources}
    if values:
        assert repaired(document, **values).document == template()
    else:
        assert "holds 2 resources" in refusal(document)


def test_a_template_that_is_only_referred_to_does_not_count():
    """Bicep lists what exists already beside what it makes."""
    document = deployment(template())
    old = {"existing": True, "type": KIND, "name": "old"}
    document["resources"] = {"old": old, "image": document["resources"][0]}
    assert repaired(document).document == template()


def test_a_deployment_is_read_without_regard_to_case():
    """ARM reads it so; a default that is overlooked would leave the region to a setting."""
    document = {
        "Parameters": {"region": {"Type": "string", "defaultvalue": "westeurope"}},
        "Variables": {"Copy": [{"Name": "all", "Count": 1, "Input": {"name": "westeurope"}}]},
        "Resources": [
            {
                "Type": KIND,
                "Location": "[parameters('region')]",
                "Properties": {
                    **template()["properties"],
                    "distribute": target(targetRegions="[variables('all')]"),
                },
            }
        ],
    }
    assert repaired(document).document == template()
