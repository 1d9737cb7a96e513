"""Load an app with the local Functions host's index and make the same calls of it.

python -m tests.contract.local_worker APP_FOLDER < calls.json > answers.json
"""

import asyncio
import json
import sys
from pathlib import Path

from azure.functions.meta import Datum

from localcloud.durable.functions import InvocationFailed
from localcloud.functions_host.console import Console
from localcloud.functions_host.converters import ModelBinding, text
from localcloud.functions_host.faults import AppLoadError
from localcloud.functions_host.index import index_app
from localcloud.functions_host.invocation import Call, Invoker


def datum(kind, value):
    """Make a value as the host's triggers make it."""
    if kind == "bytes":
        value = value.encode()
    if kind == "model_binding_data":
        value = ModelBinding(json.dumps(value).encode())
    if kind == "http":
        value = {
            "method": text(value["method"]),
            "url": text(value["url"]),
            "body": Datum(value["body"].encode(), "bytes"),
            **{part: texts(value[part]) for part in ("headers", "params", "query")},
        }
    return Datum(value, kind)


def texts(values):
    """Make a text of each value."""
    return {name: text(value) for name, value in values.items()}


def shown(answer):
    """Turn an answer into JSON."""
    if answer is None:
        return None
    if answer.type == "http":
        parts = answer.value
        headers = {name: value.value for name, value in parts["headers"].items()}
        status, body = parts["status_code"].value, parts["body"].value.decode()
        return ["http", {"status": status, "headers": headers, "body": body}]
    return [answer.type, answer.value]


async def make_call(call, functions, invoker):
    """Make one call and return its answer."""
    inputs = {name: datum(*value) for name, value in call["inputs"].items()}
    metadata = {name: datum(*value) for name, value in call.get("metadata", {}).items()}
    try:
        answer = await invoker.invoke(Call(functions[call["function"]], inputs, metadata))
    except InvocationFailed as failure:
        return {"failure": failure.message, "answer": None}
    return {"failure": None, "answer": shown(answer)}


async def main(app_folder, calls):
    """Load the app and make the calls."""
    try:
        index = index_app(Path(app_folder))
    except AppLoadError as error:
        return {"refusal": str(error)}
    functions = {function.name: function for function in index}
    invoker = Invoker(Console())
    answers = [await make_call(call, functions, invoker) for call in calls]
    invoker.close()
    return {"functions": [[f.name, list(f.bindings)] for f in index], "answers": answers}


if __name__ == "__main__":
    found = asyncio.run(main(sys.argv[1], json.load(sys.stdin)))
    sys.stdout.write("\n" + json.dumps(found))
