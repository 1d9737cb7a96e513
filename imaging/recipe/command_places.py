"""Places in a command where no value may stand, whatever it is.

A value is harmless as an argument, or as a part of one. It must neither choose what runs, nor the
name of a variable or a function, and what stands right beside it must not make something else of
it: `7>file` writes nothing to the file, and `$name7` is another variable.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from imaging.recipe.command_names import is_assigned, runner, runs_texts
from imaging.recipe.command_words import CommandPlace, Dialect, places_in

_EXPANDS_ON_LINUX = re.compile(r"(?:[\\`~]|\$\{?[\w:]*)$", re.ASCII)
_EXPANDS_ON_WINDOWS = re.compile(r"(?:[`@%~^]|\$\{?[\w:]*)$", re.ASCII)
_LOOKED_AT = 300  # characters before a reference
_QUOTES = "'\"\u2018\u2019\u201c\u201d"
_MEMBER = re.compile(r"[$(\[][^\\/\s]*(?:\.|::)")
_IN_BRACKETS = re.compile(r"(?<!\\)\[[^\]]*$")
_REDIRECTS = re.compile(r"[0-9]*([<>])")
_ASSIGNS = re.compile(r"\w*(?:\[[^\]]*\])?\+?=")
_DECLARING = frozenset(["alias", "declare", "export", "local", "readonly", "typeset"])
_FILTER = re.compile(r"(?:include|exclude):", re.IGNORECASE)


def place_problems(
    lines: Sequence[str], dialect: Dialect, integers: Collection[str] = ()
) -> dict[tuple[int, int], str]:
    """Say of references why no value can stand there.

    Args:
        lines: of one script; each may have several lines of its own.
        dialect: their language.
        integers: names of the parameters that are whole numbers.

    Returns:
        Problems by index of the line and offset in it.
    """
    problems: dict[tuple[int, int], str] = {}
    index, begin = 0, 0
    script = "\n".join(lines)
    for place in places_in(script, dialect):
        while place.start > begin + len(lines[index]):
            begin += len(lines[index]) + 1
            index += 1
        is_integer = place.parameter in integers
        problem = _problem(script, place, dialect, is_integer=is_integer)
        if problem:
            problems[index, place.start - begin] = problem
    return problems


def _problem(script: str, place: CommandPlace, dialect: Dialect, *, is_integer: bool) -> str | None:
    line = script[max(0, place.start - _LOOKED_AT) : place.start].rpartition("\n")[2]
    if not line.strip():
        return "begins a line with a parameter, which would choose the command; write it before"
    expanding = _EXPANDS_ON_LINUX if dialect is Dialect.SH else _EXPANDS_ON_WINDOWS
    found = expanding.search(line)
    if found:
        return (
            f"has a parameter right after {found[0]}, which changes its meaning; "
            "put something between, as in ${name}"
        )
    if dialect is Dialect.POWERSHELL and _is_assigned(place):
        return None if is_integer and not place.behind[:1].strip(" \t\r\n;)}") else _BARE
    if _chooses_command(place, dialect):
        return "has a parameter that would choose the command; write the command before it"
    return _in_document(place, line) if place.is_quoted else _beside(place, dialect)


_BARE = "has a parameter without quotes, which would choose the command; put it into quotes"


def _is_assigned(place: CommandPlace) -> bool:
    return is_assigned(
        [*place.words[:2], *place.words[2:][-1:], *([place.word] if place.word else [])]
    )


def _chooses_command(place: CommandPlace, dialect: Dialect) -> bool:
    in_powershell = dialect is Dialect.POWERSHELL
    word = place.word
    if in_powershell and not place.words:
        word = _FILTER.sub("", word, count=1)
    if word.strip(_QUOTES):
        return False
    by = runner(place.words, in_powershell=in_powershell)
    if by is None:
        return False
    return runs_texts(by) or not (in_powershell and place.is_quoted)


def _in_document(place: CommandPlace, line: str) -> str | None:
    """Say whether a value could complete a line to the one that ends the here-document."""
    mark, begin = place.end_mark, line.lstrip("\t")
    end = place.behind.partition("\n")[0]
    ends = mark.startswith(begin) and mark.endswith(end) and len(begin) + len(end) < len(mark)
    return (
        f"has a parameter that may become {mark}, which ends the text; rename it" if ends else None
    )


def _beside(place: CommandPlace, dialect: Dialect) -> str | None:
    """Say what right beside a value without quotes makes something else of it."""
    redirects = _REDIRECTS.match(place.behind)
    if redirects:
        return (
            f"has a parameter right before {redirects[1]}, which takes a number for a stream; "
            "put a blank between, or the parameter into quotes"
        )
    if place.behind.startswith("("):
        return "has a parameter right before (, which would name a function; write the name"
    word = place.word[-_LOOKED_AT:]
    if dialect is Dialect.SH:
        return _beside_in_sh(place, word)
    if dialect is Dialect.POWERSHELL and (word == "[" or _MEMBER.fullmatch(word)):
        return f"has a parameter right after {word}, which would choose what is called; write it"
    return None


def _beside_in_sh(place: CommandPlace, word: str) -> str | None:
    if _names_variable(place):
        return "has a parameter that would name a variable; write the name"
    if _IN_BRACKETS.search(word):
        return "has a parameter inside of [ ], where it may mean many; put it into quotes"
    return None


def _names_variable(place: CommandPlace) -> bool:
    if not _ASSIGNS.match(place.behind) or not re.fullmatch(r"\w*", place.word):
        return False
    declares = any(word in _DECLARING for word in place.words[:2])
    return declares or runner(place.words, in_powershell=False) is not None
