"""How PowerShell reads a quoted text: enough of its tokenizer to prove our quoting."""

from __future__ import annotations

import re

QUOTES = "'\u2018\u2019\u201a\u201b"


def read_literal(expression: str) -> tuple[str, str]:
    """Read one single-quoted literal; answers its text and what stands after it."""
    assert expression[0] in QUOTES
    text, position = "", 1
    while position < len(expression):
        if expression[position] in QUOTES:
            if expression[position + 1 : position + 2] not in (*QUOTES,):
                return text, expression[position + 1 :]
            position += 1
        text += expression[position]
        position += 1
    raise AssertionError("the literal is not closed")


def read_expression(expression: str) -> str:
    """Read a literal, or [regex]::Unescape of one, as .NET does."""
    unescaped = re.fullmatch(r"\(\[regex\]::Unescape\((.*)\)\)", expression, re.DOTALL)
    text, rest = read_literal(unescaped[1] if unescaped else expression)
    assert rest == ""
    if not unescaped:
        return text
    plain = re.sub(r"\\(\\|u[0-9a-f]{4})", _unescape, text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16")


def _unescape(match: re.Match[str]) -> str:
    return "\\" if match[1] == "\\" else chr(int(match[1][1:], 16))
