"""The converters of azure.functions and of its extensions, asked for as the Python worker asks.

A binding type is served by azure.functions' registry, by the registry of
`azurefunctions.extensions.base` where the parameter's type is an SDK type ("deferred binding"), or
by the generic rules (text and bytes) where neither knows it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from azure.functions.decorators.function_app import Function
from azure.functions.meta import Datum, get_binding_registry

GENERIC = "generic"


class Converter(Protocol):
    """What the registries hold for a binding type: a class with these class methods."""

    def check_input_type_annotation(self, pytype: object) -> bool:
        """Tell whether an input may have this annotation."""

    def check_output_type_annotation(self, pytype: object) -> bool:
        """Tell whether an answer may have this annotation."""

    def decode(self, data: Datum, **hints: object) -> object:
        """Make the argument."""

    def encode(self, obj: object, *, expected_type: object) -> Datum:
        """Make the answer that is sent."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a function, and how its argument is made."""

    name: str
    converter: str
    annotation: Any
    deferred: bool


@dataclass(frozen=True)
class ModelBinding:
    """What the host sends for a deferred binding instead of the content (ModelBindingData)."""

    content: bytes
    version: str = "1.0"
    source: str = "AzureStorageBlobs"
    content_type: str = "application/json"


def text(value: str) -> Datum:
    """Return a string on the wire."""
    return Datum(value, "string")


def json_text(value: str) -> Datum:
    """Return JSON text on the wire."""
    return Datum(value, "json")


def is_deferred(annotation: object) -> bool:
    """Tell whether the extensions' registry makes the argument of that annotation."""
    extensions = _extension_registry()
    return extensions is not None and bool(extensions.check_supported_type(annotation))


def find_converter(binding_type: str | None, *, deferred: bool = False) -> Converter | None:
    """Return the converter class of a binding type, None where the generic rules apply."""
    if deferred:
        extensions = _extension_registry()
        return None if extensions is None else cast("Converter", extensions.get(binding_type))
    return cast("Converter | None", _sdk_registry().get(binding_type))


def has_implicit_output(binding_type: str | None) -> bool:
    """Tell whether a function with this binding may return a value without naming an output."""
    converter = find_converter(binding_type)
    if converter is None:
        return binding_type != "durableClient"
    return bool(getattr(converter, "has_implicit_output", lambda: False)())


def accepts(parameter: Parameter) -> bool:
    """Tell whether the converter takes the annotation of that parameter."""
    converter = find_converter(parameter.converter, deferred=parameter.deferred)
    if converter is None:
        return issubclass(parameter.annotation, str | bytes)
    return bool(converter.check_input_type_annotation(parameter.annotation))


def decode(parameter: Parameter, datum: Datum, trigger_metadata: Mapping[str, Datum]) -> object:
    """Make the argument of a parameter from what the host sends."""
    converter = find_converter(parameter.converter, deferred=parameter.deferred)
    if converter is None:
        return cast("object", datum.value)
    if parameter.deferred:
        return converter.decode(
            datum, trigger_metadata=trigger_metadata, pytype=parameter.annotation
        )
    return converter.decode(datum, trigger_metadata=trigger_metadata)


def encode(binding_type: str, value: object, annotation: object) -> Datum:
    """Make the answer of a function from what it returned.

    Raises:
        TypeError: the binding does not take such a value; worded as the worker words it.
    """
    converter = find_converter(binding_type)
    if converter is None:
        raise TypeError(f"no converter is registered for the binding type {binding_type}")
    try:
        return converter.encode(value, expected_type=annotation)
    except NotImplementedError as error:
        raise TypeError(
            f'unable to encode outgoing TypedData: unsupported type "{binding_type}" for '
            f'Python type "{type(value).__name__}"'
        ) from error


def raw_bindings(function: Function, inputs: Mapping[str, Parameter]) -> list[str]:
    """Return the JSON text of each binding, as the worker reports it to the host."""
    deferred = [parameter for parameter in inputs.values() if parameter.deferred]
    if not deferred:
        return list(function.get_raw_bindings())
    pytypes = {name: _PyType(parameter.annotation) for name, parameter in inputs.items()}
    bindings, _ = _extension_registry().get_raw_bindings(function, pytypes)
    return list(bindings)


@dataclass(frozen=True)
class _PyType:
    pytype: Any


def _sdk_registry() -> Any:  # noqa: ANN401 - an unannotated function's registry class
    return get_binding_registry()  # type: ignore[no-untyped-call]  # not annotated in the SDK


def _extension_registry() -> Any:  # noqa: ANN401 - an untyped package's registry class
    # Like the worker: an app that never imported the extensions cannot use deferred bindings.
    extensions = sys.modules.get("azurefunctions.extensions.base")
    return None if extensions is None else extensions.get_binding_registry()
