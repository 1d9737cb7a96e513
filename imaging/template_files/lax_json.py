"""JSON as people write it: comments, trailing commas, single quotes, bare names and placeholders.

What is lax is blanked out without moving anything, so that line and column in messages stay right;
then the standard reader does its work.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial

from imaging.recipe.json_text import NotJsonError, object_of, repeated_keys
from imaging.recipe.plain_secrets import looks_like_secret
from imaging.recipe.showing import show
from imaging.template_files.json_values import Json, JsonObject, is_deeper
from imaging.template_files.repair_list import Repair, Repairs

_MAX_CHARACTERS = 1024 * 1024
_MAX_DEPTH = 100
_LINE = 300  # characters of a broken line that may tell a secret
# Each alternative runs to its end or to the text's, so that no text is gone through twice.
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*(?:"|\\?\Z))
      | (?P<quoted>'(?:[^'\\\n]|\\.)*(?:'|(?=\n)|\\?\Z))
      | (?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z)|\#[^\n]*)
      | (?P<bare>(?<![\w$])[A-Za-z_$][\w$]*+(?=\s*+:))
      | (?P<comma>,)
      | (?P<blank>[\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff])
      | (?P<close>[}\]])
      | (?P<placeholder><[A-Za-z][^<>"\n]*>)
      | (?P<other>\S)""",
    re.DOTALL | re.VERBOSE,
)
_KINDS = {
    "comment": "comments",
    "quoted": "single quotes",
    "bare": "names without quotes",
    "comma": "trailing commas",
    "placeholder": "placeholders without quotes",
    "blank": "blanks of another kind, as web pages have them",
    "text": "line breaks and tabs in texts",
}
_BLANKS = " \t\r\n"
_QUOTES_OF_TYPE = re.compile("[\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb]")
_CONTROL = re.compile(r"[\x00-\x1f]")
_NOT_A_LINE_END = re.compile(r"[^\n]")


class UnreadableError(Exception):
    """The text is not even lax JSON; says where and why."""


def read_lax_json(text: str, repairs: Repairs) -> Json:
    """Read JSON with comments and trailing commas.

    Args:
        text: the file.
        repairs: gets one entry for each kind of laxness.

    Returns:
        The value.

    Raises:
        UnreadableError: with line and column.
    """
    if len(text) > _MAX_CHARACTERS:
        raise UnreadableError(f"the file has {len(text):,} characters, {_MAX_CHARACTERS:,} fit")
    strict = _without_laxness(text.removeprefix("\ufeff"), repairs)
    repeats: list[str] = []
    try:
        found: Json = json.loads(
            strict,
            strict=False,
            object_pairs_hook=partial(_object_of, repeats=repeats),
            parse_constant=_refuse,
        )
    except json.JSONDecodeError as error:
        raise UnreadableError(_explain(strict, error)) from None
    except NotJsonError as error:
        raise UnreadableError(str(error)) from None
    except (RecursionError, ValueError):
        raise UnreadableError("the file is nested too deeply, or holds an absurd number") from None
    if is_deeper(found, _MAX_DEPTH):
        raise UnreadableError(f"the file is nested deeper than {_MAX_DEPTH} levels")
    repairs.faults.extend(repeated_keys(found))
    if repeats:
        names = ", ".join(dict.fromkeys(map(show, repeats)))
        repairs.done.append(Repair("", f"written twice with one value, taken once: {names}"))
    return found


def _object_of(pairs: list[tuple[str, Json]], repeats: list[str]) -> JsonObject:
    """Make an object of names, of which those that say the same twice are no fault."""
    first: JsonObject = {}
    differing: list[tuple[str, Json]] = []
    for name, value in pairs:
        if name not in first:
            first[name] = value
        elif first[name] == value and type(first[name]) is type(value):
            repeats.append(name)
        else:
            differing.append((name, value))
    return object_of([*first.items(), *differing])


def _without_laxness(text: str, repairs: Repairs) -> str:
    pieces = list(text)
    found: dict[str, list[int]] = {kind: [] for kind in _KINDS}
    comma: int | None = None
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup or ""
        if kind == "close" and comma is not None:
            pieces[comma] = " "
            found["comma"].append(comma)
        if kind not in {"comment", "blank"}:
            comma = token.start() if kind == "comma" else None
        if kind == "placeholder":
            repairs.bare.add(token[0])
        strict = _strict(token, kind)
        if strict is not None:
            pieces[token.start() : token.end()] = [strict, *[""] * (len(token[0]) - 1)]
        if _is_lax(token, kind):
            found[kind].append(token.start())
    repairs.done.extend(_said_once(text, found))
    return "".join(pieces)


def _said_once(text: str, found: Mapping[str, list[int]]) -> Iterator[Repair]:
    """Say once of each kind of laxness how often it is there, and where first."""
    for kind, what in _KINDS.items():
        if places := found[kind]:
            where = f"{len(places)}, first at {_place(text, places[0])}"
            yield Repair("", f"{what} ({where}) taken as they were meant")


def _strict(token: re.Match[str], kind: str) -> str | None:
    """Write a lax token as JSON has it, or return None where it is fine."""
    if kind == "blank":
        return " "
    if kind == "comment":
        return _NOT_A_LINE_END.sub(" ", token[0])
    if kind in {"bare", "placeholder"}:
        return json.dumps(token[0])
    if kind == "quoted" and token[0].endswith("'"):
        inside = token[0][1:-1].replace("\\'", "'")
        return '"' + re.sub(r'(\\.)|"', lambda found: found[1] or '\\"', inside) + '"'
    return None


def _is_lax(token: re.Match[str], kind: str) -> bool:
    if kind == "text":
        return _CONTROL.search(token[0]) is not None
    return kind in {"comment", "quoted", "bare", "placeholder", "blank"}


def _refuse(word: str) -> Json:
    raise NotJsonError(f"the file holds {word}, which is no JSON number")


def _explain(text: str, error: json.JSONDecodeError) -> str:
    rest = text[error.pos :].lstrip(_BLANKS)
    if not text.strip():
        return "the file is empty"
    if not rest:
        return "the file ends too early: a bracket or quote is not closed"
    place = _place(text, len(text) - len(rest))
    begin = len(text) - len(rest)
    line = text[:begin].rpartition("\n")[2][-_LINE:] + rest.partition("\n")[0][:_LINE]
    word = re.split(f"[{_BLANKS}]", rest, maxsplit=1)[0][:20]
    found = repr(word[:1] if looks_like_secret(line) else word)
    slip = _known_slip(text, rest)
    if error.msg == "Extra data" and not slip:
        return f"{place}: something stands behind the end: {found}"
    missing = f"a comma, colon, quote or bracket is missing or too much before {found}"
    return f"{place}: {slip or missing}"


def _known_slip(text: str, rest: str) -> str | None:
    """Say what is wrong where people often slip."""
    if rest.startswith("```") or text.lstrip().startswith("```"):
        return "``` marks code in Markdown; bring what stands between the marks"
    if _QUOTES_OF_TYPE.match(rest):
        return f'{rest[0]} is a quote of a word processor; write " as code has it'
    if rest.startswith("\\"):
        return "a lone backslash in a text; write two for one"
    return None


def _place(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    return f"line {line}, column {position - text.rfind(chr(10), 0, position)}"
