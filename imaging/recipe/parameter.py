"""`parameters`: what an upload or a caller may set, as the recipe's author allows it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import WithJsonSchema

from imaging import limits
from imaging.quoting import unquotable_reason
from imaging.recipe.field_types import Command
from imaging.recipe.patterns import matches, pattern_problem
from imaging.recipe.strict_model import StrictModel, must

_TYPE_PATTERNS = {"integer": limits.INTEGER_PATTERN, "boolean": "true|false"}
_TYPE_WORDS = {"integer": "a whole number", "boolean": "true or false"}

Scalar = str | int | bool


def _scalar_problem(value: object) -> str | None:
    return None if isinstance(value, str | int) else "it must be a text, a whole number or a switch"


def is_parameter_name(name: str) -> bool:
    """Say whether a parameter may have this name.

    Args:
        name: as declared.
    """
    return re.fullmatch(limits.PARAMETER_NAME_PATTERN, name) is not None


def _name_problem(name: str) -> str | None:
    if is_parameter_name(name):
        return None
    return (
        "a parameter's name must begin with a lower-case letter "
        "and have at most 64 lower-case letters, digits and underscores"
    )


Pattern = Annotated[
    str,
    must(pattern_problem),
    WithJsonSchema({"type": "string", "format": "regex", "maxLength": limits.PATTERN_MAX_LENGTH}),
]
DeclaredValue = Annotated[
    Any,
    must(_scalar_problem),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}]}),
]


class Parameter(StrictModel):
    """A value that an upload (metadata kiln_<name>) or an HTTP start (parameters) may set."""

    pattern: Pattern | None = None
    """Regular expression that the whole value must match; required for texts."""
    type: Literal["string", "integer", "boolean"] = "string"
    """What the value becomes where it stands alone; string if left out."""
    default: DeclaredValue = None
    """Value of a build that sets none; without it, every build must set one."""
    example: DeclaredValue = None
    """Value to check the recipe with before a build sets one; for parameters without default."""
    description: Command | None = None
    """What the value is for; people read it."""

    def problem_of(self, text: str) -> str | None:
        """Say why a text cannot be the value, or None.

        Args:
            text: as given by an upload or a caller.
        """
        if len(text) > limits.PARAMETER_VALUE_MAX_LENGTH:
            return f"it must have at most {limits.PARAMETER_VALUE_MAX_LENGTH} characters"
        if not text.isprintable() or unquotable_reason(text) or set(text) & set("{}"):
            return "it must be printable and must not contain { or }"
        kind = _TYPE_PATTERNS.get(self.type)
        if kind and not re.fullmatch(kind, text):
            return f"it must be {_TYPE_WORDS[self.type]}"
        if self.pattern is not None and not matches(self.pattern, text):
            return f"it must match {self.pattern}"
        return None

    def json_value(self, text: str) -> Scalar:
        """Turn a value without problem into JSON of the declared type.

        Args:
            text: the value.
        """
        if self.type == "integer":
            return int(text)
        return text == "true" if self.type == "boolean" else text


def as_text(value: Scalar) -> str:
    """Write a declared value as an upload would.

    Args:
        value: a default or an example.
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


def declaration_problem(parameter: Parameter) -> tuple[str, str] | None:
    """Say what does not fit together in a declaration, as key and problem, or None.

    Args:
        parameter: each of whose values is fine alone.
    """
    if parameter.type == "string" and parameter.pattern is None:
        return "pattern", "is missing; it says which texts an upload may set"
    is_switch = parameter.type == "boolean"
    if is_switch and all(map(parameter.problem_of, ("true", "false"))):
        return "pattern", "it must match true or false, or be left out"
    for key in ("default", "example"):
        value: Scalar | None = getattr(parameter, key)
        problem = parameter.problem_of(as_text(value)) if value is not None else None
        if problem:
            return key, problem
    return None


ParameterName = Annotated[str, must(_name_problem)]


def _too_many(parameters: dict[str, Parameter]) -> str | None:
    most = limits.PARAMETERS_MAX
    return f"there must be at most {most} parameters" if len(parameters) > most else None


Parameters = Annotated[dict[ParameterName, Parameter], must(_too_many)]
