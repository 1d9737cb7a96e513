"""Rules of the steps: customizers and validators, each as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.errors import Fault
from imaging.recipe import command_rules
from imaging.recipe.raw_parts import Part

SCRIPT_STEPS = ("Shell", "PowerShell")


def all_steps(recipe: Part) -> Iterator[Part]:
    """Go through customizers and validators.

    Args:
        recipe: the whole recipe.
    """
    yield from recipe["properties"]["customize"].items()
    yield from recipe["properties"]["validate"]["inVMValidations"].items()


def broken_rules(recipe: Part) -> Iterator[Fault]:
    """Check each step.

    Args:
        recipe: the whole recipe.
    """
    own = command_rules.writes_deprovisioning(all_steps(recipe))
    for step in all_steps(recipe):
        if step["type"].value in SCRIPT_STEPS:
            yield from _script_or_inline(step)
            yield from command_rules.broken_rules(step, own_deprovisioning=own)
        if step["runAsSystem"].value is True and step["runElevated"].value is not True:
            yield step["runAsSystem"].fault("is true; it needs runElevated true beside it")
    yield from _checksum_of_nothing(recipe["properties"]["optimize"]["workload"])
    yield from _position_exists(recipe)


def _script_or_inline(step: Part) -> Iterator[Fault]:
    both = step.has("scriptUri") and step.has("inline")
    neither = not any(step.has(key) for key in ("scriptUri", "inline", "script"))
    if both or neither:
        found = "has both scriptUri and inline" if both else "has neither scriptUri nor inline"
        yield step.fault(f"{found}; it must have exactly one of them")
    if not both:
        yield from _checksum_of_nothing(step)


def _checksum_of_nothing(step: Part) -> Iterator[Fault]:
    if step["sha256Checksum"].text() and not step.has("scriptUri"):
        yield step["sha256Checksum"].fault(
            "belongs to a scriptUri, which is not there; leave it out"
        )


def _position_exists(recipe: Part) -> Iterator[Fault]:
    position = recipe["artifact"]["position"]
    steps = len(list(recipe["properties"]["customize"].items()))
    if isinstance(position.value, int) and position.value > steps:
        yield position.fault(
            f"is {position.value}; it must be 0 to {steps}, the number of customizers"
        )
