"""One question to Azure, its answer, and the verdict on all of them.

A check must never fail a build that would have worked: only what Azure says plainly is a fault. No
right to read, no answer, an answer that is not understood: a note says what was not checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from imaging.errors import Fault
from imaging.recipe.raw_parts import Part
from imaging.recipe.showing import show
from imaging.surroundings.look import Look

_NOT_ASKED = "too many things to ask about"

Misfits = Callable[[Part], Iterable["Fault | str"]]
Clashes = Callable[[Part, Part], Iterable[Fault]]


def _nothing(*_: Part) -> Iterator[Fault]:
    yield from ()


@dataclass(frozen=True)
class Check:
    """One thing to ask Azure, and what to think of the answer.

    Args:
        place: where it is named: a JSON path of the recipe, or a setting.
        value: what stands there.
        subject: what people call it.
        path: path and query below the endpoint of Resource Manager.
        right: the action that Kiln's identity needs for the look.
        way_out: what to do about the fault.
        absence: whether it is a fault, worth a note, wanted or allowed that there is none.
        is_lasting: whether it need not be asked again for a while once it was fine.
        certain: what is wrong whatever Azure would answer; empty for nothing.
        misfits: says what of the thing does not fit; a fault fails the build, a text is a note.
        beside: the path of another look that this one has to go with; empty for none.
        clashes: says what of the thing does not go with what was found there.
    """

    place: str
    value: str
    subject: str
    path: str
    right: str
    way_out: str
    absence: Literal["fault", "note", "wanted", "allowed"] = "fault"
    is_lasting: bool = False
    certain: str = ""
    misfits: Misfits = _nothing
    beside: str = ""
    clashes: Clashes = _nothing

    @property
    def name(self) -> str:
        """What was asked about what, to know it again."""
        return f"{self.path} {self.value}"

    def fault(self, what: str) -> Fault:
        """Make a fault of the place.

        Args:
            what: what Azure said.
        """
        named = f"is {show(self.value)}; " if self.value else ""
        return Fault(self.place, f"{named}asked Azure: {what}; {self.way_out}")


def in_other_subscription(subject: str, resource_id: str, subscription_id: str) -> str:
    """Say that a thing is in another subscription than the template; nothing if it is not.

    Args:
        subject: what people call the thing.
        resource_id: a checked id.
        subscription_id: where the template will be.
    """
    owner = resource_id.split("/")[2]
    if owner.lower() == subscription_id.lower():
        return ""
    return f"{subject} is in subscription {owner}, the template will be in {subscription_id}"


@dataclass
class Verdict:
    """Everything that Azure's answers say about a build."""

    faults: list[Fault] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    fine: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        """What was seen and what was not checked, in few lines."""
        lists = (
            ("asked Azure, as it should be", self.fine),
            ("not checked, no right to read", self.denied),
            ("not checked, Azure gave no answer", self.unknown),
        )
        listed = [f"{title}: {', '.join(dict.fromkeys(names))}" for title, names in lists if names]
        return [*listed, *dict.fromkeys(self.advice)]


def judge(checks: Iterable[Check], looks: Mapping[str, Look]) -> Verdict:
    """Compare what there is with what there should be.

    Args:
        checks: everything that was to be asked.
        looks: Azure's answers by the checks' paths; what is missing was not asked.
    """
    verdict = Verdict()
    absent_places: set[str] = set()
    for check in checks:
        if check.certain:
            what = f"is {show(check.value)}; {check.certain}; {check.way_out}"
            verdict.faults.append(Fault(check.place, what))
            continue
        look = looks.get(check.path) or Look("unknown", reason=_NOT_ASKED)
        if look.state == "denied":
            verdict.denied.append(f"{check.subject} ({check.right})")
        elif look.state == "unknown":
            verdict.unknown.append(f"{check.subject} ({look.reason})")
        elif look.state == "found":
            _judge_found(check, look, looks.get(check.beside), verdict)
        elif check.place not in absent_places:  # a missing gallery has no definitions either
            _judge_absent(check, verdict, absent_places)
    return verdict


def is_fine(check: Check, looks: Mapping[str, Look]) -> bool:
    """Tell whether a check was answered and leaves nothing to say.

    Args:
        check: what was asked.
        looks: Azure's answers by path.
    """
    verdict = judge([check], looks)
    return bool(verdict.fine) and not verdict.advice


def _judge_found(check: Check, look: Look, beside: Look | None, verdict: Verdict) -> None:
    if check.absence == "wanted":
        verdict.faults.append(check.fault(f"{check.subject} exists already"))
        return
    misfits = list(check.misfits(Part(look.body)))
    if beside is not None and beside.state == "found":
        misfits.extend(check.clashes(Part(look.body), Part(beside.body)))
    faults = [misfit for misfit in misfits if isinstance(misfit, Fault)]
    verdict.faults.extend(faults)
    verdict.advice.extend(misfit for misfit in misfits if isinstance(misfit, str))
    if not faults:
        verdict.fine.append(check.subject)


def _judge_absent(check: Check, verdict: Verdict, absent_places: set[str]) -> None:
    if check.absence == "allowed":
        return
    if check.absence == "wanted":
        verdict.fine.append(f"{check.subject} is free")
        return
    fault = check.fault(f"{check.subject} does not exist")
    if check.absence == "note":
        verdict.advice.append(str(fault))
        return
    absent_places.add(check.place)
    verdict.faults.append(fault)
