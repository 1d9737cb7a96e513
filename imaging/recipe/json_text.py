"""A recipe's bytes as JSON, strictly: one object, plain UTF-8, nothing said twice.

Python's own reader is lenient (NaN, repeated keys, any depth, numbers of any length); what AIB or
another reader could understand differently is a fault here, with its line and column.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from imaging.errors import Fault
from imaging.limits import NUMBER_MAX_LENGTH, RECIPE_MAX_BYTES, RECIPE_MAX_DEPTH
from imaging.recipe.showing import join_path, show

# Brackets outside of texts and of the comments that template files may have.
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"?|//[^\n]*|/\*.*?(?:\*/|\Z)|[\[{]|[\]}]', re.DOTALL)
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class NotJsonError(Exception):
    """The bytes are not one JSON object; holds the fault."""

    def __init__(self, message: str) -> None:
        self.fault = Fault("", message)
        super().__init__(message)


class _Repeating(dict[str, Any]):
    """An object of the file that names the same key twice."""

    repeated: frozenset[str] = frozenset()


def parse_json_object(content: bytes) -> tuple[dict[str, Any], list[Fault]]:
    """Read one JSON object.

    Args:
        content: the file's bytes, UTF-8 with or without byte order mark.

    Returns:
        The object, and faults of keys that it repeats.

    Raises:
        NotJsonError: it cannot be read at all.
    """
    text = readable_text(content)
    try:
        document = json.loads(
            text,
            object_pairs_hook=object_of,
            parse_constant=_refuse_constant,
            parse_float=_finite_number,
            parse_int=_short_number,
        )
    except json.JSONDecodeError as error:
        raise NotJsonError(_explain(text, error.pos)) from None
    if not isinstance(document, dict):
        raise NotJsonError(f"the file holds {show(document)}; it must be one JSON object {{…}}")
    return document, list(repeated_keys(document))


def readable_text(content: bytes) -> str:
    """Decode a recipe's file, or a template's, that is neither too big nor too deep.

    Args:
        content: the file's bytes, UTF-8 with or without byte order mark.

    Raises:
        NotJsonError: nothing in any form may be read from it.
    """
    text = _decode(content)
    _refuse_depth(text)
    return text


def _decode(content: bytes) -> str:
    if len(content) > RECIPE_MAX_BYTES:
        raise NotJsonError(
            f"the file has {len(content)} bytes; it must have at most {RECIPE_MAX_BYTES}"
        )
    if content.startswith(_UTF16_MARKS):
        raise NotJsonError("the file is UTF-16; save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = _place(content[: error.start].decode("utf-8", "replace"), error.start)
        raise NotJsonError(
            f"{place}: byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from None


def _refuse_depth(text: str) -> None:
    depth = 0
    for token in re.finditer(_BRACKETS, text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > RECIPE_MAX_DEPTH:
            place = _place(text, token.start())
            raise NotJsonError(f"{place}: nested deeper than {RECIPE_MAX_DEPTH} levels")


def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object that remembers which keys the file repeats.

    Args:
        pairs: keys and values as the standard reader finds them.

    Raises:
        NotJsonError: for a key that nobody can write.
    """
    for key, _ in pairs:
        _refuse_half_character(key)
    found = _Repeating(pairs)
    if len(found) < len(pairs):
        times = Counter(key for key, _ in pairs)
        found.repeated = frozenset(key for key in times if times[key] > 1)
    return found


def _refuse_half_character(key: str) -> None:
    """Refuse a name with a surrogate that has no partner: no encoding can write it."""
    try:
        key.encode()
    except UnicodeEncodeError:
        said = f"the file has the name {show(key)}, which holds half of a character"
        raise NotJsonError(said) from None


def _refuse_constant(word: str) -> float:
    raise NotJsonError(f"the file holds {word}, which is no JSON number")


def _finite_number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise NotJsonError(f"the file holds the number {show(digits)}, which is too large")
    return number


def _short_number(digits: str) -> int:
    if len(digits) > NUMBER_MAX_LENGTH:
        raise NotJsonError(
            f"the file holds a whole number of {len(digits)} digits, which is too large"
        )
    return int(digits)


def repeated_keys(value: object, path: tuple[str | int, ...] = ()) -> Iterator[Fault]:
    """List the keys that objects repeat.

    Args:
        value: as it was read with `object_of`.
        path: keys and indexes that lead to it.
    """
    if isinstance(value, _Repeating):
        for name in sorted(value.repeated):
            yield Fault(join_path((*path, name)), "is written twice; keep one")
    for key, child in _children(value):
        yield from repeated_keys(child, (*path, key))


def _children(value: object) -> list[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _place(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    column = position - (text.rfind("\n", 0, position) + 1) + 1
    return f"line {line}, column {column}"


def _explain(text: str, position: int) -> str:
    """Say in our own words what stands where JSON breaks; Python's words differ by version."""
    rest = text[position:].lstrip(" \t\r\n")
    position = len(text) - len(rest)
    before = text[:position].rstrip(" \t\r\n,")
    comma = text.find(",", len(before), position + 1)
    if rest.lstrip(", \t\r\n")[:1] in ("}", "]") and comma >= 0:
        return f"{_place(text, comma)}: a comma before the closing bracket; take it away"
    return f"{_place(text, position)}: {_found(text, rest)}"


def _found(text: str, rest: str) -> str:
    if not rest:
        ended = "the file ends too early; a bracket or quote is not closed"
        return ended if text.strip() else "the file is empty; it must be one JSON object {…}"
    if rest.startswith(("//", "/*", "#")):
        return "a comment; JSON has none"
    if rest.startswith("'"):
        return "a single quote; JSON wants double quotes"
    if rest.startswith('"') and "\n" in rest and not re.match(r'"(?:[^"\\\n]|\\.)*"', rest):
        return "a text that is not closed on its line"
    return (
        f"unexpected {show(rest[:1])}; "
        "a comma, colon, quote or bracket is missing or too much before it"
    )
