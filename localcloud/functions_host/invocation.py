"""Call one function of the app as the Python worker does: arguments, thread, answer, errors."""

from __future__ import annotations

import asyncio
import contextvars
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from azure.functions.meta import Datum

from localcloud.durable.functions import InvocationFailed
from localcloud.functions_host import converters
from localcloud.functions_host.console import Console, Invocation, current_invocation
from localcloud.functions_host.index import IndexedFunction

DEFAULT_THREADS = 16


@dataclass(frozen=True)
class TraceContext:
    """The W3C trace of an invocation; empty, as nothing is traced locally."""

    trace_parent: str = ""
    trace_state: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RetryContext:
    """Which try of a function's retry policy this is; there are no policies locally."""

    retry_count: int = 0
    max_retry_count: int = 0
    exception: None = None


_thread_local = threading.local()


@dataclass(frozen=True)
class Context:
    """What a parameter `context: func.Context` receives; the worker requires this class name."""

    function_name: str
    function_directory: str
    invocation_id: str
    trace_context: TraceContext = field(default_factory=TraceContext)
    retry_context: RetryContext = field(default_factory=RetryContext)

    @property
    def thread_local_storage(self) -> threading.local:
        """Return the storage in which user threads find `invocation_id`."""
        return _thread_local


@dataclass(frozen=True)
class Call:
    """The data of one invocation: a datum for each input, and the trigger's metadata."""

    function: IndexedFunction
    inputs: Mapping[str, Datum]
    metadata: Mapping[str, Datum] = field(default_factory=dict)
    reason: str = ""
    quiet: bool = False


class Invoker:
    """Runs the functions of the app: sync ones on threads, async ones on the event loop.

    Args:
        console: where the beginning and end of each invocation are reported.
        threads: how many sync functions run at once.
    """

    def __init__(self, console: Console, threads: int = DEFAULT_THREADS) -> None:
        self._console = console
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="function")
        self._running: set[str] = set()
        self._on_threads: set[Future[object]] = set()

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing is under way, not even on a thread that nobody waits for."""
        return not self._running and not self._on_threads

    def close(self) -> None:
        """Take no more work for the threads; what runs there is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def invoke(self, call: Call) -> Datum | None:
        """Run a function and return its encoded answer, None if it has none.

        Raises:
            InvocationFailed: the function raised, or its answer cannot be sent.
        """
        function, invocation = call.function, _new_invocation(call)
        token = current_invocation.set(invocation)
        try:
            with self._reported(invocation, call):
                arguments = _arguments(call, invocation)
                if function.is_async:
                    answer = await _call_on_the_loop(function.call, arguments)
                else:
                    answer = await self._on_thread(function.call, arguments, invocation)
                return _encode(function, answer)
        finally:
            current_invocation.reset(token)

    def invoke_here(self, call: Call) -> Datum | None:
        """Run a sync function on the calling thread and return its encoded answer.

        Raises:
            InvocationFailed: the function raised, or its answer cannot be sent.
        """
        invocation = _new_invocation(call)
        token = current_invocation.set(invocation)
        try:
            with self._reported(invocation, call):
                answer = _call_with_id(call.function.call, _arguments(call, invocation), invocation)
                return _encode(call.function, answer)
        finally:
            current_invocation.reset(token)

    async def _on_thread(
        self, function: Callable[..., Any], arguments: dict[str, Any], invocation: Invocation
    ) -> object:
        context = contextvars.copy_context()
        work: Future[object] = self._pool.submit(
            context.run, _call_with_id, function, arguments, invocation
        )
        self._on_threads.add(work)
        work.add_done_callback(self._on_threads.discard)
        return await asyncio.wrap_future(work)

    def _reported(self, invocation: Invocation, call: Call) -> _Reported:
        return _Reported(self._console, self._running, invocation, call)


class _Reported:
    """Reports an invocation's beginning and end, and turns what it raises into InvocationFailed."""

    def __init__(
        self, console: Console, running: set[str], invocation: Invocation, call: Call
    ) -> None:
        self._console = console
        self._running = running
        self._invocation = invocation
        self._call = call
        self._started = time.monotonic()

    def __enter__(self) -> None:
        self._running.add(self._invocation.invocation_id)
        self._console.executing(self._invocation, self._call.reason, quiet=self._call.quiet)

    def __exit__(
        self,
        _: type[BaseException] | None,
        error: BaseException | None,
        __: TracebackType | None,
    ) -> None:
        self._running.discard(self._invocation.invocation_id)
        seconds = time.monotonic() - self._started
        if error is None:
            self._console.succeeded(self._invocation, seconds, quiet=self._call.quiet)
            return
        if not isinstance(error, Exception):
            return  # the host ends
        failure = error if isinstance(error, InvocationFailed) else describe_failure(error)
        self._console.failed(self._invocation, seconds, failure)
        raise failure from error


def describe_failure(error: BaseException) -> InvocationFailed:
    """Word an exception as the worker's RpcException does: "Type: text", and the stack."""
    stack = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    try:
        return InvocationFailed(f"{type(error).__name__}: {error}", stack)
    except Exception:  # noqa: BLE001 - the user's __str__ may raise anything
        return InvocationFailed(
            "Unhandled exception in function. Could not serialize original exception message.",
            stack,
        )


def _new_invocation(call: Call) -> Invocation:
    return Invocation(call.function.name, str(uuid.uuid4()))


def _call_with_id(
    function: Callable[..., Any], arguments: dict[str, Any], invocation: Invocation
) -> object:
    """Call a function on this thread; whatever it raises is its failure, never the host's end."""
    _thread_local.invocation_id = invocation.invocation_id
    try:
        return function(**arguments)
    except BaseException as error:
        raise describe_failure(error) from error
    finally:
        _thread_local.invocation_id = None


async def _call_on_the_loop(function: Callable[..., Any], arguments: dict[str, Any]) -> object:
    """Call an async function; what only the host's end or Ctrl-C may mean passes as it is."""
    try:
        return await function(**arguments)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        task = asyncio.current_task()
        if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
            raise
        raise describe_failure(error) from error


def _arguments(call: Call, invocation: Invocation) -> dict[str, Any]:
    function = call.function
    arguments: dict[str, Any] = {}
    for name, parameter in function.inputs.items():
        metadata = call.metadata if name == function.trigger_name else {}
        arguments[name] = converters.decode(parameter, call.inputs[name], metadata)
    if function.wants_context:
        arguments["context"] = Context(function.name, function.folder, invocation.invocation_id)
    return arguments


def _encode(function: IndexedFunction, answer: object) -> Datum | None:
    sys.stdout.flush()  # what the function printed
    if function.return_binding is None:
        if answer is not None:
            raise RuntimeError(
                f"function {function.name!r} without a $return binding returned a non-None value"
            )
        return None
    return converters.encode(function.return_binding, answer, function.return_annotation)
