"""The value of each parameter in one build, or a sample where no build is at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from imaging.errors import Fault
from imaging.recipe.parameter import (
    Parameter,
    Scalar,
    as_text,
    declaration_problem,
    is_parameter_name,
)
from imaging.recipe.raw_parts import Part
from imaging.recipe.showing import show, show_value_of

# For parameters with neither default nor example: usual values; the first that fits is taken.
_SAMPLES = (
    "1.0.0", "1", "60", "true", "v1.0.0", "1.0", "1.0.0.0", "app", "a", "A", "main", "westeurope",
    "2026-01-31", "Standard_D2s_v5", "0123456789abcdef", "0" * 40,
    "00000000-0000-0000-0000-000000000000", "8080", "100", "1000", "2",
)  # fmt: skip
_STAND_IN = "x"


@dataclass
class ParameterValues:
    """What is known of the parameters.

    Args:
        usable: declarations without faults.
        texts: value of each usable parameter that has one, as text.
        values: the same as JSON of the declared type.
        declared: names of all parameters, usable or not.
        samples: for those whose value is only a sample of Kiln's, all that the pattern takes.
        faults: of declarations and of given values.
    """

    usable: dict[str, Parameter] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    values: dict[str, Scalar] = field(default_factory=dict)
    declared: tuple[str, ...] = ()
    samples: dict[str, tuple[str, ...]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def listed(self) -> str:
        """The names of all parameters, for a message; a malformed one is left to its own fault."""
        return ", ".join(filter(is_parameter_name, self.declared)) or "none"

    def set(self, name: str, text: str) -> None:
        """Give a usable parameter a value.

        Args:
            name: of the parameter.
            text: a value without problem, or the stand-in where no sample fits.
        """
        is_stand_in = self.samples.get(name) == (_STAND_IN,)
        self.texts[name] = text
        self.values[name] = text if is_stand_in else self.usable[name].json_value(text)


def parameter_values(block: Part, given: Mapping[str, str] | None) -> ParameterValues:
    """Find the value of each parameter.

    Args:
        block: the recipe's `parameters`.
        given: what an upload or a caller sets; None to check a recipe without a build.
    """
    declarations = block.value if isinstance(block.value, Mapping) else {}
    found = ParameterValues(declared=tuple(declarations))
    for name in declarations:
        parameter = _usable(block[name], found)
        if parameter is not None:
            found.usable[name] = parameter
            _choose(block[name], given, found)
    for name in given or {}:
        if name not in declarations:
            problem = f"is given, and the recipe does not declare it; declared: {found.listed}"
            found.faults.append(block[name].fault(problem))
    return found


def _usable(part: Part, found: ParameterValues) -> Parameter | None:
    try:
        parameter = Parameter.model_validate(part.value)
    except ValidationError:
        return None  # the reader of the whole recipe says what is wrong
    problem = declaration_problem(parameter)
    if problem is None:
        return parameter
    key, why = problem
    value = part[key]
    found.faults.append(value.fault(f"is {show(value.value)}; {why}" if value.has_value else why))
    return None


def _choose(part: Part, given: Mapping[str, str] | None, found: ParameterValues) -> None:
    name = str(part.place[-1])
    parameter = found.usable[name]
    text = (given or {}).get(name)
    if text is not None:
        problem = parameter.problem_of(text)
        if problem:
            found.faults.append(part.fault(f"is {show_value_of(name, text)}; {problem}"))
            return
    elif parameter.default is not None:
        text = as_text(parameter.default)
    elif given is not None:
        found.faults.append(part.fault(_how_to_set(name)))
        return
    elif parameter.example is not None:
        text = as_text(parameter.example)
    else:
        fitting = tuple(text for text in _SAMPLES if parameter.problem_of(text) is None)
        found.samples[name] = fitting or (_STAND_IN,)
        text = found.samples[name][0]
    found.set(name, text)


def _how_to_set(name: str) -> str:
    return (
        f"has no value and no default; set it by the upload's metadata kiln_{name} "
        f'or by {{"parameters": {{"{name}": "…"}}}} of an HTTP start'
    )
