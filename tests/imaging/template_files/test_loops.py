"""Loops of deployments, deployments within deployments, and computing that would never end."""

import pytest

from tests.imaging.template_files.templates import (
    DEFINITION,
    GROUP,
    deployment,
    properties_of,
    refusal,
    target,
    template,
)

SCRIPTS = {"scripts": {"type": "array", "defaultValue": ["one", "two"]}}
STEP = {
    "type": "Shell",
    "name": "[concat(parameters('scripts')[copyIndex('customize')], string(copyIndex()))]",
    "inline": ["true"],
}


def loop(name, count, item):
    """A loop as ARM writes it."""
    return {"copy": [{"name": name, "count": count, "input": item}]}


def test_a_loop_in_the_properties_is_written_out():
    """Bicep compiles every `for` to one; a recipe has the list that it makes."""
    resource = template(**loop("customize", "[length(parameters('scripts'))]", STEP))
    found = properties_of(deployment(resource, parameters=SCRIPTS))
    assert [step["name"] for step in found["customize"]] == ["one0", "two1"]
    assert "copy" not in found


def test_a_loop_in_the_variables_is_written_out():
    """There the loops stand beside the variables that they make."""
    item = {"name": "[variables('names')[copyIndex('regions')]]"}
    variables = {**loop("regions", 2, item), "names": ["westeurope", "northeurope"]}
    resource = template(distribute=target(targetRegions="[variables('regions')]"))
    found = properties_of(deployment(resource, variables=variables))
    assert found["distribute"][0]["targetRegions"] == [
        {"name": "westeurope"},
        {"name": "northeurope"},
    ]


def test_a_loop_within_a_variable_is_written_out():
    """The other place where ARM allows them."""
    item = {"name": "[concat('region', string(copyIndex('list', 1)))]"}
    resource = template(distribute=target(targetRegions="[variables('all').list]"))
    found = properties_of(deployment(resource, variables={"all": loop("list", 2, item)}))
    assert [one["name"] for one in found["distribute"][0]["targetRegions"]] == [
        "region1",
        "region2",
    ]


def test_what_is_only_called_copy_is_no_loop():
    """A tag may have any name."""
    found = properties_of(template(managedResourceTags={"copy": "yes"}))
    assert found["managedResourceTags"] == {"copy": "yes"}


@pytest.mark.parametrize("count", [801, -1, True, "many", None, "[parameters('x')]"])
def test_a_loop_of_unknown_length_is_refused(count):
    """Kiln would have to guess how many."""
    message = refusal(deployment(template(**loop("customize", count, STEP))))
    assert "properties.copy: " in message


def nested(resource, scope, **passed):
    """A deployment of a deployment, as Bicep's modules are compiled to."""
    inner = deployment(resource, parameters={"gallery": {"type": "string"}})
    properties = {
        "expressionEvaluationOptions": {"scope": scope},
        "parameters": {name: {"value": value} for name, value in passed.items()},
        "template": inner,
    }
    outer = deployment({"type": "Microsoft.Resources/deployments", "properties": properties})
    return outer | {"variables": {"it": DEFINITION}}


def test_a_template_of_a_module_gets_what_the_module_is_passed():
    """The inner template's parameters have their values outside of it."""
    resource = template(distribute=target(galleryImageId="[parameters('gallery')]"))
    found = properties_of(nested(resource, "inner", gallery="[variables('it')]"))
    assert found["distribute"][0]["galleryImageId"] == DEFINITION


def test_an_outer_scope_reads_the_outer_values():
    """It is ARM's default: the inner parameters mean nothing then."""
    resource = template(distribute=target(galleryImageId="[variables('it')]"))
    found = properties_of(nested(resource, "outer"))
    assert found["distribute"][0]["galleryImageId"] == DEFINITION


def test_a_module_is_in_the_group_that_it_is_sent_to():
    """The outer deployment's group would be a wrong id that looks right."""
    expression = "[resourceId('Microsoft.Compute/galleries/images', 'gallery', 'webapp')]"
    document = nested(template(distribute=target(galleryImageId=expression)), "inner")
    document["resources"][0]["resourceGroup"] = "[toLower('IMAGES')]"
    given = {"resourceGroup().name": "other", "subscription().subscriptionId": GROUP.split("/")[2]}
    assert properties_of(document, **given)["distribute"][0]["galleryImageId"] == DEFINITION


def test_a_value_of_a_named_type_is_read_as_what_the_type_is():
    """Bicep's own types stand beside the parameters."""
    beside = {
        "definitions": {"steps": {"type": "array"}, "maybe": {"type": "object", "nullable": True}},
        "parameters": {
            "steps": {"$ref": "#/definitions/steps"},
            "checks": {"$ref": "#/definitions/maybe"},
        },
    }
    resource = template(customize="[parameters('steps')]", validate="[parameters('checks')]")
    steps = '[{"type": "Shell", "inline": ["true"]}]'
    found = properties_of(deployment(resource, **beside), steps=steps)
    assert found["customize"] == [{"type": "Shell", "inline": ["true"]}]
    assert "validate" not in found


DOUBLED = {
    "v0": "x" * 1000,
    **{f"v{n + 1}": f"[concat(variables('v{n}'), variables('v{n}'))]" for n in range(60)},
}
LISTS = {
    "v0": ["x"],
    **{f"v{n + 1}": [f"[variables('v{n}')]", f"[variables('v{n}')]"] for n in range(60)},
}
ROUND = {**loop("v60", 800, "[variables('v')]"), "v": loop("w", 800, loop("x", 800, "x"))}


CHAIN = {"v0": "x", **{f"v{n + 1}": f"[variables('v{n}')]" for n in range(1000)}}


@pytest.mark.parametrize(
    "variables", [DOUBLED, LISTS, ROUND, CHAIN], ids=["texts", "lists", "loops", "chain"]
)
def test_values_that_double_and_double_are_refused(variables):
    """Forty lines can stand for more than any memory holds."""
    last = list(variables)[-1] if variables is CHAIN else "v60"
    resource = template() | {"tags": {"x": f"[variables('{last}')]"}}
    message = refusal(deployment(resource, variables=variables))
    assert "has 1 fault: tags: computes absurdly much" in message


@pytest.mark.parametrize(
    "customize",
    [
        loop("a", 800, loop("b", 800, loop("c", 800, 1))),
        loop("a", 800, loop("b", 800, "[copyIndex('a')]")),
        loop("a", 800, ["y"] * 8000),
        ["[union(range(0, 10000), range(5000, 10000))]"] * 100,
        ["[contains(range(0, 10000), 'x')]"] * 1000,
        ["[length(split(variables('v'), 'x'))]"] * 800,
    ],
    ids=["loops", "expressions", "lists", "union", "contains", "split"],
)
def test_work_that_nobody_needs_ends_soon_and_is_told_once(customize):
    """Each of these small files held up every other build for minutes, with hundreds of faults."""
    message = refusal(deployment(template(customize=customize), variables={"v": "x" * 20_000}))
    assert "has 1 fault: properties: computes absurdly much" in message


@pytest.mark.parametrize("member", ["[0]", ".a"])
def test_an_expression_of_endless_members_is_refused(member):
    """It took a minute and ended in a stack trace."""
    resource = template(stagingResourceGroup=f"[parameters('a'){member * 15_000}]")
    message = refusal(deployment(resource))
    assert "properties.stagingResourceGroup: the expression \"[parameters('a')" in message


def test_a_recipe_that_is_written_out_too_long_is_told_so():
    """The file may be small; what it computes is what Kiln would keep."""
    step = {"type": "Shell", "inline": ["[variables('text')]"] * 100}
    message = refusal(deployment(template(customize=[step]), variables={"text": "x" * 1000}))
    assert "has 1 fault: properties: the recipe that this makes has " in message
    assert "it must have at most 65536" in message


@pytest.mark.parametrize(
    ("levels", "why"),
    [
        (14, "properties.vmProfile.a: is not known here"),
        (15, "properties: the recipe that this makes is nested deeper than 16 levels"),
        (50, "properties: the recipe that this makes is nested deeper than 16 levels"),
        (600, "properties.vmProfile: json() does not fit"),
    ],
)
def test_what_a_text_of_json_hides_is_not_deeper_than_a_file_may_be(levels, why):
    """The file is flat, and the value ended in a stack trace."""
    variables = {"deep": '{"a":' * levels + "1" + "}" * levels}
    resource = template(vmProfile="[json(variables('deep'))]")
    assert f"has 1 fault: {why}" in refusal(deployment(resource, variables=variables))


@pytest.mark.parametrize(
    "expression",
    [
        "[replace(variables('a'), 'a', variables('a'))]",
        "[join(split(variables('a'), 'a'), variables('a'))]",
        "[format(variables('p'), variables('a'))]",
        "[range(0, 999999999)]",
        "[add(9223372036854775807, 9223372036854775807)]",
        "[json(variables('deep'))]",
    ],
)
def test_one_call_that_would_make_an_absurd_value_is_refused(expression):
    """It would take the memory of every other build."""
    variables = {"a": "a" * 50_000, "p": "{0}" * 20_000, "deep": "[[" + "[" * 200_000}
    resource = template() | {"tags": {"x": expression}}
    assert "has 1 fault: tags" in refusal(deployment(resource, variables=variables))
