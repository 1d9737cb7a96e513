r"""The patterns of parameters: whole matches, in time that grows with the length only.

The engine is the one of pydantic, Rust's `regex`: it never backtracks, so no pattern can hang a
build (ReDoS); look-around and back-references, which would need backtracking, do not exist there,
and it refuses patterns that become too big (10 MiB).
"""

from __future__ import annotations

import re
from functools import lru_cache

from pydantic_core import SchemaError, SchemaValidator, ValidationError, core_schema

from imaging import limits


@lru_cache(maxsize=256)
def pattern_problem(pattern: str) -> str | None:
    """Say why a text is no pattern, or None.

    Args:
        pattern: a regular expression, as written in a recipe.
    """
    if len(pattern) > limits.PATTERN_MAX_LENGTH or not pattern.isprintable():
        return f"it must have at most {limits.PATTERN_MAX_LENGTH} printable characters"
    try:
        _matcher(pattern)  # alone first: `a)|(b` has a meaning only inside of brackets
        _matcher(_whole(pattern))
    except SchemaError as error:
        reason = re.search(r"error: (.*)", str(error))
        said = reason[1] if reason else "it is too big"
        return f"it must be a regular expression: {said}"
    return None


def matches(pattern: str, text: str) -> bool:
    """Say whether a pattern matches a text from its first to its last character.

    Args:
        pattern: without a problem.
        text: short.
    """
    try:
        _matcher(_whole(pattern)).validate_python(text)
    except ValidationError:
        return False
    return True


def _whole(pattern: str) -> str:
    return rf"\A(?:{pattern})\z"


@lru_cache(maxsize=16)  # one may take 10 MB
def _matcher(pattern: str) -> SchemaValidator:
    return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))
