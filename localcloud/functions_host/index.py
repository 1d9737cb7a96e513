"""Read a `function_app.py` once and list its functions, as the Python worker does."""

from __future__ import annotations

import importlib
import inspect
import json
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azure.functions import FunctionRegister
from azure.functions.decorators.function_app import Function

from localcloud.functions_host import signature
from localcloud.functions_host.converters import Parameter, has_implicit_output, raw_bindings
from localcloud.functions_host.faults import AppLoadError, FunctionLoadError
from localcloud.functions_host.supported import find_unsupported

SCRIPT_FILE = "function_app.py"


@dataclass(frozen=True)
class IndexedFunction:
    """One function of the app: its code, its bindings, and how arguments and answer are made."""

    name: str
    call: Callable[..., Any]
    folder: str
    trigger: dict[str, Any]
    bindings: tuple[dict[str, Any], ...]
    inputs: dict[str, Parameter]
    return_binding: str | None
    return_annotation: Any
    is_async: bool
    wants_context: bool

    @property
    def trigger_type(self) -> str:
        """Return the type of the trigger, such as `httpTrigger`."""
        return str(self.trigger["type"])

    @property
    def trigger_name(self) -> str:
        """Return the name of the parameter that the trigger fills."""
        return str(self.trigger["name"])


def index_app(app_folder: Path, module_name: str = Path(SCRIPT_FILE).stem) -> list[IndexedFunction]:
    """Import the app and return its functions in the order of registration.

    Args:
        app_folder: the folder that holds function_app.py; it is put on `sys.path`.
        module_name: the module of the app object.

    Raises:
        AppLoadError: the worker would not load the app, or it needs what this host does not do.
    """
    if not (app_folder / f"{module_name}.py").is_file():
        raise AppLoadError([f"there is no {module_name}.py in {app_folder}"])
    if str(app_folder) not in sys.path:
        sys.path.insert(0, str(app_folder))
    functions: list[IndexedFunction] = []
    faults: list[str] = []
    for function in _registered_functions(app_folder, module_name):
        try:
            functions.append(_index_function(function))
        except FunctionLoadError as error:
            faults.append(str(error))
    if faults:
        raise AppLoadError(faults)
    return functions


def _registered_functions(app_folder: Path, module_name: str) -> list[Function]:
    try:
        module = importlib.import_module(module_name)
    except (Exception, SystemExit) as error:
        fault = f"{module_name}.py cannot be imported: {type(error).__name__}: {error}"
        raise AppLoadError([fault + _place(app_folder, error)]) from error
    apps = [value for value in vars(module).values() if isinstance(value, FunctionRegister)]
    if not apps:
        raise AppLoadError([f"no top level function app instance is defined in {module_name}.py"])
    if len(apps) > 1:
        kind = type(apps[0]).__name__
        raise AppLoadError(
            [f"more than one {kind} or other top level function app instances are defined"]
        )
    try:
        return list(apps[0].get_functions())
    except ValueError as error:
        raise AppLoadError([f"the app does not index: {error}"]) from error


def _place(app_folder: Path, error: BaseException) -> str:
    """Name the line of the app that led to an error; a SyntaxError's text does so itself."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(str(app_folder))]
    return f" ({own[-1].filename}, line {own[-1].lineno})" if own else ""


def _index_function(function: Function) -> IndexedFunction:
    name = str(function.get_function_name())
    find_unsupported(name, function)
    call = function.get_user_function()
    annotations = signature.read_annotations(name, call)
    inputs_bound = {b.name: b for b in function.get_bindings() if b.name != "$return"}
    parameters = signature.parameters_of(call)
    with_context = signature.wants_context(name, parameters, set(inputs_bound), annotations)
    signature.match_parameters(
        name, parameters - ({"context"} if with_context else set()), set(inputs_bound)
    )
    inputs = {
        binding.name: signature.read_parameter(name, binding, annotations)
        for binding in inputs_bound.values()
    }
    return_binding, explicit = _return_binding(function)
    if explicit:
        signature.check_return(name, return_binding, annotations)
    bindings = tuple(json.loads(text) for text in raw_bindings(function, inputs))
    trigger = function.get_trigger()
    return IndexedFunction(
        name=name,
        call=call,
        folder=str(Path(inspect.getfile(call)).parent),
        trigger=next(
            binding for binding in bindings if trigger and binding["name"] == trigger.name
        ),
        bindings=bindings,
        inputs=inputs,
        return_binding=return_binding,
        return_annotation=annotations.get("return"),
        is_async=inspect.iscoroutinefunction(call),
        wants_context=with_context,
    )


def _return_binding(function: Function) -> tuple[str | None, bool]:
    found: str | None = None
    for binding in function.get_bindings():
        if binding.name == "$return":
            return str(binding.type), True
        if has_implicit_output(binding.type):
            found = binding.type
    return found, False
