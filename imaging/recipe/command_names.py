"""Where a command's name stands: first, or behind words that run what follows them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NONE: frozenset[str] = frozenset()
_KEYWORDS = frozenset(
    ["!", "coproc", "do", "elif", "else", "function", "if", "return", "then", "throw", "try",
     "until", "while", "{"]
)  # fmt: skip
_KEYWORDS_OF_POWERSHELL_ALONE = frozenset(["return", "throw"])
_SHELLS = frozenset(
    ["ash", "bash", "cmd", "dash", "ksh", "powershell", "pwsh", "runuser", "sh", "su", "zsh"]
)
# What runs the words behind it; with the options that take a word more.
_RUNNING: dict[str, frozenset[str]] = {
    **dict.fromkeys(_SHELLS, _NONE),
    **dict.fromkeys(
        ["&", ".", "builtin", "busybox", "call", "chroot", "command", "eval", "iex",
         "invoke-expression", "nohup", "parallel", "saps", "setsid", "source", "start",
         "start-process", "strace", "systemd-run", "trap"],
        _NONE,
    ),
    "doas": frozenset(["-u", "-C"]),
    "env": frozenset(["-u", "-C"]),
    "exec": frozenset(["-a"]),
    "ionice": frozenset(["-c", "-n"]),
    "nice": frozenset(["-n"]),
    "runuser": frozenset(["-u", "-g"]),
    "stdbuf": frozenset(["-i", "-o", "-e"]),
    "sudo": frozenset(["-u", "-g", "-h", "-p", "-C", "-r", "-t", "-D"]),
    "time": frozenset(["-f", "-o"]),
    "timeout": frozenset(["-s", "-k"]),
    "watch": frozenset(["-n"]),
    "xargs": frozenset(["-I", "-n", "-P", "-L", "-s", "-d", "-a", "-E"]),
}  # fmt: skip
_WORD_FIRST = frozenset(["chroot", "timeout"])
_TEXTS_OF_POWERSHELL = frozenset(
    ["-args", "-argumentlist", "-credential", "-ep", "-executionpolicy", "-verb", "-windowstyle",
     "-workingdirectory"]
)  # fmt: skip
_SCRIPT_OPTION = re.compile(r"-[a-z]{0,3}c|-command|/[ck]", re.IGNORECASE)
_OF_CMD = frozenset(["cmd", "start"])
_OPTION_OF_CMD = re.compile(r'/|""$')
_VARIABLE = re.compile(r"\w+(?:\[[^\]]*\])?\+?=")
_EXECUTING = frozenset(["-exec", "-execdir", "-ok", "-okdir"])
_READING_AGAIN = frozenset(["eval", "iex", "invoke-expression"])
_ASSIGNING = re.compile(r"[-+*/%?]{0,2}=")


def takes_script(words: Sequence[str]) -> bool:
    """Say whether the next word is a text that is itself run as a script.

    Args:
        words: of a command so far.
    """
    if not words:
        return False
    of_shell = _SCRIPT_OPTION.fullmatch(words[-1]) and any(map(is_shell, words[-6:]))
    return bool(of_shell) or any(_name(word) in _READING_AGAIN for word in words[:3])


def is_shell(word: str) -> bool:
    """Say whether a word names a shell, which reads scripts."""
    return _name(word) in _SHELLS


def runner(words: Sequence[str], *, in_powershell: bool) -> str | None:
    """Say what would take the next word for the name of a command.

    Args:
        words: of a command so far.
        in_powershell: whose words are those.

    Returns:
        The word that runs what follows, or a keyword; nothing where a command begins; None where
        the next word is an argument.
    """
    last = words[-1].lower() if words else ""
    if last in _EXECUTING or (takes_script(words) and _SCRIPT_OPTION.fullmatch(last)):
        return last
    by, takes_more, wants_word = "", False, False
    for word in words:
        name = _name(word)
        if takes_more:
            takes_more = False
        elif by and _is_option(word, by):
            takes_more = word in _RUNNING.get(by, _NONE) or word.lower() in _TEXTS_OF_POWERSHELL
        elif name in _RUNNING or _is_keyword(name, in_powershell=in_powershell):
            by, wants_word = name, name in _WORD_FIRST
        elif wants_word:
            wants_word = False
        elif in_powershell or not _VARIABLE.match(word):
            return None
    return None if takes_more or wants_word else by


def runs_texts(by: str) -> bool:
    """Say whether a runner takes a text in quotes for a name, too, as only sh does elsewhere."""
    return bool(by) and by not in _KEYWORDS


def is_assigned(words: Sequence[str]) -> bool:
    """Say whether the next word is what PowerShell assigns: a command, or a value in quotes.

    Args:
        words: so far, of which the last may be the beginning of that word.
    """
    if not words or not words[-1].endswith("="):
        return False
    if len(words) == 1:
        return True
    is_two = len(words) == len(("name", "=")) or words[0][0] in "$["
    return is_two and _ASSIGNING.fullmatch(words[-1]) is not None


def _is_option(word: str, by: str) -> bool:
    return word.startswith("-") or (by in _OF_CMD and _OPTION_OF_CMD.match(word) is not None)


def _is_keyword(name: str, *, in_powershell: bool) -> bool:
    return name in _KEYWORDS and (in_powershell or name not in _KEYWORDS_OF_POWERSHELL_ALONE)


def _name(word: str) -> str:
    plain = word.strip("'\"").rpartition("/")[2].rpartition("\\")[2]
    return plain.lower().removesuffix(".exe")
