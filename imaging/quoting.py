"""How a text becomes one word of a shell or PowerShell command, whatever is in it.

Kiln puts as few names as possible into commands; those that it must (folders, URLs) go through
here. What no quoting can carry is refused: control characters (a line break ends a command,
whatever its quotes) and `{{`, the template mark of Packer, which AIB uses inside.
"""

from __future__ import annotations

import unicodedata

from imaging.errors import PermanentError

# PowerShell takes each of these for a single quote (its tokenizer's IsSingleQuote).
POWERSHELL_QUOTES = "'\u2018\u2019\u201a\u201b"
_PACKER_MARK = "{{"
_LINE_SEPARATORS = "\u2028\u2029"


def unquotable_reason(text: str) -> str | None:
    """Say why a text cannot be part of a command, or None.

    Args:
        text: what shall be quoted.
    """
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        return "it must not contain control characters or broken characters"
    if any(character in _LINE_SEPARATORS for character in text):
        return "it must not contain line separators"
    if _PACKER_MARK in text:
        return "it must not contain '{{', which Packer takes for a template"
    return None


def shell_quoted(text: str) -> str:
    """Quote a text as one word for a POSIX shell.

    Args:
        text: anything printable without `{{`.

    Raises:
        PermanentError: the text cannot be part of a command.
    """
    _refuse_unquotable(text)
    return "'" + text.replace("'", "'\\''") + "'"


def powershell_quoted(text: str) -> str:
    r"""Quote a text as one PowerShell expression.

    Windows PowerShell 5.1 reads a script without byte order mark in the machine's ANSI code page,
    so text beyond ASCII is written with escapes: `([regex]::Unescape('Gr\u00fcn'))`.

    Args:
        text: anything printable without `{{`.

    Raises:
        PermanentError: the text cannot be part of a command.
    """
    _refuse_unquotable(text)
    if text.isascii():
        return powershell_single_quoted(text)
    units = text.replace("\\", "\\\\").encode("utf-16-be")
    escaped = "".join(
        _ascii_or_escape(int.from_bytes(units[i : i + 2], "big")) for i in range(0, len(units), 2)
    )
    return f"([regex]::Unescape({powershell_single_quoted(escaped)}))"


def powershell_single_quoted(text: str) -> str:
    """Quote a text as a PowerShell literal: double all that PowerShell takes for a quote.

    Args:
        text: the text, without control characters.
    """
    return "'" + "".join(c * 2 if c in POWERSHELL_QUOTES else c for c in text) + "'"


def _ascii_or_escape(unit: int) -> str:
    return chr(unit) if chr(unit).isascii() else f"\\u{unit:04x}"


def _refuse_unquotable(text: str) -> None:
    reason = unquotable_reason(text)
    if reason is not None:
        raise PermanentError(f"{text[:60]!r} cannot be part of a command: {reason}")
