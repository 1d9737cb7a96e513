"""Stand-ins for the worker protocol's message classes: they keep what they are given.

azure-functions-runtime takes them from `request.properties["protos"]`, so neither protobuf nor grpc
is needed to talk to it.
"""

from types import SimpleNamespace

KINDS = (
    "string",
    "json",
    "bytes",
    "stream",
    "http",
    "int",
    "double",
    "collection_bytes",
    "collection_string",
    "collection_double",
    "collection_sint64",
    "model_binding_data",
    "collection_model_binding_data",
)
PLAIN = (
    "RpcHttp",
    "RpcException",
    "RpcFunctionMetadata",
    "RpcRetryOptions",
    "NullableBool",
    "NullableDouble",
    "NullableString",
    "NullableTimestamp",
    "WorkerInitResponse",
    "WorkerMetadata",
    "FunctionMetadataResponse",
    "FunctionLoadResponse",
    "FunctionEnvironmentReloadResponse",
    "InvocationResponse",
)


class Message(SimpleNamespace):
    """Any message: its fields are attributes."""


class StatusResult(Message):
    """How a request ended."""

    Success, Failure = "Success", "Failure"


class BindingInfo(Message):
    """A binding; the directions are those of azure.functions."""

    undefined = 0
    out, inout = 1, 2


setattr(BindingInfo, "in", 0)


class RpcHttpCookie(Message):
    """A cookie."""

    SameSite = SimpleNamespace(**{"None": 0, "Lax": 1, "Strict": 2, "ExplicitNone": 3})


class TypedData(Message):
    """One value, of one kind."""

    def WhichOneof(self, _):  # noqa: N802 - protobuf's name
        """Return the kind that is set."""
        return next((kind for kind in KINDS if kind in vars(self)), None)


class ParameterBinding(Message):
    """A named value."""

    def WhichOneof(self, _):  # noqa: N802 - protobuf's name
        """Return that it holds data."""
        return "data"


def message_classes():
    """Return the namespace that the worker library expects."""
    plain = {name: type(name, (Message,), {}) for name in PLAIN}
    special = (StatusResult, BindingInfo, RpcHttpCookie, TypedData, ParameterBinding)
    return SimpleNamespace(**plain, **{each.__name__: each for each in special})
