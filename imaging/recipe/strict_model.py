"""How strict a recipe's models are: AIB's exact names, no unknown key, no conversion."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

RULE_ERROR = "kiln_rule"

T = TypeVar("T")


class StrictModel(BaseModel):
    """An object of a recipe; its JSON names are AIB's, compared with case as AIB does."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        strict=True,
        frozen=True,
        use_attribute_docstrings=True,
    )


def must(problem_of: Callable[[T], str | None]) -> AfterValidator:
    """Make a check of a single value into a rule of a field.

    Args:
        problem_of: answers what the value must be, or None when it is.
    """

    def check(value: T) -> T:
        problem = problem_of(value)
        if problem is not None:
            raise PydanticCustomError(RULE_ERROR, "{problem}", {"problem": problem})
        return value

    return AfterValidator(check)
