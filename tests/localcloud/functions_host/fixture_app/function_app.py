"""A small app with one function of each kind that the local host serves."""

import json
import logging
import os
from typing import TypedDict

import azure.durable_functions as df
import azure.functions as func
from blob_address import BlobAddress

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
log = logging.getLogger("fixture")
seen = []


class Greeting(TypedDict):
    """The input of the activity."""

    name: str


def _answer(body, status=200):
    return func.HttpResponse(json.dumps(body), status_code=status, mimetype="application/json")


@app.route(route="echo/{word}/{number:int?}", methods=["GET", "POST"])
def echo(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Answer with what arrived."""
    log.info("echo_asked word=%s", req.route_params["word"])
    return _answer(
        {
            "method": req.method,
            "url": req.url,
            "headers": dict(req.headers),
            "query": dict(req.params),
            "route": dict(req.route_params),
            "body": req.get_body().decode(),
            "invocation": context.invocation_id,
            "function": context.function_name,
        }
    )


@app.route(route="health", auth_level=func.AuthLevel.ANONYMOUS)
def health(req: func.HttpRequest) -> str:
    """Answer with plain text."""
    return "well"


@app.route(route="admin", auth_level=func.AuthLevel.ADMIN, methods=["GET"])
def for_admins(req: func.HttpRequest) -> func.HttpResponse:
    """Answer the master key only; with a cookie."""
    return func.HttpResponse("come in", headers={"Set-Cookie": "seen=1; Path=/"})


@app.route(route="broken", auth_level=func.AuthLevel.ANONYMOUS)
def broken(req: func.HttpRequest) -> func.HttpResponse:
    """Fail."""
    raise RuntimeError("the answer is unknown")


@app.route(route="start/{name}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Start the orchestration."""
    instance_id = await client.start_new("greet", client_input={"name": req.route_params["name"]})
    return _answer({"id": instance_id}, 202)


@app.blob_trigger(
    arg_name="blob", path="%INTAKE%/{recipe}/{file}.zip", connection="ARTIFACTS", source="EventGrid"
)
@app.durable_client_input(client_name="client")
async def uploaded(blob: BlobAddress, client: df.DurableOrchestrationClient) -> None:
    """Take note of an upload."""
    if "poison" in blob.blob_name:
        raise ValueError(f"{blob.blob_name} cannot be digested")
    seen.append([blob.connection, blob.container, blob.blob_name])
    log.info("upload_seen blob=%s", blob.blob_name)


@app.blob_trigger(arg_name="blob", path="texts/{name}.txt", connection="ARTIFACTS")
def text_uploaded(blob: func.InputStream) -> None:
    """Take note of a text, read whole."""
    seen.append([blob.name, blob.uri, blob.length, blob.read().decode()])


@app.timer_trigger(arg_name="timer", schedule="0 */5 * * * *", run_on_startup=True)
def swept(timer: func.TimerRequest) -> None:
    """Take note of the time."""
    seen.append(["timer", timer.past_due])


@app.route(route="seen", auth_level=func.AuthLevel.ANONYMOUS)
def show_seen(req: func.HttpRequest) -> func.HttpResponse:
    """List what the triggers saw."""
    return _answer(seen)


@app.activity_trigger(input_name="greeting")
def say_hello(greeting: Greeting) -> dict[str, str]:
    """Greet."""
    if greeting["name"] == "nobody":
        raise LookupError("there is nobody to greet")
    return {"text": f"{os.environ.get('SALUTATION', 'Hello')}, {greeting['name']}"}


@app.activity_trigger(input_name="nothing")
async def say_nothing(nothing: str) -> None:
    """Answer nothing, on the event loop."""


@app.orchestration_trigger(context_name="context")
def greet(context: df.DurableOrchestrationContext):
    """Greet and fall silent."""
    answer = yield context.call_activity(say_hello, context.get_input())
    yield context.call_activity(say_nothing, None)
    return answer["text"]
