"""A recipe in the making: inputs are taken one by one, and every fault knows its line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from imaging.errors import Fault, RecipeError
from imaging.migration.references import (
    filled,
    how_to_give,
    is_computed,
    name_of,
    open_placeholders,
    open_references,
    replaced,
    set_options,
    variables_in,
)
from imaging.migration.run_values import (
    Kind,
    RunValue,
    RunValues,
    is_run_value,
    is_secret,
    without_secrets,
)
from imaging.migration.steps import SECRET, FoundStep, Given, Tool
from imaging.migration.writing import Place, write
from imaging.recipe import read_recipe
from imaging.recipe.showing import join_path, show

_EXPRESSION = "${{"
_LINE_OF_SCRIPT = re.compile(r"\.inline\[([0-9]+)\]")
_RESTART = '{"type": "WindowsRestart"}'
_ASKED = ("parameters.", "inputs.", "github.event.inputs.")


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
        self.values = {**step.variables, **values}
        self.given = values
        self._used: dict[str, str] = {}
        self._open: set[str] = set()
        self._sources = {"": ""}  # inputs by places in the recipe
        self.run_values = RunValues()
        self.parameters: list[RunValue] = []

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
            secret = any(self.is_secret(one) for one in left)
            why = "a secret is no parameter" if secret else "no parameter can stand for it here"
            what = f"holds {', '.join(left)}, which only a run knows, and {why}"
            self.refuse(name, f"{what}; {how_to_give(left)}")
        elif left := open_placeholders(text):
            self.refuse(name, f"holds the placeholder {', '.join(left)}; {how_to_give(left)}")
        if left:
            self._open.add(name.lower())

    def value(self, name: str, kind: Kind, default: str = "") -> str:
        """Take an input for a place where a parameter of the recipe may stand.

        Args:
            name: of the input; in any case.
            kind: what the place may hold.
            default: for an input that is missing or empty.
        """
        return self.with_parameters(name, self.filled(name), kind) or default

    def resource_id(self, name: str) -> str:
        """Take the id or address of a resource, in whose names a parameter may stand."""
        return self.with_parameters(name, self.filled(name), Kind.NAME, is_id=True)

    def with_parameters(self, name: str, text: str, kind: Kind, *, is_id: bool = False) -> str:
        """Let parameters stand for what only a run knows; what cannot be one is a fault.

        Args:
            name: of the input that the text comes from.
            text: filled as far as possible.
            kind: what the place may hold.
            is_id: whether a subscription, or the whole, has to be known.
        """
        fitting = [one for one in open_references(text) if self.may_be_parameter(one)]
        if is_id and text.startswith(("/", "https://")):
            fitting = [one for one in fitting if f"/subscriptions/{one}" not in text]
        elif is_id:
            fitting = []
        self.refuse_open(name, replaced(text, dict.fromkeys(fitting, "")))
        return self.run_values.put_into(text, fitting, kind, name)

    def may_be_parameter(self, reference: str) -> bool:
        """Say whether a parameter of the recipe may stand for a variable, as it is written."""
        is_open = is_computed(self.values.get(name_of(reference).lower(), "$[]"))
        is_ours = is_run_value(reference, of_github=self.step.tool is Tool.ACTION)
        return is_open and is_ours and not self.is_secret(reference)

    def filled(self, name: str, *, is_script: bool = False) -> str:
        """Take an input with its variables filled in as far as they are known.

        Args:
            name: of the input; in any case.
            is_script: whether `${name}` in it is the shell's own.
        """
        raw = self.raw(name)
        for one in variables_in(raw):
            asked = one.startswith(_ASKED) and one not in self.given
            if asked and one in self.values:
                self.note(f"{one}: its default is taken, though a run may set another (--set)")
        values = without_secrets(self.values, self.given) if is_script else self.values
        return filled(raw, values, self.given, is_script=is_script)

    def fill(self, text: str) -> str:
        """Fill in the variables of a text of the file that is no input."""
        return filled(text, self.values, self.given)

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

    def items(self, name: str, kind: Kind) -> list[str]:
        """Take a list, between commas or on lines, of what may be parameters."""
        parts = re.split(r"[,\n]", self.value(name, kind))
        return list(dict.fromkeys(part.strip() for part in parts if part.strip()))

    def is_secret(self, reference: str) -> bool:
        """Say whether a variable, as it is written, is a secret: by the file, or by its name."""
        return is_secret(reference) or self.values.get(name_of(reference).lower()) == SECRET

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
        write(self.document, place, value)

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
        self._declare_parameters()
        try:
            recipe = read_recipe(recipe_name, json.dumps(self.document).encode())
            for warning in recipe.warnings:
                self.note(f"advice: {warning}")
        except RecipeError as error:
            self.faults += [
                self._translated(fault)
                for fault in error.faults
                if self._place_of(fault) not in known
                and not (known and "the placeholder" in fault.message)
            ]
        self.faults = list(dict.fromkeys(self.faults))

    def _declare_parameters(self) -> None:
        self.parameters = self.run_values.used_in(json.dumps(self.document))
        if self.parameters:
            self.document["parameters"] = self.run_values.declarations(self.parameters)
        for one in self.parameters:
            self.note(one.note)

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
        source, place, message = self._source_of(fault), self._place_of(fault), fault.message
        if line := _LINE_OF_SCRIPT.match(fault.path.removeprefix(source)):
            place = f"{place}, its line {int(line[1]) + 1}"
            if _RESTART in message:
                message += "; a step cannot stand in this script, so put it into the recipe later"
        if standing := [one.written for one in self.run_values.of_input(self._sources[source])]:
            message += f"; or give what only a run knows: {set_options(standing)}"
        return Fault(place, message)

    def _place_of(self, fault: Fault) -> str:
        """Name the input that a fault of the recipe comes from; without one, the step."""
        name = self._sources[self._source_of(fault)]
        if not name:
            return f"line {self.step.line}" + (f", {fault.path}" if fault.path else "")
        given = self.step.inputs.get(name.lower(), Given("", self.step.line))
        return f"line {given.line}, {name}"

    def _source_of(self, fault: Fault) -> str:
        """Find the place in the recipe around a fault whose input is known."""
        return max((path for path in self._sources if fault.path.startswith(path)), key=len)
