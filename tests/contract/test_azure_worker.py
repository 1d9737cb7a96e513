"""The local Functions host against the worker library that Azure runs on Python 3.13."""

import json

import pytest

from imaging.build_request import BuildRequest
from tests.contract.runtime_python import ROOT
from tests.first_episode import first_episode

FIXTURE_APP = ROOT / "tests/localcloud/functions_host/fixture_app"
CLIENT = json.dumps(
    {
        "taskHubName": "hub",
        "creationUrls": {},
        "managementUrls": {"id": "INSTANCEID"},
        "rpcBaseUrl": "http://127.0.0.1:1/durabletask/",
    }
)


def http_request(route_values=None, method="GET"):
    """Make the value of an HTTP trigger."""
    return {
        "method": method,
        "url": "http://localhost/api/x?a=1",
        "headers": {"x-kiln": "yes"},
        "params": route_values or {},
        "query": {"a": "1"},
        "body": "the body",
        "nullable_headers": {},
        "nullable_params": {},
        "nullable_query": {},
    }


def blob_metadata(name):
    """Make the metadata of a blob trigger."""
    return {
        "BlobTrigger": ["string", f"c/{name}"],
        "Uri": ["json", json.dumps(f"https://storage/c/{name}")],
        "Properties": ["json", json.dumps({"ContentLength": 5})],
        "Metadata": ["json", "{}"],
        "name": ["string", name],
    }


ADDRESS = {"Connection": "ARTIFACTS", "ContainerName": "c", "BlobName": "web/1.zip"}
POISON = {**ADDRESS, "BlobName": "poison.zip"}
CALLS = {
    "plain text over HTTP": ("health", {"req": ["http", http_request()]}),
    "an HTTP function that fails": ("broken", {"req": ["http", http_request()]}),
    "a deferred blob binding": (
        "uploaded",
        {"client": ["string", CLIENT], "blob": ["model_binding_data", ADDRESS]},
    ),
    "a blob function that fails": (
        "uploaded",
        {"client": ["string", CLIENT], "blob": ["model_binding_data", POISON]},
    ),
    "a blob read whole": ("text_uploaded", {"blob": ["bytes", "hello"]}, blob_metadata("n.txt")),
    "a timer": ("swept", {"timer": ["json", '{"IsPastDue": true}']}),
    "what the triggers saw": ("show_seen", {"req": ["http", http_request()]}),
    "an activity": ("say_hello", {"greeting": ["string", '{"name": "Ann"}']}),
    "an activity that fails": ("say_hello", {"greeting": ["string", '{"name": "nobody"}']}),
    "an activity that answers nothing": ("say_nothing", {"nothing": ["string", "null"]}),
    "an orchestrator's first episode": (
        "greet",
        {"context": ["string", first_episode("greet", {"name": "Ann"})]},
    ),
}


def as_call(function, inputs, metadata=None):
    """Make a call of its parts."""
    return {"function": function, "inputs": inputs, "metadata": metadata or {}}


@pytest.fixture(scope="module")
def of_azure(azure):
    """What Azure's worker says of the fixture app."""
    return azure(FIXTURE_APP, [as_call(*call) for call in CALLS.values()])


@pytest.fixture(scope="module")
def of_local(local):
    """What the local host says of it."""
    return local(FIXTURE_APP, [as_call(*call) for call in CALLS.values()])


def test_both_index_the_same_functions_with_the_same_bindings(of_azure, of_local):
    """The host of Azure is told exactly this, `SupportsDeferredBinding` included."""
    assert of_local["functions"] == of_azure["functions"]
    assert len(of_azure["functions"]) == 12


@pytest.mark.parametrize("kind", CALLS)
def test_both_answer_a_call_alike(of_azure, of_local, kind):
    """Same answer, or the same error text: what passes here passes there."""
    number = list(CALLS).index(kind)

    assert of_local["answers"][number] == of_azure["answers"][number]


def test_the_calls_reach_the_functions(of_azure):
    """Guards the comparison itself: two workers that fail alike would agree as well."""
    answers = dict(zip(CALLS, of_azure["answers"], strict=True))
    seen = json.loads(answers["what the triggers saw"]["answer"][1]["body"])
    episode = json.loads(answers["an orchestrator's first episode"]["answer"][1])

    assert seen == [
        ["ARTIFACTS", "c", "web/1.zip"],
        ["c/n.txt", "https://storage/c/n.txt", 5, "hello"],
        ["timer", True],
    ]
    assert episode["actions"][0][0]["functionName"] == "say_hello"
    assert answers["an activity that fails"]["failure"].startswith("LookupError: ")


REFUSED = {
    "dict of any": ("given: dict[str, object]", "has invalid non-type annotation"),
    "list of texts": ("given: list[str]", "has invalid non-type annotation"),
    "or none": ("given: dict | None", "has invalid non-type annotation"),
    "type checkers only": ("given: Decimal", "name 'Decimal' is not defined"),
    "another name": ("other", "declared in Python but not in the function definition"),
    "one too many": ("given, more", "declared in Python but not in the function definition"),
    "a wrong context": ("given, context: str", 'the "context" parameter is expected to be of type'),
}
PREAMBLE = """
from __future__ import annotations
from typing import TYPE_CHECKING
import azure.durable_functions as df
if TYPE_CHECKING:
    from decimal import Decimal
app = df.DFApp()
"""
FUNCTION = """
@app.activity_trigger(input_name="given")
def act_{number}({parameters}):
    return None
"""


def refused_function(kind):
    """Return the source of one function that is refused."""
    return FUNCTION.format(number=list(REFUSED).index(kind), parameters=REFUSED[kind][0])


@pytest.mark.parametrize("kind", REFUSED)
def test_azure_refuses_these_signatures(azure, tmp_path, kind):
    """It stops at the first, so each needs an app of its own."""
    (tmp_path / "function_app.py").write_text(PREAMBLE + refused_function(kind))

    assert REFUSED[kind][1] in azure(tmp_path)["refusal"]


def test_the_local_host_refuses_the_same_signatures_all_at_once(local, tmp_path):
    """An app that loads here and not in Azure would be the worst surprise."""
    functions = "".join(refused_function(kind) for kind in REFUSED)
    (tmp_path / "function_app.py").write_text(PREAMBLE + functions)

    faults = local(tmp_path)["refusal"].splitlines()

    assert len(faults) == len(REFUSED)
    for number, (fault, (_, message)) in enumerate(zip(faults, REFUSED.values(), strict=True)):
        assert fault.startswith(f"cannot load the act_{number} function: ")
        assert message in fault


BUILD = BuildRequest("0123456789abcdef", "web", artifact=None).to_wire()
NOTES = {**ADDRESS, "BlobName": "web/1/notes.txt"}
NOTHING = {"build_id": "0123456789abcdef", "template_name": "", "staged_blobs": False}
# None of these needs Azure.
OF_KILN = {
    "plan": ("build_image", {"context": ["string", first_episode("build_image", BUILD)]}),
    "upload": (
        "artifact_uploaded",
        {"client": ["string", CLIENT], "blob": ["model_binding_data", NOTES]},
    ),
    "start": (
        "start_build",
        {"client": ["string", CLIENT], "req": ["http", http_request(method="POST")]},
    ),
    "step": ("cleanup", {"step": ["string", json.dumps(NOTHING)]}),
}


@pytest.fixture(scope="module")
def kiln(azure):
    """What Azure's worker says of Kiln itself."""
    return azure(ROOT, [as_call(*call) for call in OF_KILN.values()])


def test_kiln_loads_in_azure(kiln):
    """The whole app; one wrong annotation anywhere would keep all of it from loading."""
    assert "refusal" not in kiln


def test_kilns_index_is_the_same_here_and_there(kiln, local):
    """Names are public, and bindings are what Azure's host acts upon."""
    assert local(ROOT)["functions"] == kiln["functions"]


def test_kilns_uploads_are_never_bound_as_bytes(kiln):
    """A 2 GB zip cannot travel to the worker; only its address may."""
    bindings = dict(kiln["functions"])["artifact_uploaded"]
    (trigger,) = [binding for binding in bindings if binding["type"] == "blobTrigger"]

    assert trigger["properties"] == {"SupportsDeferredBinding": True}
    assert trigger["source"] == "EventGrid"


def test_kiln_answers_in_azure(kiln):
    """Plan, doors and steps run in Azure's worker: arguments, bindings and answers fit."""
    answers = dict(zip(OF_KILN, kiln["answers"], strict=True))
    state = json.loads(answers["plan"]["answer"][1])
    refused = answers["start"]["answer"][1]

    assert [answer["failure"] for answer in kiln["answers"]] == [None] * len(OF_KILN)
    assert '"functionName": "read_recipe"' in json.dumps(state["actions"])
    assert "read_recipe" in dict(kiln["functions"])
    assert answers["upload"]["answer"] is None
    assert json.loads(refused["body"])["error"]["code"] == "RequestInvalid"
    assert json.loads(answers["step"]["answer"][1])["result"]["template_gone"] is True


def test_kiln_answers_the_same_here_and_there(kiln, local):
    """What passes here passes there."""
    calls = [as_call(*call) for call in OF_KILN.values()]

    assert local(ROOT, calls)["answers"] == kiln["answers"]
