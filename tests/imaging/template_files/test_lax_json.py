"""Files that are nearly JSON."""

import json
import re

import pytest

from imaging.template_files import repair_template
from tests.imaging.template_files.templates import refusal, template

STRICT = json.dumps(template(), indent=2)


def test_a_strict_recipe_needs_no_repair():
    """What is right stays as it is, byte for byte in meaning."""
    found = repair_template(STRICT)
    assert found.repairs == []
    assert found.document == template()


@pytest.mark.parametrize(
    ("lax", "what"),
    [
        ("// made by hand\n" + STRICT, "comments (1)"),
        (STRICT.replace('"source"', '/* base, "quoted" , */ "source"'), "comments (1)"),
        (STRICT.replace("}\n    ]", "},\n    ]"), "trailing commas (1)"),
        ("\ufeff" + STRICT, None),
        (STRICT.replace('"westeurope",', '"westeurope", // "stray quote'), "comments (1)"),
        ("# made by hand\n" + STRICT, "comments (1)"),
        (STRICT.replace('"source"', "'source'"), "single quotes (1)"),
        (STRICT.replace('"source"', "source"), "names without quotes (1)"),
        (STRICT.replace("\n", "\r\n"), None),
        (
            STRICT.replace("  ", "\u00a0 ", 1),
            "blanks of another kind, as web pages have them (1)",
        ),
    ],
)
def test_comments_and_trailing_commas_are_taken_as_they_were_meant(lax, what):
    """ARM's own tools accept them, so people have them."""
    found = repair_template(lax)
    assert found.document == template()
    said = [str(repair) for repair in found.repairs if repair.path == ""]
    assert [re.sub(", first at line [0-9]+, column [0-9]+", "", one) for one in said] == (
        [f"{what} taken as they were meant"] if what else []
    )


def test_the_first_place_of_what_is_lax_is_named():
    """In a file of a thousand lines nobody finds a comma by its number."""
    lax = "//\n " + STRICT.replace("}\n    ]", "}, // here\n    ]")
    line = STRICT[: STRICT.index("}\n    ]")].count("\n") + 2
    repairs = repair_template("\ufeff" + lax).repairs
    assert [str(repair) for repair in repairs] == [
        "comments (2, first at line 1, column 1) taken as they were meant",
        f"trailing commas (1, first at line {line}, column 8) taken as they were meant",
    ]


def test_what_looks_like_a_comment_in_a_text_stays():
    """Every address holds two slashes."""
    steps = [{"type": "Shell", "inline": ["curl https://x.example/a /* b */", "echo 'a,]'"]}]
    found = repair_template(json.dumps(template(customize=steps)))
    assert found.document["properties"]["customize"] == steps
    assert found.repairs == []


def test_a_line_break_in_a_text_is_kept():
    """ARM templates may have texts of several lines."""
    text = json.dumps(template(customize=[{"type": "Shell", "inline": ["echo aBREAKecho b"]}]))
    found = repair_template(text.replace("BREAK", "\n"))
    assert found.document["properties"]["customize"][0]["inline"] == ["echo a\necho b"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the file is empty"),
        ("// only a remark", "the file is empty"),
        ('{"a": 1', "the file ends too early"),
        ('{\n  "a": 1\n  "b": 2\n}', "line 3, column 3: a comma"),
        ("// one\n/* two\n three */ {'a: 1}", "line 3, column 12"),
        (STRICT + "\n" + STRICT, "something stands behind the end: '{'"),
        ('{"a" <b>: 1}', "line 1, column 6: a comma, colon, quote or bracket is missing"),
        ('{"a\\ud800": 1}', "half of a character"),
        ('{"a": NaN}', "the file holds NaN, which is no JSON number"),
        ('{"a": 1e9999, "b": "C:\\Program Files"}', "column 23: a lone backslash in a text"),
        ("{\u201ca\u201d: 1}", 'line 1, column 2: \u201c is a quote of a word processor; write "'),
        ("```json\n{}\n```", "line 1, column 1: ``` marks code in Markdown; bring what stands"),
        ("{}\n```", "line 2, column 1: ``` marks code in Markdown"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": "' + "x" * 1_100_000 + '"}', "1,048,576 fit"),
        ("param location string\nresource t 'x@2022-02-14' = {}", "is Bicep"),
        ("// by the platform team\nparam location string", "is Bicep"),
        ("/* by */\nimport * as x from 'y.bicep'\n", "is Bicep"),
        ("@description('x')\nparam location string", "is Bicep"),
        ('# by\nresource "azapi_resource" "t" {\n}', "is Terraform"),
        ("# by\nlocation: westeurope\n", "is YAML"),
        ("[1, 2]", "no JSON object"),
        ('"text"', "no JSON object"),
    ],
)
def test_what_cannot_be_read_says_where(text, why):
    """Line and column of the file as it is, not of what was left of it."""
    assert why in refusal(text)


def test_a_key_that_says_the_same_twice_is_no_fault():
    """It is noted, and nobody has to look which of the two counts."""
    found = repair_template(STRICT.replace('"location"', '"location": "westeurope", "location"'))
    assert found.document == template()
    (repair,) = found.repairs
    assert str(repair) == 'written twice with one value, taken once: "location"'


def test_keys_that_are_written_twice_are_named_with_their_place_and_the_other_faults():
    """Skeletons repeat `"<name>": "<value>"`; one look shall tell everything."""
    whole = template(buildTimeoutInMinutes=961) | {"tags": {"<name>": "a", "b": "b"}}
    message = refusal("// x\n" + json.dumps(whole).replace('"b": "b"', '"<name>": "b"'))
    assert 'tags["<name>"]: is written twice; keep one' in message
    assert "properties.buildTimeoutInMinutes: is 961" in message


def test_a_bare_placeholder_can_be_given():
    """Microsoft's samples are meant to be filled by sed."""
    text = STRICT.replace('"westeurope",', "<region>,", 1)
    found = repair_template(text, values={"Region": "westeurope"})
    assert found.document == template()


def test_all_bare_placeholders_are_named_at_once_with_the_others():
    """Who fills in one only to hear of the next has to come many times."""
    steps = [{"type": "Shell", "inline": ["BARE"]}]
    whole = template(buildTimeoutInMinutes="MINUTES", customize=steps, stagingResourceGroup="<id>")
    text = json.dumps(whole).replace('"MINUTES"', "<minutes>").replace('"BARE"', "<command>")
    message = refusal(text)
    for place, name in (
        ("buildTimeoutInMinutes", "minutes"),
        ("customize[0].inline[0]", "command"),
        ("stagingResourceGroup", "id"),
    ):
        said = f"holds the placeholder <{name}>; write the real value, or give it with --set {name}"
        assert f"properties.{place}: {said}" in message


def test_quotes_inside_single_quotes_are_kept():
    """A script has both kinds."""
    step = {"type": "Shell", "inline": ['echo "it\'s"']}
    text = json.dumps(template(customize=[step])).replace(
        json.dumps(step["inline"][0]), r"""'echo "it\'s"'"""
    )
    assert repair_template(text).document["properties"]["customize"] == [step]


@pytest.mark.parametrize(
    "text",
    [
        "/*" * 500_000,
        "/* */" * 200_000 + "x",
        '"' + '\\"' * 300_000,
        "'" + "\\'" * 300_000,
        "a" * 1_000_000,
        "a " * 500_000,
        "<a" * 500_000,
        "{" * 500 + "}" * 500,
        "{'a\"b':" + "[" * 900 + "]" * 900 + "}",
    ],
    ids=range(9),
)
def test_a_hostile_text_is_gone_through_once(text):
    """A reader that goes back again and again would hold up every other build for minutes."""
    assert refusal(text)
