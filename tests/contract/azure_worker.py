"""Load an app with Azure's worker library and make calls of it; run by Python 3.13, one app each.

    python azure_worker.py APP_FOLDER < calls.json > answers.json

The form of calls and answers is that of `local_worker`, so that the tests can compare both.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parent))

from azure_functions_runtime import (
    functions_metadata_request,
    invocation_request,
    start_threadpool_executor,
    worker_init_request,
)
from messages import Message, ParameterBinding, TypedData, message_classes

PROTOS = message_classes()


def request(name, **fields):
    """Wrap a request as the worker expects it."""
    properties = {"host": "127.0.0.1", "protos": PROTOS}
    return SimpleNamespace(
        request=SimpleNamespace(**{name: Message(**fields)}), properties=properties
    )


def typed(kind, value):
    """Make a value of the protocol."""
    if kind == "bytes":
        value = value.encode()
    if kind == "model_binding_data":
        value = Message(
            version="1.0",
            source="AzureStorageBlobs",
            content_type="application/json",
            content=json.dumps(value).encode(),
        )
    if kind == "http":
        value = Message(**{**value, "body": TypedData(bytes=value["body"].encode())})
    return TypedData(**{kind: value})


def shown(value):
    """Turn an answer of the protocol into JSON."""
    if value is None:
        return None
    kind = value.WhichOneof("data")
    content = getattr(value, kind)
    if kind == "http":
        body = content.body.bytes.decode()
        return ["http", {"status": content.status_code, "headers": content.headers, "body": body}]
    return [kind, content]


async def make_call(call, function_ids):
    """Make one call and return its answer."""
    answer = await invocation_request(
        request(
            "invocation_request",
            invocation_id="one",
            function_id=function_ids[call["function"]],
            input_data=[
                ParameterBinding(name=name, data=typed(*value))
                for name, value in call["inputs"].items()
            ],
            trigger_metadata={n: typed(*value) for n, value in call.get("metadata", {}).items()},
            trace_context=Message(trace_parent="", trace_state="", attributes={}),
            retry_context=Message(retry_count=0, max_retry_count=0, exception=None),
        )
    )
    failure = getattr(answer.result, "exception", None)
    return {
        "failure": failure.message if failure else None,
        "answer": shown(getattr(answer, "return_value", None)),
    }


async def main(app_folder, calls):
    """Load the app and make the calls."""
    os.chdir(app_folder)
    sys.path.insert(0, app_folder)
    start_threadpool_executor()
    loaded = await worker_init_request(
        request("worker_init_request", function_app_directory=app_folder, capabilities={})
    )
    if loaded.result.status != "Success":
        return {"refusal": loaded.result.exception.message}
    metadata = await functions_metadata_request(request("functions_metadata_request"))
    functions = metadata.function_metadata_results
    ids = {function.name: function.function_id for function in functions}
    return {
        "functions": [[f.name, [json.loads(text) for text in f.raw_bindings]] for f in functions],
        "answers": [await make_call(call, ids) for call in calls],
    }


if __name__ == "__main__":
    answers = asyncio.run(main(sys.argv[1], json.load(sys.stdin)))
    sys.stdout.write("\n" + json.dumps(answers))
    sys.stdout.flush()
    os._exit(0)  # the library's threads would be waited for
