"""The JSON between engine, SDK and worker, field by field."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from localcloud.durable.history import EventKind as Kind
from localcloud.durable.history import event, iso, mark_played, parse_time
from localcloud.durable.instance import Instance, Parent, Status
from localcloud.durable.management import Webhooks, client_binding
from localcloud.durable.out_of_process import context_json, parse_state, state_in_failure

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LABEL = "\n\n$OutOfProcData$:"


def test_the_context_has_the_fields_of_the_extension_in_its_spelling():
    """OrchestrationTriggerAttributeBindingProvider.cs:219, the odd spelling included."""
    instance = Instance(
        "i", "e", "plan", None, Status.RUNNING, None, None, None, "", "", Parent("p", "x", 3)
    )
    context = json.loads(context_json(instance, ['{"a":1}', "{}"], '"{}"', is_replaying=True))
    assert context == {
        "history": [{"a": 1}, {}],
        "input": "{}",
        "instanceId": "i",
        "isReplaying": True,
        "parentInstanceId": "p",
        "upperSchemaVersion": 1,
        "upperSchemaVersionNew": 2,
        "longRunningTimerIntervalDuration": "3.00:00:00",
        "maximumShortTimerDuration": "6.00:00:00",
        "defaultHttpAsyncRequestSleepTimeMillseconds": 30000,
    }


def test_events_are_unplayed_when_new_and_played_later_but_for_orchestrator_started():
    """The SDK derives is_replaying from it."""
    raised = event(Kind.EVENT_RAISED, NOW, Name="go")
    assert raised == {
        "EventType": 15,
        "EventId": -1,
        "IsPlayed": False,
        "Timestamp": "2026-01-01T00:00:00.0000000Z",
        "Name": "go",
    }
    assert mark_played(raised)["IsPlayed"] is True
    assert mark_played(event(Kind.ORCHESTRATOR_STARTED, NOW))["IsPlayed"] is False


@pytest.mark.parametrize(
    "text",
    ["2026-01-01T00:00:00.0000000Z", "2026-01-01T00:00:00", "2026-01-01T02:00:00+02:00"],
)
def test_times_are_read_in_every_form_and_without_a_zone_as_utc(text):
    """From the SDK, from operators, from history."""
    assert parse_time(text) == NOW


def test_times_of_other_zones_are_written_in_utc():
    """Z must not lie."""
    berlin = NOW.astimezone(timezone(timedelta(hours=2)))
    assert iso(berlin) == "2026-01-01T00:00:00.0000000Z"


@pytest.mark.parametrize("text", ["", "42", "[]", "{}", '{"actions": 1}', "no json"])
def test_an_answer_that_is_no_state_is_refused(text):
    """An app that is no Durable app must not look like an orchestrator that waits."""
    with pytest.raises(ValueError, match=r"Durable state|Expecting value"):
        parse_state(text)


def test_the_state_in_a_failure_is_found_behind_its_label():
    """The SDK reports errors this way."""
    state = state_in_failure(f'ValueError: no{LABEL}{{"actions": [[]], "error": "no"}}')
    assert state.error == "no"


@pytest.mark.parametrize("text", ["ValueError: no", f"a {LABEL} in a text", f"x{LABEL}{LABEL}{{}}"])
def test_a_failure_without_a_readable_state_has_none(text):
    """A user's text may hold the label, which breaks the real host's parsing too."""
    assert state_in_failure(text) is None


def test_the_client_binding_has_the_fields_of_the_extension():
    """BindingHelper.cs:29; the SDK refuses to start without some of them."""
    webhooks = Webhooks("http://localhost:7071/runtime/webhooks/durabletask/", "hub", "key")
    binding = json.loads(client_binding(webhooks, "http://127.0.0.1:17071/durabletask"))
    assert sorted(binding) == [
        "baseUrl",
        "connectionName",
        "creationUrls",
        "httpBaseUrl",
        "managementUrls",
        "requiredQueryStringParameters",
        "rpcBaseUrl",
        "taskHubName",
    ]
    assert binding["rpcBaseUrl"] == "http://127.0.0.1:17071/durabletask/"
    assert binding["requiredQueryStringParameters"] == "code=key"
    assert binding["managementUrls"]["id"] == "INSTANCEID"
    assert "/instances/INSTANCEID?" in binding["managementUrls"]["statusQueryGetUri"]


def test_without_a_key_the_links_have_none():
    """A desk may do without."""
    links = Webhooks("http://localhost:7071/hooks").links("a")
    assert not [link for link in links.values() if "code=" in link]
