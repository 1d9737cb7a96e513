"""Functions of ARM expressions that take a lambda ("Lambda functions for ARM templates")."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from imaging.template_files.expressions import Call, Expression, Literal
from imaging.template_files.json_kinds import as_list, as_object, as_text, as_truth
from imaging.template_files.json_values import Json, JsonObject
from imaging.template_files.list_functions import object_of_pairs
from imaging.template_files.unresolved import NotExactError

_TAKING = frozenset({"filter", "map", "mapvalues", "reduce", "toobject"})
_VARIABLE = "lambdavariables"

Evaluate = Callable[[Expression], Json]


class Lambdas:
    """The lambdas that are being computed, and their variables.

    Args:
        evaluate: computes an expression; called for the body of a lambda once for each item.
    """

    def __init__(self, evaluate: Evaluate) -> None:
        self._evaluate = evaluate
        self._bound: list[JsonObject] = []

    def knows(self, call: Call) -> bool:
        """Say whether a call is one of a lambda, or of a variable in one.

        Args:
            call: any call.
        """
        return call.function in _TAKING or (call.function == _VARIABLE and bool(self._bound))

    def compute(self, call: Call) -> Json:
        """Compute a call that `knows` says yes to.

        Raises:
            NotExactError: it is not understood, or for another kind of value.
        """
        if call.function == _VARIABLE:
            return self._variable(call)
        compute: Callable[..., Json] = getattr(self, f"_{call.function}")
        whole, *others = call.arguments
        return compute(self._evaluate(whole), *others)

    def _filter(self, whole: Json, keep: Expression) -> Json:
        answers = self._map(whole, keep)
        return [item for item, kept in zip(as_list(whole), answers, strict=True) if as_truth(kept)]

    def _map(self, whole: Json, change: Expression) -> list[Json]:
        return [self._call(change, item, index) for index, item in enumerate(as_list(whole))]

    def _mapvalues(self, whole: Json, change: Expression) -> Json:
        return {key: self._call(change, value) for key, value in as_object(whole).items()}

    def _reduce(self, whole: Json, start: Expression, combine: Expression) -> Json:
        reduced = self._evaluate(start)
        for index, item in enumerate(as_list(whole)):
            reduced = self._call(combine, reduced, item, index)
        return reduced

    def _toobject(self, whole: Json, key: Expression, change: Expression | None = None) -> Json:
        keys = [as_text(self._call(key, item)) for item in as_list(whole)]
        values = [self._call(change, item) for item in as_list(whole)] if change else as_list(whole)
        return object_of_pairs(list(zip(keys, values, strict=True)))

    def _call(self, function: Expression, *values: Json) -> Json:
        """Compute the body of a lambda; it may take fewer values than there are."""
        if not isinstance(function, Call) or function.function != "lambda":
            raise NotExactError
        *names, body = function.arguments
        if not names or len(names) > len(values):
            raise NotExactError
        bound = {_name(name): value for name, value in zip(names, values, strict=False)}
        with self._binding(bound):
            return self._evaluate(body)

    @contextmanager
    def _binding(self, variables: JsonObject) -> Iterator[None]:
        self._bound.append(variables)
        try:
            yield
        finally:
            self._bound.pop()

    def _variable(self, call: Call) -> Json:
        name = _name(*call.arguments)
        for variables in reversed(self._bound):
            if name in variables:
                return variables[name]
        raise NotExactError


def _name(*arguments: Expression) -> str:
    if len(arguments) == 1 and isinstance(arguments[0], Literal):
        return str(arguments[0].value).lower()
    raise NotExactError
