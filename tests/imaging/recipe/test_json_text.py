"""A recipe that is no good JSON is refused with line, column and what stands there."""

from __future__ import annotations

import json

import pytest

from tests.imaging.recipe.documents import LINUX, faults_of_text

GOOD = json.dumps(LINUX)
AROUND = "a comma, colon, quote or bracket is missing or too much before it"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1, column 1: the file is empty; it must be one JSON object {…}"),
        (" \n\t", "line 2, column 2: the file is empty; it must be one JSON object {…}"),
        ("[]", "the file holds []; it must be one JSON object {…}"),
        ('"text"', 'the file holds "text"; it must be one JSON object {…}'),
        ('{"a": 1', "line 1, column 8: the file ends too early; a bracket or quote is not closed"),
        (
            '{\n  "a": 1,\n}',
            "line 2, column 9: a comma before the closing bracket; take it away",
        ),
        ('{"a": [1, 2,]}', "line 1, column 12: a comma before the closing bracket; take it away"),
        ('{"a": 1, // why\n"b": 2}', "line 1, column 10: a comment; JSON has none"),
        ('{\n# why\n"b": 2}', "line 2, column 1: a comment; JSON has none"),
        ("{'a': 1}", "line 1, column 2: a single quote; JSON wants double quotes"),
        (
            '{"a": 1\n "b": 2}',
            'line 2, column 2: unexpected "\\""; ' + AROUND,
        ),
        (
            '{"a": <x>}',
            'line 1, column 7: unexpected "<"; ' + AROUND,
        ),
        (
            '{"a": 1} {"b": 2}',
            'line 1, column 10: unexpected "{"; ' + AROUND,
        ),
        (
            '{"a": {"\\ud800b": 1}}',
            'the file has the name "\\ud800b", which holds half of a character',
        ),
        ('{"a": NaN}', "the file holds NaN, which is no JSON number"),
        ('{"a": -Infinity}', "the file holds -Infinity, which is no JSON number"),
        ('{"a": 1e999}', 'the file holds the number "1e999", which is too large'),
        (
            f'{{"a": {"9" * 5000}}}',
            "the file holds a whole number of 5000 digits, which is too large",
        ),
        ('{"a": ' + "[" * 17 + "]" * 17 + "}", "line 1, column 22: nested deeper than 16 levels"),
        ("[" * 60000, "line 1, column 17: nested deeper than 16 levels"),
    ],
)
def test_broken_json_is_explained(text: str, said: str) -> None:
    """Python's own words differ between its versions and name no remedy."""
    assert faults_of_text(text.encode()) == [said]


def test_brackets_in_a_text_are_not_depth() -> None:
    """Shell lines are full of brackets."""
    text = GOOD.replace('"true"', json.dumps("[[[[" * 20 + '"\\'))
    assert faults_of_text(text.encode()) == []


def test_a_byte_order_mark_is_taken_as_windows_writes_it() -> None:
    """PowerShell's Out-File writes one; it harms nobody."""
    assert faults_of_text(b"\xef\xbb\xbf" + GOOD.encode()) == []


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_named(encoding: str) -> None:
    """Windows PowerShell's > writes it, and nobody sees it in an editor."""
    content = ("\ufeff" + GOOD).encode(encoding)
    assert faults_of_text(content) == ["the file is UTF-16; save it as UTF-8"]


def test_another_encoding_is_named_with_its_place() -> None:
    """An umlaut of an old editor is hard to find otherwise."""
    assert faults_of_text(b'{\n"a": "gr\xfcn"}') == [
        "line 2, column 9: byte 0xfc is not UTF-8; save the file as UTF-8"
    ]


def test_a_file_of_more_than_64_kb_is_refused() -> None:
    """A recipe is read whole and kept in reports."""
    content = GOOD.encode() + b" " * (64 * 1024 + 1 - len(GOOD))
    assert faults_of_text(content) == ["the file has 65537 bytes; it must have at most 65536"]
    assert faults_of_text(content[:-1]) == []


def test_a_key_that_is_written_twice_is_named_with_its_place() -> None:
    """Python takes the last one and others the first: two people would see two recipes."""
    text = GOOD.replace('"type": "Shell"', '"type": "Shell", "type": "Shell"')
    assert faults_of_text(text.encode()) == [
        "properties.customize[0].type: is written twice; keep one"
    ]


def test_half_a_character_is_refused_where_one_of_some_words_is_wanted() -> None:
    """Such a value is read by a rule that is not ours and must not be told in its words."""
    text = GOOD.replace('"PlatformImage"', '"\\ud800"')
    [fault] = faults_of_text(text.encode())
    assert fault.startswith('properties.source.type: is "\\ud800"; it must be one of Platform')
    text = GOOD.replace('"properties"', '"identity": {"type": "\\ud800"}, "properties"')
    assert faults_of_text(text.encode())[0] == (
        'identity.type: is "\\ud800"; it must be a text without half of a character'
    )


def test_half_a_character_is_refused() -> None:
    """A lone surrogate cannot be sent to Azure."""
    text = GOOD.replace('"true"', '"\\ud800"')
    assert faults_of_text(text.encode()) == [
        'properties.customize[0].inline[0]: is "\\ud800"; it must not contain control characters'
    ]
