"""Where a reference stands in a script: in which command, word and quotes.

A look at the words of sh, PowerShell and cmd, no parser: it knows quotes, substitutions, remarks,
here-documents and what ends a command. A text that is itself run (`sh -c "…"`, `eval "…"`,
`bash <<END`) is gone through as a script. Each character is looked at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from imaging.limits import PARAMETER_NAME_PATTERN
from imaging.recipe.command_names import is_shell, takes_script

_REFERENCE = rf"\$\{{\{{\s*parameters\.{PARAMETER_NAME_PATTERN}\s*\}}\}}"
REFERENCE = re.compile(_REFERENCE.replace(PARAMETER_NAME_PATTERN, f"({PARAMETER_NAME_PATTERN})"))
_BEHIND = 100
_SUBSTITUTION = r"\$\(\(?|\$\{|`"
_END_OF_COMMAND = frozenset(["\n", ";", "&", "&&", "|", "||", "|&", ";;", ")", "}"])
_STATEMENTS = frozenset(["if", "else", "elseif", "foreach", "for", "while", "try", "catch"])


class Dialect(Enum):
    """The language of a command; its value is what means something outside of quotes."""

    SH = (
        _REFERENCE
        + r"""|\\(?!\$\{\{).|['"()\n]|;;?|&&?|\|[|&]?|(?<![^\s;&|()`])\#[^\n]*|[ \t\r]+"""
        r"""|<<-?[ \t]*(?:\\?\w+|'[^'\n]+'|"[^"\n]+")|[0-9]{0,3}[<>]+[&|]?|""" + _SUBSTITUTION
    )
    POWERSHELL = (
        _REFERENCE + r"""|`(?!\$\{\{).|<\#.*?(?:\#>|\Z)|(?<![^\s;|&(){}])\#[^\n]*|@['"][ \t\r]*\n"""
        r"""|['"\u2018-\u201f]|[$@]?\(|@?\{|[)}\n;]|&&?|\|\|?|[0-9]?[<>]+(?:&[0-9])?|[ \t\r]+"""
    )
    CMD = _REFERENCE + r"""|\^(?!\$\{\{).|["()\n]|&&?|\|\|?|[0-9]?[<>]+(?:&[0-9])?|[ \t\r]+"""


@dataclass(frozen=True)
class CommandPlace:
    """Where a reference stands.

    Args:
        start: offset of the reference in the script.
        parameter: its name.
        words: of its command, before its own.
        word: what stands before it in its own word, with quotes.
        is_quoted: whether it is in quotes, or in another text, as a here-document.
        end_mark: what ends the here-document that it stands in.
        behind: some text behind it.
    """

    start: int
    parameter: str
    words: tuple[str, ...]
    word: str
    is_quoted: bool
    end_mark: str
    behind: str


@dataclass
class _Command:
    """A command that is being read; `is_target` while the next word names a file."""

    words: list[str] = field(default_factory=list)
    word: str = ""
    is_target: bool = False

    def end_word(self) -> None:
        if not self.word:
            return
        if not self.is_target:
            self.words.append(self.word)
        self.word, self.is_target = "", False


@dataclass(frozen=True)
class _Open:
    """What is open: what closes it, what means something in it, and whether it holds commands."""

    closers: tuple[str, ...]
    pattern: str
    holds_commands: bool = True
    end_mark: str = ""


def places_in(script: str, dialect: Dialect) -> Iterator[CommandPlace]:
    """Find where references stand; none means anything in a remark.

    Args:
        script: one command, or lines that run together.
        dialect: its language.
    """
    return _Reading(script, dialect).places()


class _Reading:
    """One walk over a script."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self._text = text
        self._dialect = dialect
        self._in_powershell = dialect is Dialect.POWERSHELL
        self._open = [_Open((), dialect.value)]
        self._commands = [_Command()]
        self._documents: list[_Open] = []

    def places(self) -> Iterator[CommandPlace]:
        at = 0
        while found := _compiled(self._open[-1].pattern).search(self._text, at):
            self._commands[-1].word += self._text[at : found.start()]
            at = found.end()
            reference = REFERENCE.fullmatch(found[0])
            if reference:
                yield self._place(found, reference[1])
                self._commands[-1].word += "_"
            else:
                self._take(found[0])

    def _place(self, found: re.Match[str], parameter: str) -> CommandPlace:
        here, command = self._open[-1], self._commands[-1]
        return CommandPlace(
            start=found.start(),
            parameter=parameter,
            words=("redirected",) if command.is_target else tuple(command.words),
            word=command.word,
            is_quoted=not here.holds_commands,
            end_mark=here.end_mark,
            behind=self._text[found.end() : found.end() + _BEHIND],
        )

    def _take(self, mark: str) -> None:
        here, command = self._open[-1], self._commands[-1]
        opened = self._opened_by(mark)
        if mark.strip("\t") in here.closers:
            self._close(mark)
        elif opened:
            command.word += mark
            self._open.append(opened)
            self._commands += [_Command()] if opened.holds_commands else []
        elif here.holds_commands:
            self._go_on(mark)
        else:
            command.word += mark

    def _go_on(self, mark: str) -> None:
        """Take what stands between the words of a command, or ends it."""
        command = self._commands[-1]
        if mark in _END_OF_COMMAND:
            self._end_command(mark)
        elif mark.startswith(("#", "<#")) or not mark.strip():
            command.end_word()
        elif mark.startswith("<<") and mark[-1] not in "<&|":
            self._expect_document(mark)
        elif mark.strip("0123456789")[:1] in ("<", ">"):
            command.end_word()
            command.is_target = not mark[-1].isdigit()
        else:
            command.word += mark

    def _close(self, mark: str) -> None:
        if self._open.pop().holds_commands:
            self._commands.pop()
        command = self._commands[-1]
        command.word += mark.strip()
        if self._in_powershell and mark == "}" and _is_statement(command):
            self._commands[-1] = _Command()

    def _end_command(self, mark: str) -> None:
        command = self._commands[-1]
        command.end_word()
        if self._in_powershell and mark == "&" and not command.words:
            command.words.append(mark)  # there it calls what follows
            return
        self._commands[-1] = _Command()
        if mark == "\n":
            self._open += reversed(self._documents)
            self._documents.clear()

    def _expect_document(self, mark: str) -> None:
        command = self._commands[-1]
        command.end_word()
        written = mark.lstrip("<").removeprefix("-").strip()
        plain = written.strip("'\"\\")
        if not any(map(is_shell, command.words)):
            inside = "" if plain != written else _IN_TEXT
            pattern = rf"{_REFERENCE}{inside}|(?m:^\t*{re.escape(plain)}$)"
            self._documents.append(_Open((plain,), pattern, holds_commands=False, end_mark=plain))

    def _opened_by(self, mark: str) -> _Open | None:
        opened = _OPENED[self._dialect].get(mark[:2] if mark.startswith(("@'", '@"')) else mark)
        command, here = self._commands[-1], self._open[-1]
        if opened is None or opened.holds_commands or mark[0] in "$@":
            return opened
        is_script = here.holds_commands and not command.word and takes_script(command.words)
        return _Open(opened.closers, self._dialect.value) if is_script else opened


_IN_TEXT = rf"|\\(?!\$\{{\{{).|{_SUBSTITUTION}"
_IN_TEXT_OF_POWERSHELL = r"|`(?!\$\{\{).|\$\("
_SINGLE = ("'", "\u2018", "\u2019", "\u201a", "\u201b")
_DOUBLE = ('"', "\u201c", "\u201d", "\u201e")


def _is_statement(command: _Command) -> bool:
    """Say whether a new statement may begin behind a block of PowerShell."""
    first = re.match(r"[A-Za-z]{1,9}(?![\w-])", command.words[0] if command.words else command.word)
    return first is not None and first[0].lower() in _STATEMENTS


def _text(*closers: str, inside: str = "") -> _Open:
    closing = "|".join(map(re.escape, closers))
    return _Open(closers, f"{_REFERENCE}{inside}|{closing}", holds_commands=False)


_OPENED = {
    Dialect.SH: {
        "'": _text("'"),
        '"': _text('"', inside=_IN_TEXT),
        "$((": _text("))", inside=_IN_TEXT),
        "${": _text("}", inside=_IN_TEXT),
        "`": _Open(("`",), Dialect.SH.value),
        **dict.fromkeys(["(", "$("], _Open((")",), Dialect.SH.value)),
    },
    Dialect.POWERSHELL: {
        **dict.fromkeys(_SINGLE, _text(*_SINGLE)),
        **dict.fromkeys(_DOUBLE, _text(*_DOUBLE, inside=_IN_TEXT_OF_POWERSHELL)),
        "@'": _text("\n'@"),
        '@"': _text('\n"@', inside=_IN_TEXT_OF_POWERSHELL),
        **dict.fromkeys(["(", "$(", "@("], _Open((")",), Dialect.POWERSHELL.value)),
        **dict.fromkeys(["{", "@{"], _Open(("}",), Dialect.POWERSHELL.value)),
    },
    Dialect.CMD: {'"': _text('"'), "(": _Open((")",), Dialect.CMD.value)},
}


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)
