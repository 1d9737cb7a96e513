"""Functions on lists and objects, and lambdas, as Bicep writes them into deployments."""

import json

import pytest

from tests.imaging.template_files.templates import deployment, refusal, repaired, target, template

OBJECT = "createObject('b', 2, 'a', createObject('c', 1))"
WITH_NAME = "lambda('r', createObject('name', lambdaVariables('r')))"


def computed(expression: str) -> object:
    """Compute an expression by way of a text in a template."""
    step = {"type": "Shell", "inline": [f"[string({expression})]"]}
    document = repaired(deployment(template(customize=[step]))).document
    return json.loads(document["properties"]["customize"][0]["inline"][0])


@pytest.mark.parametrize(("expression", "value"), [
    (f"items({OBJECT})", [{"key": "a", "value": {"c": 1}}, {"key": "b", "value": 2}]),
    ("objectKeys(createObject('a', 1, 'b', 2))", ["a", "b"]),
    ("flatten(createArray(createArray(1, 2), createArray(), createArray(createArray(3))))",
     [1, 2, [3]]),
    ("intersection(createArray(3, 1, 2, 3), createArray(2, 3))", [3, 2]),
    ("intersection(createObject('a', 1, 'b', 2), createObject('a', 1, 'b', 3))", {"a": 1}),
    ("shallowMerge(createArray(createObject('a', createObject('x', 1)), createObject('a', 2)))",
     {"a": 2}),
    ("createArray(indexOf('abcABC', 'BC'), lastIndexOf('abcABC', 'bc'), indexOf('a', 'x'))",
     [1, 4, -1]),
    ("createArray(indexOf(split('a b a', ' '), 'a'), lastIndexOf(split('a b a', ' '), 'a'))",
     [0, 2]),
    ("createArray(length('\U0001f600'), length('a\u00e9'), length(createArray(1)))", [2, 2, 1]),
    ("createArray(toUpper('stra\u00dfe'), toLower('\u00c4\u03a3'))",
     ["STRA\u00dfE", "\u00e4\u03c3"]),
    ("createArray(concat('\U0001f600', 'a'), replace('\U0001f600', 'a', 'b'))",
     ["\U0001f600a", "\U0001f600"]),
    ("createArray(startsWith('Stra\u00dfe', 'sTRA'), endsWith('abc', 'BC'))", [True, True]),
    ("createArray(int('-7'), int(7))", [-7, 7]),
    ("union(createObject('a', 1), createObject('a', 2))", {"a": 2}),
    ("tryGet(createObject('Group', 1), 'group')", 1),
    ("createArray(mod(7, 3), mod(-7, 3))", [1, -1]),
    ("createArray(padLeft('7', 3, '0'), padLeft(7, 2))", ["007", " 7"]),
    ("base64ToJson(base64('{\"a\": [1]}'))", {"a": [1]}),
    ("map(createArray(1, 2), lambda('n', add(lambdaVariables('n'), 1)))", [2, 3]),
    (("map(createArray('a', 'b'), lambda('x', 'i', concat(lambdaVariables('x'), "
     "string(lambdaVariables('i')))))"), ["a0", "b1"]),
    ("filter(range(0, 5), lambda('n', greater(lambdaVariables('N'), 2)))", [3, 4]),
    (("reduce(range(1, 4), 0, lambda('sum', 'n', add(lambdaVariables('sum'), "
     "lambdaVariables('n'))))"), 10),
    ("toObject(createArray('a', 'b'), lambda('x', lambdaVariables('x')))", {"a": "a", "b": "b"}),
    ("toObject(createArray('a'), lambda('x', lambdaVariables('x')), lambda('x', 1))", {"a": 1}),
    ("mapValues(createObject('a', 1), lambda('v', add(lambdaVariables('v'), 1)))", {"a": 2}),
    (("map(createArray(createArray(1), createArray(2)), lambda('l', map(lambdaVariables('l'), "
     "lambda('n', add(lambdaVariables('n'), length(lambdaVariables('l')))))))"), [[2], [3]]),
])  # fmt: skip
def test_a_function_gives_what_azure_gives(expression: str, value: object):
    """The examples are those of "ARM template functions" in other words."""
    assert computed(expression) == value


def test_regions_are_mapped_as_bicep_does_it():
    """`[for r in regions: {name: r}]` of a newer Bicep."""
    regions = {"type": "array", "defaultValue": ["westeurope", "northeurope"]}
    mapped = f"[map(parameters('regions'), {WITH_NAME})]"
    document = deployment(
        template(distribute=target(targetRegions=mapped)), parameters={"regions": regions}
    )
    (made,) = repaired(document).document["properties"]["distribute"]
    assert made["targetRegions"] == [{"name": "westeurope"}, {"name": "northeurope"}]


@pytest.mark.parametrize("expression", [
    "[string(objectKeys(createObject('b', 1, 'a', 2)))]",
    "[map('text', lambda('x', 1))]",
    "[map(createArray(1))]",
    "[map(createArray(1), 1)]",
    "[map(createArray(1), lambda(1))]",
    "[map(createArray(1), lambda('a', 'b', 'c', 1))]",
    "[filter(createArray(1), lambda('a', 1))]",
    "[reduce(createArray(1), lambda('a', 1))]",
    "[toObject(createArray(1), lambda('a', 1))]",
    "[string(items(createArray()))]",
    "[padLeft('a', 9999999999)]",
    "[padLeft('\U0001f600', 3)]",
    "[substring('\U0001f600a', 1)]",
    "[take('\U0001f600a', 1)]",
    "[skip('\U0001f600a', 1)]",
    "[first('\U0001f600a')]",
    "[last('a\U0001f600')]",
    "[string(indexOf('\U0001f600a', 'a'))]",
    "[string(lastIndexOf('\U0001f600a', 'a'))]",
    "[string(length(7))]",
    "[toUpper('\u0131')]",
    "[toUpper('\ufb01')]",
    "[toLower('\u212a')]",
    "[toLower('\U00010400')]",
    "[replace('a', '', 'b')]",
    "[string(split('ab', ''))]",
    "[string(int('1_0'))]",
    "[string(int('\u0663'))]",
    "[string(union(createObject('a', 1), createObject('A', 2)))]",
    "[string(union(json('{\"x\": {\"a\": 1}}'), json('{\"x\": {\"A\": 1}}')))]",
    "[string(shallowMerge(createArray(createObject('a', 1), createObject('A', 2))))]",
    "[string(intersection(createObject('a', 1), createObject('A', 1)))]",
    "[string(createObject('a', 1, 'A', 2))]",
    "[string(items(createObject('B', 1, 'a', 2)))]",
    "[toObject(createArray('a', 'A'), lambda('x', lambdaVariables('x')))]",
    "[string(mod(1, 0))]",
])  # fmt: skip
def test_what_does_not_fit_a_function_is_refused_by_its_name(expression: str):
    """A silent guess would be another image."""
    step = {"type": "Shell", "inline": [expression]}
    message = refusal(deployment(template(customize=[step])))
    assert "() does not fit what stands between its brackets" in message


def test_a_variable_of_no_lambda_is_refused():
    """It stands in nothing that gives it a value."""
    step = {"type": "Shell", "inline": ["[lambdaVariables('x')]"]}
    message = refusal(deployment(template(customize=[step])))
    assert "lambdaVariables() is not computed here" in message


def test_a_lambda_that_doubles_what_it_holds_ends():
    """Sixty turns of it would be more than any machine has."""
    twice = "concat(lambdaVariables('a'), lambdaVariables('a'))"
    expression = f"[string(reduce(range(0, 60), createArray(1), lambda('a', 'n', {twice})))]"
    message = refusal(deployment(template(customize=[{"type": "Shell", "inline": [expression]}])))
    assert "computes absurdly much" in message


def test_everything_that_one_expression_lacks_is_said_at_once():
    """Four runs for four values are three too many."""
    image = (
        "[resourceId('Microsoft.Compute/galleries/images', parameters('gallery'),"
        " parameters('image'))]"
    )
    declared = {"gallery": {"type": "string"}, "image": {"type": "string"}}
    document = deployment(template(distribute=target(galleryImageId=image)), parameters=declared)
    message = refusal(document)
    assert "parameters('gallery') has no value; parameters('image') has no value" in message
    places = '--set "subscription().subscriptionId"=… --set "resourceGroup().name"=…'
    assert f"--set gallery=… --set image=… {places}" in message


@pytest.mark.parametrize("kind", ["secureString", "secureobject"])
@pytest.mark.parametrize("given", [{}, {"address": "CANARY"}])
@pytest.mark.parametrize("default", [{}, {"defaultValue": "CANARY"}])
def test_a_secret_never_becomes_part_of_a_recipe(kind, given, default):
    """Everyone reads it who may read recipes, templates or the list of repairs."""
    step = {"type": "Shell", "inline": ["[concat('curl -H x:', parameters('address'))]"]}
    declared = {"address": {"type": kind, **default}}
    message = refusal(deployment(template(customize=[step]), parameters=declared), **given)
    assert "parameters('address') is a secret, which everyone sees who may read" in message
    assert "template; let the step read it from a Key Vault" in message
    assert "CANARY" not in message
    assert "--set" not in message


def test_an_empty_secret_is_none():
    """Switches are written that way: not(empty(parameters('password')))."""
    declared = {"password": {"type": "securestring", "defaultValue": ""}}
    line = "[if(empty(parameters('password')), 'echo none', 'echo some')]"
    document = deployment(
        template(customize=[{"type": "Shell", "inline": [line]}]), parameters=declared
    )
    made = repaired(document).document["properties"]["customize"][0]
    assert made["inline"] == ["echo none"]


@pytest.mark.parametrize("line", [
    "[concat('echo ', parameters('adminPassword'))]",
    "[format('echo {0}', variables('login').password)]",
    "[concat('echo ', base64ToString(base64(parameters('ADMINPASSWORD'))))]",
])  # fmt: skip
@pytest.mark.parametrize("in_list", [True, False])
def test_what_is_named_like_a_secret_is_not_shown_and_advised_against(line: str, in_list: bool):
    """A password that is declared as a plain text would stand in every report."""
    declared = {"adminPassword": {"type": "string", "defaultValue": "CANARYDEF"}}
    variables = {"login": {"password": "[parameters('adminPassword')]"}}
    step = {"type": "Shell", "inline": [line] if in_list else line}
    found = repaired(
        deployment(template(customize=[step]), parameters=declared, variables=variables)
    )
    said = "\n".join(str(repair) for repair in found.repairs)
    assert "CANARY" not in said
    assert "named like a secret, which everyone sees who may read the recipe; let the step" in said
    made = found.document["properties"]["customize"][0]
    assert made["inline"] == ["echo CANARYDEF"]


def test_a_fault_does_not_show_what_is_named_like_a_secret():
    """It is stored and shown as the list of repairs is."""
    declared = {"adminPassword": {"type": "string", "defaultValue": "CANARYDEF"}}
    size = {"vmSize": "[concat('a b ', parameters('adminPassword'))]"}
    message = refusal(deployment(template(vmProfile=size), parameters=declared))
    assert 'vmSize: is "…"; it must be the name of a VM size' in message
    assert "CANARY" not in message


def test_a_name_that_only_speaks_of_secrets_hides_nothing():
    """The list of repairs is there to be reviewed."""
    declared = {
        "keyVaultSecretName": {"type": "string", "defaultValue": "web-login"},
        "useToken": {"type": "bool", "defaultValue": True},
    }
    line = "[concat('fetch ', parameters('keyVaultSecretName'), string(parameters('useToken')))]"
    step = {"type": "Shell", "inline": [line]}
    found = repaired(deployment(template(customize=[step]), parameters=declared))
    said = "\n".join(str(repair) for repair in found.repairs)
    assert '→ "fetch web-loginTrue"' in said
    assert "like a secret" not in said
