"""The list of changes that make a template acceptable, and of what cannot be changed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from imaging.errors import Fault
from imaging.recipe.showing import join_path, one_line, show
from imaging.template_files.json_values import Json, texts_in

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Repair:
    """One change.

    Args:
        path: place in the template, as `properties.customize[0].type`.
        what: what was done and why.
        before: what stood there, as it is shown to people; empty if nothing did.
        after: what stands there now; empty if nothing does.
    """

    path: str
    what: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        """Say it in one line."""
        arrow = " → ".join(part for part in (self.before, self.after) if part)
        return ": ".join(part for part in (self.path, self.what, arrow) if part)


@dataclass
class Repairs:
    """What was changed so far, and what could not be.

    Args:
        takes_values: whether people can give values with `--set`; they cannot to a build.
        done: the changes.
        faults: what could not be changed.
        bare: placeholders without quotes.
        hidden: texts that are not shown, as they hold what is named like a secret.
    """

    takes_values: bool = False
    done: list[Repair] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    bare: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)

    def changed(self, place: Place, what: str, before: object, after: object) -> None:
        """Note that a value became another one.

        Args:
            place: keys and indexes from the top down.
            what: what was done and why.
            before: the old value.
            after: the new value.
        """
        self.done.append(Repair(join_path(place), what, self._show(before), self._show(after)))

    def hidden_after(self, place: Place, names: Iterable[str], before: str, after: Json) -> None:
        """Note that a value was computed which is not to be shown, and say why.

        Args:
            place: keys and indexes from the top down.
            names: of parameters that are named like secrets.
            before: the expression.
            after: what came of it.
        """
        self.hidden |= set(texts_in(after))
        listed = ", ".join(f"parameters('{name}')" for name in names)
        what = (
            f"computed with {listed}, named like a secret, which everyone sees who may read the "
            "recipe; let the step read it from a Key Vault, with the build VM's identity"
        )
        self.done.append(Repair(join_path(place), what, show(before)))

    def renamed(self, place: Place, before: str, after: str) -> None:
        """Note that a property got its right name."""
        self.done.append(Repair(join_path((*place, before)), "renamed", one_line(before), after))

    def dropped(self, place: Place, why: str, before: object) -> None:
        """Note that a property was left out."""
        self.done.append(Repair(join_path(place), f"left out, {why}", self._show(before)))

    def refused(self, place: Place, why: str) -> None:
        """Note what cannot be repaired."""
        self.faults.append(Fault(join_path(place), one_line(why)))

    def without_hidden(self, fault: Fault) -> Fault:
        """Return a fault that somebody else found, without the texts that are not shown."""
        message = fault.message
        for text in self.hidden:
            message = message.replace(show(text), '"…"')
        return Fault(fault.path, message)

    def _show(self, value: object) -> str:
        is_hidden = isinstance(value, str) and value in self.hidden
        return '"…"' if is_hidden else show(value)

    def option_for(self, names: Iterable[str]) -> str:
        """Say how to give values on the command line, where that is read.

        Args:
            names: of the values, as `region` or `resourceGroup().name`.
        """
        options = " ".join(f"--set {_quoted(name)}=…" for name in names)
        return f", or give it with {options}" if options and self.takes_values else ""


def _quoted(name: str) -> str:
    """Quote what a shell would not take as it stands."""
    return f'"{name}"' if re.search(r"[^\w.\-]", name) else name
