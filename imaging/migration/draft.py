"""A recipe in the making: inputs are taken one by one, and every fault knows its line."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from difflib import get_close_matches
from itertools import pairwise
from typing import Any

from imaging.errors import Fault, RecipeError
from imaging.migration.references import (
    filled,
    name_of,
    open_in_script,
    open_placeholders,
    open_references,
    variables_in,
)
from imaging.migration.steps import FoundStep, Given
from imaging.recipe import read_recipe
from imaging.recipe.showing import join_path, show

Place = tuple[str | int, ...]
_EXPRESSION = "${{"
_ASKED = ("parameters.", "inputs.", "github.event.inputs.")
_NO_SECRETS = (
    "everybody who may read the template reads its commands, so let the script fetch secrets "
    "in the build VM, with the VM's identity"
)


class Draft:
    """What is known so far of the recipe that replaces a step.

    Args:
        step: as it was found.
        values: given by people, by lower-case names; they win over the file's variables.
    """

    def __init__(self, step: FoundStep, values: Mapping[str, str]) -> None:
        self.step = step
        self.notes: list[str] = []
        self.faults: list[Fault] = []
        self.document: dict[str, Any] = {}
        self._values = {**step.variables, **values}
        self.given = values
        self._used: dict[str, str] = {}
        self._open: set[str] = set()
        self._sources: dict[str, str] = {}

    def raw(self, name: str) -> str:
        """Take an input as it is written, variables and all; one that is empty can be given.

        Args:
            name: of the input; in any case.
        """
        self._used[name.lower()] = name
        given = self.step.inputs.get(name.lower())
        written = given.text.strip() if given else ""
        return written or self.given.get(name.lower(), "")

    def text(self, name: str, default: str = "") -> str:
        """Take an input with its variables filled in; one that stays open is a fault.

        Args:
            name: of the input; in any case.
            default: for an input that is missing or empty.
        """
        text = self.filled(name)
        self.refuse_open(name, text)
        return text or default

    def refuse_open(self, name: str, text: str) -> None:
        """Refuse what is still open in a text: variables and placeholders.

        Args:
            name: of the input that the text comes from.
            text: filled as far as possible.
        """
        if left := open_references(text):
            self.refuse(name, f"holds {', '.join(left)}, which only a run knows; {_give(left)}")
        elif left := open_placeholders(text):
            self.refuse(name, f"holds the placeholder {', '.join(left)}; {_give(left)}")
        if left:
            self._open.add(name.lower())

    def filled(self, name: str, *, is_script: bool = False) -> str:
        """Take an input with its variables filled in as far as they are known.

        Args:
            name: of the input; in any case.
            is_script: whether `${name}` in it is the shell's own.
        """
        raw = self.raw(name)
        for one in variables_in(raw):
            asked = one.startswith(_ASKED) and one not in self.given
            if asked and one in self._values:
                self.note(f"{one}: its default is taken, though a run may set another (--set)")
        return filled(raw, self._values, self.given, is_script=is_script)

    def as_written(self, name: str) -> str:
        """Take an input for the new lines: a run fills in its variables, people its placeholders.

        Args:
            name: of the input; in any case.
        """
        return filled(self.raw(name), {}, self.given)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Take a switch.

        Args:
            name: of the input.
            default: if it is missing.
        """
        text = self.text(name).lower()
        if text not in {"", "true", "false"}:
            self.refuse(name, f"is {show(text)}; it must be true or false")
        return text == "true" if text else default

    def choice(self, name: str, default: str, choices: Mapping[str, str]) -> str:
        """Take one of several words.

        Args:
            name: of the input.
            default: if it is missing.
            choices: what each lower-case word means.
        """
        text = self.text(name, default)
        meant = choices.get(text.lower())
        if meant is None:
            self.refuse(name, f"is {show(text)}; it must be one of {', '.join(choices)}")
        return meant or choices[default.lower()]

    def items(self, name: str) -> list[str]:
        """Take a list: between commas or on lines."""
        parts = re.split(r"[,\n]", self.text(name))
        return list(dict.fromkeys(part.strip() for part in parts if part.strip()))

    def script(self, name: str) -> list[str]:
        """Take the lines of a script; `$(word)` in it may be the shell's own."""
        text = self.filled(name, is_script=True)
        left, of_shell = open_in_script(text, self._values)
        secrets = [one for one in left if name_of(one).lower().startswith("secrets.")]
        if secrets:
            self.refuse(name, f"holds {', '.join(secrets)}; {_NO_SECRETS}")
        if others := [one for one in left if one not in secrets]:
            self.refuse(name, f"holds {', '.join(others)}, which only a run knows; {_give(others)}")
        if of_shell:
            self.note(
                f"{name}: {', '.join(of_shell)} {'is' if len(of_shell) == 1 else 'are'} left to "
                "the shell; give variables of the pipeline by --set"
            )
        looks_open = [
            one for one in open_placeholders(text) if one[0] != "$" and one.upper() == one
        ]
        if looks_open:
            self.note(f"{name}: holds {', '.join(looks_open)}, which may have to be filled in")
        return [line.rstrip() for line in text.strip("\r\n").splitlines()]

    def has(self, name: str) -> bool:
        """Say whether an input is there and not empty."""
        return bool(self.raw(name))

    def put(self, place: Place, value: object, source: str = "") -> None:
        """Write a value into the recipe.

        Args:
            place: keys and indexes from the top down; an index is the next one of its list.
            value: what to write; nothing is written for an empty text.
            source: the input that it comes from.
        """
        if source:
            self._sources[join_path(place)] = source
        if value in ("", None):
            return
        here: Any = self.document
        for part, following in pairwise(place):
            here = _child(here, part, [] if isinstance(following, int) else {})
        _child(here, place[-1], value)

    def note(self, text: str) -> None:
        """Say what has no counterpart, or is different now."""
        if text not in self.notes:
            self.notes.append(text)

    def refuse(self, name: str, why: str) -> None:
        """Note what is wrong with an input; of one that is open nothing else can be known."""
        if name.lower() in self._open:
            return
        given = self.step.inputs.get(name.lower(), Given("", self.step.line))
        self.faults.append(Fault(f"line {given.line}, {name}", why))

    def finish(self, recipe_name: str) -> None:
        """Let the recipe's own reader check the whole, and translate its faults to inputs."""
        known = {fault.path for fault in self.faults}
        inputs = self.step.inputs
        faults = [fault for name in inputs if (fault := self._wrong_input(name, inputs[name]))]
        if inputs and all(name.startswith(_EXPRESSION) for name in inputs):
            self.faults = faults  # whatever else seems to be missing may come from there
            return
        self.faults += faults
        try:
            recipe = read_recipe(recipe_name, json.dumps(self.document).encode())
            for warning in recipe.warnings:
                self.note(f"advice: {warning}")
        except RecipeError as error:
            translated = [self._translated(fault) for fault in error.faults]
            self.faults += [
                fault
                for fault in translated
                if fault.path not in known and not (known and "the placeholder" in fault.message)
            ]
        self.faults = list(dict.fromkeys(self.faults))

    def _wrong_input(self, name: str, given: Given) -> Fault | None:
        place = f"line {given.line}, {given.name or name}"
        if name.startswith(_EXPRESSION):
            what = "is decided by each run; write out the inputs that are meant"
            return Fault(place, what)
        if name not in self._used:
            nearest = get_close_matches(name, sorted(self._used), n=1)
            meant = f"; write {self._used[nearest[0]]} if that is meant" if nearest else ""
            what = f"is no input of {self.step.tool.value}, which ignored it"
            self.note(f"{given.name or name}: {what}; left out{meant}")
            return None
        if not given.is_text:
            return Fault(place, "must be a text, not a list or an object")
        return None

    def _translated(self, fault: Fault) -> Fault:
        sources = [path for path in self._sources if fault.path.startswith(path)]
        if not sources:
            where = f", {fault.path}" if fault.path else ""
            return Fault(f"line {self.step.line}{where}", fault.message)
        name = self._sources[max(sources, key=len)]
        given = self.step.inputs.get(name.lower(), Given("", self.step.line))
        return Fault(f"line {given.line}, {name}", fault.message)


def _child(here: Any, part: str | int, otherwise: object) -> Any:  # noqa: ANN401 - JSON of any shape
    if isinstance(here, list):
        if part == len(here):
            here.append(otherwise)
        return here[int(part)]
    return here.setdefault(part, otherwise)


def _give(left: list[str]) -> str:
    names = [name_of(one) for one in left]
    if not all(re.fullmatch(r"[\w.\- ]+", name) for name in names):
        return "write the value"
    ways = " ".join(shlex.quote(f"--set={name}=…") for name in names)
    return f"write the value, or give it: {ways}"
