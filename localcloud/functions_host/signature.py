"""The checks of a function's signature that the Python worker makes before it loads an app.

They follow `Registry.add_indexed_function` of azure-functions-runtime 1.3.0; the contract tests
hold both to the same answers.
"""

from __future__ import annotations

import collections.abc
import inspect
import types
import typing
from collections.abc import Callable
from typing import Any, ClassVar, Generic, Union

from azure.functions.decorators.core import Binding

from localcloud.functions_host.converters import (
    GENERIC,
    Parameter,
    accepts,
    find_converter,
    has_implicit_output,
    is_deferred,
)
from localcloud.functions_host.faults import FunctionLoadError

_NOT_GENERIC_ORIGINS = (Union, tuple, ClassVar, collections.abc.Callable)


def read_annotations(function_name: str, call: Callable[..., Any]) -> dict[str, Any]:
    """Evaluate the annotations of a function, as the worker does.

    Raises:
        FunctionLoadError: a name in them does not exist at run time.
    """
    try:
        return typing.get_type_hints(call)
    except NameError as error:
        raise FunctionLoadError(
            function_name,
            f"NameError: {error}: the worker evaluates annotations, so import that name for real, "
            "not under TYPE_CHECKING",
        ) from error


def wants_context(
    function_name: str, parameters: set[str], bound: set[str], annotations: dict[str, Any]
) -> bool:
    """Tell whether the function asks for the invocation's Context.

    Raises:
        FunctionLoadError: its `context` parameter is something else.
    """
    if "context" not in parameters or "context" in bound:
        return False
    annotation = annotations.get("context")
    named_context = isinstance(annotation, type) and annotation.__name__ == "Context"
    if "context" in annotations and not named_context:
        raise FunctionLoadError(
            function_name,
            'the "context" parameter is expected to be of type azure.functions.Context, '
            f'got "{annotation!r}"',
        )
    return True


def match_parameters(function_name: str, parameters: set[str], bound: set[str]) -> None:
    """Check that parameters and bindings name the same things.

    Raises:
        FunctionLoadError: one side names more than the other.
    """
    if parameters - bound:
        raise FunctionLoadError(
            function_name,
            "the following parameters are declared in Python but not in the function definition "
            f"(function.json or function decorators): {sorted(parameters - bound)}",
        )
    if bound - parameters:
        raise FunctionLoadError(
            function_name,
            "the following parameters are declared as bindings but are not present in Python: "
            f"{sorted(bound - parameters)}",
        )


def read_parameter(function_name: str, binding: Binding, annotations: dict[str, Any]) -> Parameter:
    """Return how the argument of one input binding is made.

    Raises:
        FunctionLoadError: the worker would refuse the annotation.
    """
    annotation: Any = annotations.get(binding.name)
    if binding.name in annotations:
        _refuse_non_type(function_name, binding, annotation)
    plain = annotation in (str, bytes) and not has_implicit_output(binding.type)
    parameter = Parameter(
        name=binding.name,
        converter=GENERIC if plain else str(binding.type),
        annotation=annotation,
        deferred=is_deferred(annotation),  # the registry cannot be asked about non-types
    )
    if binding.name in annotations and not accepts(parameter):
        raise FunctionLoadError(
            function_name,
            f'type of {binding.name} binding in the binding decorator "{binding.type}" does not '
            f'match its Python annotation "{annotation.__name__}"',
        )
    return parameter


def check_return(function_name: str, binding_type: str | None, annotations: dict[str, Any]) -> None:
    """Check the return annotation of a function with a `$return` binding.

    Raises:
        FunctionLoadError: the worker would refuse it.
    """
    if "return" not in annotations or binding_type is None:
        return
    annotation = annotations["return"]
    if not isinstance(annotation, type):
        raise FunctionLoadError(
            function_name, f"has invalid non-type return annotation {annotation!r}"
        )
    converter = find_converter(binding_type)
    if converter is not None and not converter.check_output_type_annotation(annotation):
        raise FunctionLoadError(
            function_name,
            f'Python return annotation "{annotation.__name__}" does not match binding type '
            f'"{binding_type}"',
        )


def parameters_of(call: Callable[..., Any]) -> set[str]:
    """Return the names of a function's parameters."""
    return set(inspect.signature(call).parameters)


def _refuse_non_type(function_name: str, binding: Binding, annotation: object) -> None:
    if _origin_name(annotation) == "Out":
        raise FunctionLoadError(
            function_name,
            f'binding {binding.name} is declared to have the "in" direction in the binding '
            "decorator, but its annotation is azure.functions.Out in Python",
        )
    if not isinstance(annotation, type) and not _is_generic(annotation):
        raise FunctionLoadError(
            function_name,
            f"binding {binding.name} has invalid non-type annotation {annotation!r}",
        )


def _origin_name(annotation: object) -> str:
    origin = typing.get_origin(annotation) or annotation
    return origin.__name__ if isinstance(origin, type) else ""


def _is_generic(annotation: object) -> bool:
    """Tell whether the worker's `is_generic_type` would: List[int] is one, list[int] is not."""
    if isinstance(annotation, type) and issubclass(annotation, Generic):
        return True
    if isinstance(annotation, types.GenericAlias | types.UnionType):
        return False
    origin = typing.get_origin(annotation)
    return origin is not None and origin not in _NOT_GENERIC_ORIGINS
