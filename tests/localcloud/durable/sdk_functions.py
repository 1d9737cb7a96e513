"""`Functions` over an app of the real SDK, as small as it can be (the host has the real one)."""

import asyncio
import functools
import inspect
import json
import threading
import traceback
from dataclasses import dataclass, field

from azure.durable_functions import Orchestrator

from localcloud.durable.functions import InvocationFailed


@dataclass
class Activity:
    """What one activity call looked like."""

    name: str
    value: object


@dataclass
class SdkFunctions:
    """The functions of one DFApp; `calls` records what activities were given."""

    orchestrator_code: dict
    activity_code: dict
    calls: list = field(default_factory=list)
    entered: list = field(default_factory=list)

    @property
    def orchestrators(self):
        """Return the names of the orchestrators."""
        return frozenset(self.orchestrator_code)

    @property
    def activities(self):
        """Return the names of the activities."""
        return frozenset(self.activity_code)

    def run_orchestrator(self, name, context_json):
        """Run an episode, as a worker does, never on the event loop's thread."""
        self.entered.append(name)
        assert threading.current_thread() is not threading.main_thread()
        try:
            return self.orchestrator_code[name](context_json)
        except BaseException as error:
            raise _failed(error) from error

    async def run_activity(self, name, input_json, instance_id):
        """Record the call and run it."""
        value = None if input_json is None else json.loads(input_json)
        self.calls.append(Activity(name, value))
        code = self.activity_code[name]
        try:
            if inspect.iscoroutinefunction(code):
                return json.dumps(await code(value))
            return json.dumps(await asyncio.to_thread(functools.partial(code, value)))
        except Exception as error:
            raise _failed(error) from error

    def values(self, name="act"):
        """Return what the activity was given, call by call."""
        return [call.value for call in self.calls if call.name == name]


def index(app):
    """Return the functions of a DFApp, as the worker finds them."""
    orchestrators, activities = {}, {}
    for function in app.get_functions():
        code = function.get_user_function()
        if function.get_trigger().type == "orchestrationTrigger":
            # The decorator has wrapped the generator; asking for it again gives a fresh handle.
            orchestrators[function.get_function_name()] = Orchestrator.create(
                code.orchestrator_function
            )
        else:
            activities[function.get_function_name()] = code
    return SdkFunctions(orchestrators, activities)


def _failed(error):
    stack = "".join(traceback.format_tb(error.__traceback__))
    return InvocationFailed(f"{type(error).__name__}: {error}", stack)
