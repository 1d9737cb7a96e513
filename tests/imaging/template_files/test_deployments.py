"""ARM deployments, and what can be computed of them."""

import json

import pytest

from imaging.template_files import repair_template
from tests.imaging.template_files.templates import (
    DEFINITION,
    GROUP,
    IDENTITY,
    KIND,
    deployment,
    properties_of,
    refusal,
    repaired,
    target,
    template,
)

PARAMETERS = {
    "region": {"type": "string", "defaultValue": "westeurope"},
    "size": {"type": "int", "defaultValue": 64},
    "names": {"type": "array", "defaultValue": ["one", "two"]},
    "base": {"type": "object", "defaultValue": {"Group": "images", "tier": None}},
    "open": {"type": "string"},
    "regions": {"type": "array"},
    "again": {"type": "string", "defaultValue": "[parameters('region')]"},
    "loop": {"type": "string", "defaultValue": "[variables('loop')]"},
    "braces": {"type": "string", "defaultValue": "{{ x }}"},
    "optional": {"type": "string", "nullable": True},
    "switch": {"type": "bool", "defaultValue": False},
    "stamp": {"type": "string", "defaultValue": "[newGuid()]"},
}
VARIABLES = {
    "greeting": "[concat('hello ', parameters('region'))]",
    "loop": "[parameters('loop')]",
    "tags": {"by": "[toUpper('kiln')]"},
}

COMPUTED = [
    ("[parameters('region')]", "westeurope"),
    ("[PARAMETERS('Region')]", "westeurope"),
    ("[parameters('again')]", "westeurope"),
    ("[variables('greeting')]", "hello westeurope"),
    ("[variables('tags').by]", "KILN"),
    ("[parameters('names')[1]]", "two"),
    ("[parameters('base').group]", "images"),
    ("[parameters('base')['Group']]", "images"),
    ("[concat('it''s ', string(parameters('size')))]", "it's 64"),
    ("[format('{0}-{1}', 'a', parameters('size'))]", "a-64"),
    ("[if(equals(parameters('region'), 'westeurope'), 'near', parameters('open'))]", "near"),
    ("[if(equals(parameters('region'), 'WestEurope'), parameters('open'), 'far')]", "far"),
    ("[format('{{0}} {0}', parameters('braces'))]", "{0} {{ x }}"),
    (
        '[string(union(json(\'{"a":{"b":1}}\'), json(\'{"a":{"c":"é"},"d":[]}\')))]',
        '{"a":{"b":1,"c":"é"},"d":[]}',
    ),
    ("[uri('https://a.example/b/', '/install.sh')]", "https://a.example/b/install.sh"),
    ("[if(and(true(), not(false())), 'both', 'one')]", "both"),
    ("[if(empty(parameters('names')), parameters('open'), 'some')]", "some"),
    ("[coalesce(parameters('optional'), 'other')]", "other"),
    ("[join(split('a,b', ','), '+')]", "a+b"),
    ("[replace(toLower('A B'), ' ', '-')]", "a-b"),
    ("[substring('template', 0, 4)]", "temp"),
    ("[last(parameters('names'))]", "two"),
    ("[string(length(parameters('names')))]", "2"),
    ("[tryGet(parameters('base'), 'group', 'deeper')]", None),
    ("[string(add(sub(7, 2), mul(2, div(-7, 2))))]", "-1"),
    ("[string(max(1, min(5, 3)))]", "3"),
    ("[take(skip('template', 2), 3)]", "mpl"),
    ("[string(union(createArray('b', 1), createArray(true(), 'b', 'a')))]", '["b",1,true,"a"]'),
    ("[base64ToString(base64('kiln'))]", "kiln"),
    ("[uri('https://a.example/b/main.json', 'install.sh')]", "https://a.example/b/install.sh"),
    ("[subscriptionResourceId('s', 'X.Y/z', 'n')]", "/subscriptions/s/providers/X.Y/z/n"),
    ("[extensionResourceId('/a/b', 'X.Y/z', 'n')]", "/a/b/providers/X.Y/z/n"),
    ("[[not an expression]", "[not an expression]"),
    ("[[ -f /etc/hosts ]] && true", "[[ -f /etc/hosts ]] && true"),
    (
        "[Net.ServicePointManager]::Expect100Continue",
        "[Net.ServicePointManager]::Expect100Continue",
    ),
    ("[ -f /etc/hosts ]", "[ -f /etc/hosts ]"),
]


@pytest.mark.parametrize(("expression", "value"), COMPUTED)
def test_an_expression_of_literals_is_computed(expression, value):
    """The same deployment gave the same value every time, so the recipe can hold it."""
    resource = template() | {"tags": {"x": expression}}
    found = repaired(deployment(resource, parameters=PARAMETERS, variables=VARIABLES))
    assert found.document["tags"] == ({} if value is None else {"x": value})


UNRESOLVED = [
    (
        "[parameters('open')]",
        "parameters('open') has no value; write the value, or give it with --set open=…",
    ),
    ("[parameters('missing')]", "parameters('missing') has no value"),
    ("[variables('missing')]", "variables('missing') has no value"),
    ("[concat('a', parameters('open'))]", "parameters('open')"),
    ("[resourceGroup().location]", "resourceGroup().location is known only to the deployment"),
    ("[subscription().subscriptionId]", '--set "subscription().subscriptionId"=…'),
    ("[utcNow('yyyy')]", "utcNow() is known only"),
    ("[uniqueString('a')]", "uniqueString() is known only"),
    ("[reference('x').outputs.y]", "reference() is known only"),
    ("[format('{0:D4}', 7)]", "format() does not fit what stands"),
    ("[format('{name}', 7)]", "format() does not fit what stands"),
    ("[substring('abc', 1, 9)]", "substring() does not fit what stands"),
    ("[substring('abc', -1)]", "substring() does not fit what stands"),
    ("[if('true', 'a', 'b')]", "if() does not fit what stands"),
    ("[string(not('true'))]", "not() does not fit what stands"),
    ("[string(or(false(), 1))]", "or() does not fit what stands"),
    ("[string(union(json('{}'), createArray()))]", "union() does not fit what stands"),
    ("[resourceId('a', 'b', 'c', 'X.Y/z', 'n')]", "resourceId() does not fit"),
    ("[resourceId('a', 'b', 'X.Y/z', 'n', 'too many')]", "resourceId() does not fit"),
    ("[variables('loop')]", "refers to itself"),
    ("[concat('a'; 'b')]", "cannot be read"),
    ("[concat('a', )]", "cannot be read"),
    ("[parameters('names')[7]]", "there is no '7'"),
    ("[fx.steps('a')]", "fx.steps() is a function of the deployment's own"),
    ("[sort(createArray(1), lambda('i', 1))]", "sort() is not computed here"),
    ("[copyIndex()]", "copyIndex() stands in no loop"),
    ("[div(1, 0)]", "div() does not fit"),
    ("[environment().suffixes.storage]", '--set "environment().suffixes.storage"=…'),
    (
        "[parameters('stamp')]",
        "newGuid() is known only to the deployment; write the value, or give",
    ),
    ("[" + "concat(" * 100 + "'a'" + ")" * 100 + "]", "cannot be read"),
]


@pytest.mark.parametrize(("expression", "why"), UNRESOLVED)
def test_an_expression_that_stays_open_is_refused_by_name(expression, why):
    """A recipe has no parameters; people learn which value to write."""
    resource = template() | {"tags": {"x": expression}}
    message = refusal(deployment(resource, parameters=PARAMETERS, variables=VARIABLES))
    assert why in message
    assert "tags.x: " in message


def test_given_values_fill_parameters_and_surroundings():
    """One template often serves several recipes."""
    gallery = "[resourceId('Microsoft.Compute/galleries/images', 'gallery', parameters('open'))]"
    regions = "[parameters('regions')]"
    resource = template(distribute=target(galleryImageId=gallery, replicationRegions=regions))
    found = properties_of(
        deployment(resource, parameters=PARAMETERS),
        **{
            "open": "webapp",
            "regions": '["North Europe"]',
            "resourceGroup().name": "images",
            "subscription().subscriptionId": GROUP.split("/")[2],
        },
    )
    assert found["distribute"][0]["galleryImageId"] == DEFINITION
    assert found["distribute"][0]["targetRegions"] == [{"name": "northeurope"}]


@pytest.mark.parametrize(("given", "value"), [("true", "on"), ("False", "off")])
def test_a_switch_is_given_as_other_tools_take_it(given, value):
    """Azure's command line takes `True`; taken for a text, it would have switched off."""
    resource = template() | {"tags": {"x": "[if(parameters('switch'), 'on', 'off')]"}}
    found = repaired(deployment(resource, parameters=PARAMETERS), switch=given)
    assert found.document["tags"] == {"x": value}


def test_a_switch_that_is_neither_on_nor_off_is_refused():
    """It would choose one of two ways, and nobody would know why."""
    resource = template() | {"tags": {"x": "[if(parameters('switch'), 'on', 'off')]"}}
    message = refusal(deployment(resource, parameters=PARAMETERS), switch="yes")
    assert "parameters('switch') is true or false; write the value, or give it" in message


SKETCH = {"type": "PlatformImage", "publisher": "p", "offer": "o", "version": "latest"}
SKETCHED = {
    "parameters": {"where": {"type": "string", "defaultValue": "<region>"}},
    "variables": {"image": SKETCH | {"sku": "<sku>"}},
}


def test_placeholders_in_what_an_expression_stands_for_can_be_given():
    """A default is a placeholder where a script is meant to fill in the file."""
    resource = template(source="[variables('image')]") | {"location": "[parameters('where')]"}
    found = repaired(deployment(resource, **SKETCHED), sku="s", region="westus2").document
    assert found["properties"]["source"] == SKETCH | {"sku": "s"}
    assert found["location"] == "westus2"


def test_placeholders_in_what_an_expression_stands_for_are_named():
    """Without the name of the option people would have to guess it."""
    document = deployment(template(source="[variables('image')]"), **SKETCHED)
    assert "properties.source.sku: holds the placeholder <sku>; write the real" in refusal(document)
    assert "--set sku=…" in refusal(document)


def test_location_and_identity_may_stay_open():
    """Kiln's settings supply both, and almost every sample leaves them to a parameter."""
    identity = {"type": "UserAssigned", "userAssignedIdentities": {"<imgBuilderId>": {}}}
    resource = template() | {"location": "[parameters('open')]", "identity": identity}
    found = repaired(deployment(resource, parameters=PARAMETERS))
    assert set(found.document) == {"properties"}
    said = "\n".join(map(str, found.repairs))
    assert "location: left out, parameters('open') has no value; Kiln's setting BUILD_LOC" in said
    assert "identity: left out, <imgBuilderId> is only a placeholder; Kiln's setting AIB" in said


def test_the_envelope_is_left_out_and_said():
    """Nothing disappears silently."""
    other = {"type": "Microsoft.Compute/galleries", "name": "g"}
    document = deployment(template() | {"dependsOn": [], "Name": "x"})
    document["resources"].insert(0, other)
    found = repaired(document)
    assert found.document == template()
    paths = {repair.path for repair in found.repairs}
    assert paths == {"resources", "name", "Name", "type", "apiVersion", "dependsOn"}
    assert any("Microsoft.Compute/galleries" in str(repair) for repair in found.repairs)


def test_resources_by_name_are_read_too():
    """Newer Bicep writes an object instead of a list."""
    document = deployment(template())
    document["resources"] = {"image": document["resources"][0]}
    assert repaired(document).document == template()


@pytest.mark.parametrize(
    ("resources", "why"),
    [
        ([], "holds no resources"),
        ([{"type": "Microsoft.Compute/images"}], "holds no resources"),
        ([{"type": KIND, "properties": {}}] * 2, "holds 2 resources"),
        ([{"type": KIND, "copy": {"count": 2}, **template()}], "is made by a loop, 'copy'"),
    ],
)
def test_a_deployment_without_exactly_one_template_is_refused(resources, why):
    """Kiln would have to guess which image is meant."""
    assert why in refusal({"resources": resources})


def test_an_export_of_the_command_line_is_put_in_order():
    """`az image builder show` flattens the properties and adds what the service filled in."""
    whole = template(vmProfile={"vmSize": "", "osDiskSizeGb": 0, "vnetConfig": None})
    flat = {
        **whole["properties"],
        "location": "westeurope",
        "id": "x",
        "name": "t",
        "resourceGroup": "images",
        "provisioningState": "Succeeded",
        "lastRunStatus": None,
        "exactStagingResourceGroup": "/x",
        "stagingResourceGroup": "",
        "tags": None,
        "type": KIND,
        "identity": {
            "type": "UserAssigned",
            "userAssignedIdentities": {IDENTITY: {"clientId": "a", "principalId": "b"}},
        },
    }
    flat["source"]["exactVersion"] = "24.04.202401010"
    found = repaired(flat).document
    whole["properties"]["vmProfile"] = {"osDiskSizeGB": 0}
    del flat["source"]["exactVersion"]
    assert found["properties"] == whole["properties"]
    assert found["identity"]["userAssignedIdentities"] == {IDENTITY: {}}
    assert set(found) == {"location", "identity", "properties"}


def test_a_key_that_is_written_twice_where_nothing_reads_it_is_no_fault():
    """Published deployments repeat keys in parameters that only name the template."""
    text = json.dumps(deployment(template(), parameters={"id": {"type": "string"}}))
    text = text.replace('"type": "string"', '"defaultValue": "", "defaultValue": "[newGuid()]"')
    assert repair_template(text).document == template()


def test_a_key_that_is_written_twice_where_it_counts_is_a_fault():
    """Readers differ in which of the two they take."""
    whole = template() | {"location": "[parameters('region')]"}
    text = json.dumps(deployment(whole, parameters={"Region": {"defaultValue": "eastus"}}))
    text = text.replace('"defaultValue"', '"defaultValue": "westus", "defaultValue"')
    message = refusal(text)
    assert "parameters.Region.defaultValue: is written twice; keep one" in message


@pytest.mark.parametrize("written", ["<baseos>", "$(baseos)", "#{baseos}#"])
def test_a_tag_that_is_only_a_placeholder_is_asked_for(written):
    """Skeletons have them, and nobody looks at tags before somebody counts costs."""
    document = template(distribute=target(artifactTags={"base": written})) | {"apiVersion": "x"}
    message = refusal(document)
    assert f"artifactTags.base: holds the placeholder {written}; write the real value" in message
    assert "--set baseos=…" in message
    (made,) = properties_of(document, baseos="ubuntu")["distribute"]
    assert made["artifactTags"] == {"base": "ubuntu"}
