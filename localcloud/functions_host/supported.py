"""What the local host does of the Functions binding model; all else is refused by name at startup.

Silently ignoring a queue output or a retry policy would let an app pass here and fail in Azure.
"""

from __future__ import annotations

from azure.functions.decorators.core import Binding
from azure.functions.decorators.function_app import Function

from localcloud.functions_host.faults import FunctionLoadError

TRIGGERS = (
    "httpTrigger",
    "blobTrigger",
    "timerTrigger",
    "orchestrationTrigger",
    "activityTrigger",
)
_OUT = 1
_INOUT = 2
_DONE = f"{', '.join(TRIGGERS)}, the durableClient input and the http $return"


def find_unsupported(function_name: str, function: Function) -> None:
    """Refuse a function that needs what the local host does not do.

    Raises:
        FunctionLoadError: names function and binding.
    """
    if function.get_setting("retry_policy") is not None:
        raise FunctionLoadError(
            function_name, "its retry policy is not done by the local host; use Durable's retries"
        )
    for binding in function.get_bindings():
        _check_direction(function_name, binding)
        if not _is_done(binding):
            raise FunctionLoadError(
                function_name,
                f"binding {binding.name} has the type {binding.type}, which the local host does "
                f"not do; it does {_DONE}",
            )


def _check_direction(function_name: str, binding: Binding) -> None:
    if binding.direction == _INOUT:
        raise FunctionLoadError(function_name, '"inout" bindings are not supported')
    if binding.name == "$return" and binding.direction != _OUT:
        raise FunctionLoadError(function_name, '"$return" binding must have direction set to "out"')


def _is_done(binding: Binding) -> bool:
    if binding.direction == _OUT:
        return bool(binding.type == "http" and binding.name == "$return")
    return binding.type in (*TRIGGERS, "durableClient")
