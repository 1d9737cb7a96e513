"""The seam between the Durable engine and whatever holds the user's functions.

The engine knows names and JSON text only. The functions host implements `Functions` by its index
and its invocation of user code; the engine's tests implement it in a few lines.
"""

from __future__ import annotations

from typing import Protocol


class InvocationFailed(Exception):  # noqa: N818 - it is the name of the event, as in RpcException
    """User code failed; what a worker puts into an RpcException.

    Args:
        message: "TypeName: text". For an orchestrator that the SDK caught, the text ends in
            `$OutOfProcData$:` and the state JSON.
        stack: the Python stack trace as text, "" if there is none.
    """

    def __init__(self, message: str, stack: str) -> None:
        super().__init__(message)
        self.message = message
        self.stack = stack


class Functions(Protocol):
    """The indexed functions of one app, as the engine may call them."""

    @property
    def orchestrators(self) -> frozenset[str]:
        """Return the registered names of the orchestrators."""

    @property
    def activities(self) -> frozenset[str]:
        """Return the registered names of the activities."""

    def run_orchestrator(self, name: str, context_json: str) -> str:
        """Run one episode of the user's orchestrator; called on an engine thread.

        Args:
            name: the registered name.
            context_json: the orchestration trigger's JSON (history, input, ids).

        Returns:
            The out-of-process state as JSON text.

        Raises:
            InvocationFailed: the user's code or the SDK raised.
        """

    async def run_activity(self, name: str, input_json: str | None, instance_id: str) -> str:
        """Run one activity; called on the event loop.

        Args:
            name: the registered name.
            input_json: the input as JSON text, None for no input.
            instance_id: the orchestration that asks.

        Returns:
            The result as JSON text, "null" for None.

        Raises:
            InvocationFailed: the activity raised.
        """
