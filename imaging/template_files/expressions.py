"""Expressions of ARM deployments, parsed: `[concat(parameters('a'), '/', variables('b').c)]`.

Grammar: "Syntax and expressions in ARM templates" (learn.microsoft.com).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"\s*(?:'(?P<text>(?:[^']|'')*)'|(?P<number>-?\d+)|(?P<name>\w+)|(?P<mark>[().,\[\]]))"
)
_MAX_DEPTH = 64


class NotAnExpressionError(Exception):
    """The text between the brackets cannot be read."""


@dataclass(frozen=True)
class Literal:
    """A text or number as it stands."""

    value: str | int


@dataclass(frozen=True)
class Call:
    """A function and its arguments; a function of the deployment's own has a dot in its name."""

    name: str
    arguments: tuple[Expression, ...]

    @property
    def function(self) -> str:
        """Its name without regard to case, as ARM compares it."""
        return self.name.lower()


@dataclass(frozen=True)
class Member:
    """What stands behind a dot or in brackets."""

    whole: Expression
    key: Expression


Expression = Literal | Call | Member


def is_expression(text: str) -> bool:
    """Say whether ARM would evaluate a text: it is in brackets and begins with a function."""
    return re.fullmatch(r"\[\s*\w+(\.\w+)?\s*\(.*\]\s*", text, re.DOTALL) is not None


def parse_expression(text: str) -> Expression:
    """Parse an expression.

    Args:
        text: with its outer brackets.

    Raises:
        NotAnExpressionError: it is none.
    """
    tokens = _tokens(text.strip()[1:-1])
    parsed, at = _expression(tokens, 0, 0)
    if at != len(tokens):
        raise NotAnExpressionError(text)
    return parsed


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at, text = 0, text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise NotAnExpressionError(text)
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return tokens


def _expression(tokens: list[tuple[str, str]], at: int, depth: int) -> tuple[Expression, int]:
    if depth > _MAX_DEPTH:
        raise NotAnExpressionError("nested too deeply")
    parsed, at = _primary(tokens, at, depth)
    while at < len(tokens) and tokens[at] in {("mark", "."), ("mark", "[")}:
        key: Expression
        depth += 1
        if depth > _MAX_DEPTH:
            raise NotAnExpressionError("too many members")
        if tokens[at][1] == ".":
            kind, name = _token(tokens, at + 1)
            if kind != "name":
                raise NotAnExpressionError(name)
            key, at = Literal(name), at + 2
        else:
            key, at = _expression(tokens, at + 1, depth + 1)
            at = _skip(tokens, at, "]")
        parsed = Member(parsed, key)
    return parsed, at


def _primary(tokens: list[tuple[str, str]], at: int, depth: int) -> tuple[Expression, int]:
    kind, text = _token(tokens, at)
    if kind == "text":
        return Literal(text.replace("''", "'")), at + 1
    if kind == "number":
        return Literal(int(text[:20])), at + 1
    if kind != "name":
        raise NotAnExpressionError(text)
    arguments: list[Expression] = []
    if _token(tokens, at + 1) == ("mark", "."):
        text, at = f"{text}.{_token(tokens, at + 2)[1]}", at + 2
    at = _skip(tokens, at + 1, "(")
    while _token(tokens, at) != ("mark", ")"):
        if arguments:
            at = _skip(tokens, at, ",")
        argument, at = _expression(tokens, at, depth + 1)
        arguments.append(argument)
    return Call(text, tuple(arguments)), at + 1


def _token(tokens: list[tuple[str, str]], at: int) -> tuple[str, str]:
    return tokens[at] if at < len(tokens) else ("end", "")


def _skip(tokens: list[tuple[str, str]], at: int, mark: str) -> int:
    if _token(tokens, at) != ("mark", mark):
        raise NotAnExpressionError(mark)
    return at + 1
