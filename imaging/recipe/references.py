"""`${{ parameters.name }}` in a recipe, and what stands there in the end.

References may stand in the values of `properties` (but for `type` and `scheme`, which say what kind
a thing is), in values of `tags`, in `location`, in the id below `identity.userAssignedIdentities`
and in `artifact.destination`. Each is filled once: what a value holds is never read again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from imaging.errors import Fault
from imaging.recipe.command_places import place_problems
from imaging.recipe.command_words import REFERENCE, Dialect
from imaging.recipe.inert_values import Landing, Surrounding, landing_of
from imaging.recipe.parameter_values import ParameterValues
from imaging.recipe.raw_parts import Part
from imaging.recipe.showing import show, show_value_of

_MARK = "${{"
_SHOWN = 40
_WHERE = "properties, tags, location, identity and artifact.destination"
_PLACES = frozenset(["properties", "tags", "location", "identity"])
_FIXED_KEYS = frozenset(["type", "scheme"])
_TAGS = frozenset(["tags", "artifactTags", "managedResourceTags"])
_NOT_READ = frozenset(["$schema", "description", "parameters"])
_LINES = "inline"  # the only commands that run together
_CMD = frozenset(["restartCommand", "restartCheckCommand", "searchCriteria"])
_WINDOWS_STEPS = frozenset(["PowerShell", "WindowsRestart", "WindowsUpdate"])


@dataclass
class Filled:
    """A recipe with its values in place.

    Args:
        document: without any reference.
        faults: of references, and of values where they land.
        names_at: which parameters went into the text at a path.
    """

    document: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    names_at: dict[str, set[str]] = field(default_factory=dict)


def fill_in(document: dict[str, Any], values: ParameterValues) -> Filled:
    """Put the values of the parameters where the recipe refers to them.

    Args:
        document: the recipe's JSON; it is left as it is.
        values: what is known of the parameters.
    """
    filling = _Filling(values)
    for key, value in document.items():
        as_it_is = key in _NOT_READ
        filling.filled.document[key] = value if as_it_is else filling.value(Part(value, (key,)))
    return filling.filled


class _Filling:
    """One walk over a recipe."""

    def __init__(self, values: ParameterValues) -> None:
        self.filled = Filled()
        self._values = values
        self._integers = {
            name for name, parameter in values.usable.items() if parameter.type == "integer"
        }
        self._problems: dict[tuple[str, int], str] = {}

    def value(self, part: Part, *, on_windows: bool = False) -> Any:  # noqa: ANN401 - JSON
        """Fill a value of any shape."""
        if isinstance(part.value, dict):
            on_windows = on_windows or part["type"].text() in _WINDOWS_STEPS
            return {
                self._key(part, key): self.value(part[key], on_windows=on_windows)
                for key in part.value
            }
        if isinstance(part.value, list):
            if part.place[-1] == _LINES:
                self._look_at(list(part.items()), on_windows=on_windows)
            return [self.value(item, on_windows=on_windows) for item in part.items()]
        if isinstance(part.value, str) and _MARK in part.value:
            return self._text(part, on_windows=on_windows)
        return part.value

    def _look_at(self, lines: Sequence[Part], *, on_windows: bool) -> None:
        """Find the places of commands where no value may stand."""
        dialect = Dialect.POWERSHELL if on_windows else Dialect.SH
        if lines and lines[0].place[-1] in _CMD:
            dialect = Dialect.CMD
        texts = [line.text() for line in lines]
        for (index, offset), problem in place_problems(texts, dialect, self._integers).items():
            self._problems[lines[index].path, offset] = problem

    def _key(self, parent: Part, key: str) -> str:
        if _MARK not in key:
            return key
        if parent.place == ("identity", "userAssignedIdentities"):
            return str(self._text(Part(key, (*parent.place, key)), on_windows=False))
        self._refuse(parent[key], "is a name; a parameter may stand in values only")
        return key

    def _text(self, part: Part, *, on_windows: bool) -> Any:  # noqa: ANN401 - a number, too
        text = part.text()
        problem = _wrong_place(part) or _no_reference(text)
        if problem:
            self._refuse(part, problem)
            return text
        if _landing(part) is Landing.COMMAND and _LINES not in part.place:
            self._look_at([part], on_windows=on_windows)
        whole = REFERENCE.fullmatch(text)
        if whole and whole[1] in self._values.values:
            self._check(part, whole, on_windows=on_windows)
            return self._values.values[whole[1]]
        return REFERENCE.sub(lambda found: self._check(part, found, on_windows=on_windows), text)

    def _check(self, part: Part, found: re.Match[str], *, on_windows: bool) -> str:
        """Return the value for a reference, after a look at both."""
        name = found[1]
        before = found.string[: found.start()]
        around = Surrounding(_landing(part), before, found[0] == part.text(), on_windows)
        value = self._values.texts.get(name)
        if name not in self._values.declared:
            listed = self._values.listed
            problem: str | None = (
                f"refers to parameter {name}, which is not declared; declared: {listed}"
            )
        elif around.landing is Landing.COMMAND:
            problem = self._problems.get((part.path, found.start()))
        else:
            problem = None
        if problem is None and value is not None:
            why = around.value_problem(value)
            problem = (
                f"gets {show_value_of(name, value)} for parameter {name}; {why}" if why else None
            )
        if problem:
            self._refuse(part, problem)
        self.filled.names_at.setdefault(part.path, set()).add(name)
        return found[0] if value is None else value

    def _refuse(self, part: Part, problem: str) -> None:
        self.filled.faults.append(part.fault(problem))


def _landing(part: Part) -> Landing:
    if part.place[0] == "artifact":
        return Landing.PATH
    names = [step for step in part.place if isinstance(step, str)]
    is_aib_s = names[0] == "properties" and not _TAGS.intersection(names)
    return landing_of(names[-1] if is_aib_s else "", part.text())


def _wrong_place(part: Part) -> str | None:
    if part.place[-1] in _FIXED_KEYS and not _TAGS.intersection(map(str, part.place)):
        return "says what kind this is; a parameter cannot choose it"
    if part.place[0] in _PLACES or part.place == ("artifact", "destination"):
        return None
    return f"has a parameter, which may stand in {_WHERE} only"


def _no_reference(text: str) -> str | None:
    rest = REFERENCE.sub("", text)
    at = rest.find(_MARK)
    if at < 0:
        return None
    found = show(rest[at : at + _SHOWN])
    return f"has {found}, which is no reference; write ${{{{ parameters.name }}}}"
