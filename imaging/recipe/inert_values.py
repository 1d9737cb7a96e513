r"""What a parameter's value may hold, so that it is nothing but a value where it lands.

The recipe's author may write a reference without quotes, in single or in double quotes, for sh,
PowerShell or cmd; so in a command only those characters are allowed that mean nothing in any of
them: letters, digits and ``. _ - / : + @``. Left out, although harmless in some of them:
``,`` (PowerShell makes a list of it, cmd separates by it), ``=`` (sh takes ``a=b`` before a command
for a variable, cmd separates by it), ``~ # % ^ !`` and blanks. A value begins with a letter, digit
or ``_``, for Linux also with ``/``: a leading ``-`` or ``+`` would be an option, ``@`` a file or a
splat, ``.`` a script to source, and ``/`` an option of Windows programs. It is not empty, which
would move the next word into its place, and has no ``..``, which would lead out of a folder.

The text around counts as well, in commands: `command_places` refuses where no value may stand.

In an address the host, and in an id or path the number of segments, stay what the author wrote,
unless the whole text is one reference: then the author's pattern decides alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from imaging.recipe.artifact_block import is_windows_path

_COMMAND = re.compile(r"[A-Za-z0-9_/][A-Za-z0-9._/:+@-]*")
_ADDRESS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/+-]*")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_COMMAND_KEYS = frozenset(
    ["inline", "filters", "searchCriteria", "restartCommand", "restartCheckCommand"]
)
_ADDRESS_KEYS = frozenset(["scriptUri", "sourceUri", "uri"])


class Landing(Enum):
    """Where a value lands."""

    TEXT = "text"
    COMMAND = "command"
    ADDRESS = "address"
    PATH = "path"
    FILE = "file"


@dataclass(frozen=True)
class Surrounding:
    """A reference's place.

    Args:
        landing: in what kind of text it stands.
        before: the text before it.
        is_whole: whether it is all of the text.
        on_windows: whether the text is for Windows.
    """

    landing: Landing
    before: str
    is_whole: bool
    on_windows: bool

    def value_problem(self, value: str) -> str | None:
        """Say why a value cannot stand here, or None.

        Args:
            value: of the parameter.
        """
        if self.landing is Landing.ADDRESS and not self.is_whole:
            return self._part_of_address(value)
        if self.landing in (Landing.PATH, Landing.FILE) and not self.is_whole:
            problem = _segment_problem(value)
            if problem or self.landing is Landing.PATH:
                return problem
        return None if self.landing in (Landing.TEXT, Landing.PATH) else self._word_problem(value)

    def _word_problem(self, value: str) -> str | None:
        windows_option = self.on_windows and value.startswith("/")
        if not _COMMAND.fullmatch(value) or windows_option or _leads_up(value):
            slash = "" if self.on_windows else " or /"
            return (
                "here it may hold letters, digits and . _ - / : + @ only, "
                f"must begin with a letter, digit, _{slash} and not contain '..'"
            )
        return None

    def _part_of_address(self, value: str) -> str | None:
        host = self.before.partition("://")[2]
        if "/" not in host:
            fine = _HOST.fullmatch(value) is not None
            return None if fine else "in a host it may hold letters, digits and inner hyphens only"
        if not _ADDRESS.fullmatch(value) or _leads_up(value) or "//" in value:
            return (
                "in an address it may hold letters, digits and . _ - / + only, "
                "must begin with a letter, digit or _ and not contain '..' or '//'"
            )
        return None


def landing_of(key: str, text: str) -> Landing:
    """Tell in what kind of text a reference stands.

    Args:
        key: the nearest property's name.
        text: with the reference.
    """
    if key in _COMMAND_KEYS:
        return Landing.COMMAND
    if key in _ADDRESS_KEYS:
        return Landing.ADDRESS
    if key == "destination":
        return Landing.FILE
    return Landing.PATH if text.startswith("/") or is_windows_path(text) else Landing.TEXT


def _leads_up(value: str) -> bool:
    return ".." in value


def _segment_problem(value: str) -> str | None:
    if "/" in value or "\\" in value or value.strip(".") == "":
        return "in an id or a path it must be one name, without slashes and not '.' or '..'"
    return None
