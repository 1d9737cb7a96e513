"""Functions of ARM expressions on texts ("ARM template functions: string"), as .NET computes them.

.NET counts a character beyond the basic plane as two. A length is told in its way; where a part of
such a text is wanted, it might be half a character, and nothing is told.
"""

from __future__ import annotations

import re

from imaging.template_files.json_values import Json
from imaging.template_files.unresolved import NotExactError

_MAX_TEXT = 1024 * 1024
_LAST_OF_PLANE = "\uffff"
# Char.IsWhiteSpace; Python's own strip takes four separators more.
_BLANKS = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
# It has no capital of one letter, and the invariant culture leaves it.
_WITHOUT_CAPITAL = "\u00df"


def fit(characters: int) -> None:
    """Refuse a text that is absurdly long before it is made.

    Args:
        characters: that it would have.
    """
    if characters > _MAX_TEXT:
        raise NotExactError


def length(whole: Json) -> int:
    """Count the items of a list or an object, or the characters of a text."""
    if isinstance(whole, str):
        return len(whole.encode("utf-16-le", "surrogatepass")) // 2
    if isinstance(whole, list | dict):
        return len(whole)
    raise NotExactError


def lower(text: str) -> str:
    """Write a text in lower case, letter by letter."""
    return "".join(_same_length(letter, letter.lower()) for letter in text)


def upper(text: str) -> str:
    """Write a text in upper case, letter by letter."""
    return "".join(_same_length(letter, letter.upper()) for letter in text)


def ends_with(text: str, end: str) -> bool:
    """Say how a text ends, without regard to case."""
    return lower(text).endswith(lower(end))


def starts_with(text: str, start: str) -> bool:
    """Say how a text begins, without regard to case."""
    return lower(text).startswith(lower(start))


def find(text: str, part: str, *, last: bool) -> int:
    """Find where a part begins, without regard to case; -1 for nowhere."""
    whole, wanted = lower(countable(text)), lower(part)
    return whole.rfind(wanted) if last else whole.find(wanted)


def part_of(whole: Json, start: int, end: int | None) -> Json:
    """Take a part of a text or list, which may reach over its ends."""
    if isinstance(whole, str):
        return countable(whole)[start:end]
    if isinstance(whole, list):
        return whole[start:end]
    raise NotExactError


def item_at(whole: Json, index: int) -> Json:
    """Take a character of a text, or an item of a list."""
    if isinstance(whole, str):
        return countable(whole)[index]
    if isinstance(whole, list):
        return whole[index]
    raise NotExactError


def substring(text: str, start: int, size: int | None = None) -> str:
    """Take a part of a text, which has to be in it."""
    end = len(text) if size is None else start + size
    if not 0 <= start <= end <= len(text):
        raise NotExactError
    return countable(text)[start:end]


def replace(text: str, old: str, new: str) -> str:
    """Put one part in place of another; nothing cannot be replaced."""
    if not old:
        raise NotExactError
    fit(len(text) + text.count(old) * len(new))
    return text.replace(old, new)


def split(text: str, marks: str | list[str]) -> Json:
    """Cut a text at marks."""
    wanted = [marks] if isinstance(marks, str) else marks
    if not all(wanted):
        raise NotExactError
    return [*re.split("|".join(map(re.escape, wanted)), text)]


def trim(text: str) -> str:
    """Take away the blanks around a text."""
    return text.strip(_BLANKS)


def whole_number(value: Json) -> int:
    """Read a whole number, as it is or as digits."""
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,18}", value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise NotExactError


def countable(text: str) -> str:
    """Return a text whose characters count as one each; another is refused."""
    if max(text, default="") > _LAST_OF_PLANE:
        raise NotExactError
    return text


def _same_length(letter: str, changed: str) -> str:
    """Take the other case of a letter where .NET surely has the same one."""
    if letter in (changed, _WITHOUT_CAPITAL):
        return letter
    is_foreign = not letter.isascii() and changed.isascii()
    if len(changed) != 1 or is_foreign or letter > _LAST_OF_PLANE:
        raise NotExactError
    return changed
