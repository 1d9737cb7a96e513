"""The indexed app as the Durable engine sees it: names, episodes and activities as JSON text."""

from __future__ import annotations

from azure.functions.meta import Datum

from localcloud.durable.functions import InvocationFailed
from localcloud.functions_host.converters import text
from localcloud.functions_host.index import IndexedFunction
from localcloud.functions_host.invocation import Call, Invoker


class AppFunctions:
    """Implements `localcloud.durable.functions.Functions` on an index.

    Args:
        index: the functions of the app.
        invoker: what runs them.
    """

    def __init__(self, index: list[IndexedFunction], invoker: Invoker) -> None:
        self._invoker = invoker
        self._orchestrators = _of_type(index, "orchestrationTrigger")
        self._activities = _of_type(index, "activityTrigger")

    @property
    def orchestrators(self) -> frozenset[str]:
        """Return the registered names of the orchestrators."""
        return frozenset(self._orchestrators)

    @property
    def activities(self) -> frozenset[str]:
        """Return the registered names of the activities."""
        return frozenset(self._activities)

    def run_orchestrator(self, name: str, context_json: str) -> str:
        """Run one episode on the calling thread and return the state JSON.

        Raises:
            InvocationFailed: the orchestrator or the SDK raised.
        """
        function = _find(self._orchestrators, name, "orchestrator")
        inputs = {function.trigger_name: text(context_json)}
        return _as_text(self._invoker.invoke_here(Call(function, inputs, quiet=True)))

    async def run_activity(self, name: str, input_json: str | None, instance_id: str) -> str:
        """Run one activity and return its result as JSON text.

        Raises:
            InvocationFailed: the activity raised.
        """
        function = _find(self._activities, name, "activity")
        inputs = {function.trigger_name: text("null" if input_json is None else input_json)}
        call = Call(function, inputs, reason=f"orchestration {instance_id}")
        return _as_text(await self._invoker.invoke(call))


def _of_type(index: list[IndexedFunction], trigger_type: str) -> dict[str, IndexedFunction]:
    return {function.name: function for function in index if function.trigger_type == trigger_type}


def _find(functions: dict[str, IndexedFunction], name: str, kind: str) -> IndexedFunction:
    if name not in functions:
        known = ", ".join(sorted(functions)) or "none"
        raise InvocationFailed(f"ValueError: no {kind} is named '{name}'; there are: {known}", "")
    return functions[name]


def _as_text(answer: Datum | None) -> str:
    return "null" if answer is None else str(answer.value)
