"""Looks at Resource Manager: yes, no, no right, no answer, and never an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from azure_clients.arm_reader import look_at
from localcloud.cloud import LocalCloud
from localcloud.endpoints import RESOURCE_GROUP, SUBSCRIPTION_ID, identity_id

pytestmark = [pytest.mark.local_cloud, pytest.mark.usefixtures("azure")]
Plan = Callable[[dict[str, Any], dict[str, Any]], None]
API = "?api-version=2023-01-31"
PROVIDERS = f"/subscriptions/{SUBSCRIPTION_ID}/providers?api-version=2021-04-01"
GALLERY = (
    f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{RESOURCE_GROUP}/providers/Microsoft.Compute"
    "/galleries/kilnlocal?api-version=2024-03-03"
)


@pytest.fixture
def plan(azure: LocalCloud) -> Iterator[Plan]:
    """Plan what Resource Manager answers, until the test is over."""

    def add(match: dict[str, Any], answer: dict[str, Any]) -> None:
        azure.plan_fault({"match": match, "answer": answer})

    yield add
    azure.clear_faults()


def state_of(path: str) -> str:
    """Look at one thing."""
    return look_at([path])[path].state


@pytest.mark.parametrize(
    ("name", "state"),
    [("kiln-aib", "found"), ("missing-aib", "absent"), ("forbidden-aib", "denied")],
)
def test_azure_says_yes_no_or_nothing(name: str, state: str):
    """Each means something else for the build."""
    assert state_of(f"{identity_id(name)}{API}") == state


def test_an_answer_comes_with_its_body():
    """What is there still has to fit."""
    look = look_at([GALLERY])[GALLERY]
    assert look.body["location"] == "westeurope"


def test_many_things_are_asked_in_one_go(azure: LocalCloud):
    """And each of them once, however often it is named."""
    paths = [f"{identity_id(f'many-{number}')}{API}" for number in range(6)]
    looks = look_at([*paths, *paths])
    calls = [entry for entry in azure.journal() if "/many-" in entry["path"]]
    assert [looks[path].state for path in paths] == ["found"] * 6
    assert len(calls) == 6


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 404, "body": {"error": {"code": "SubscriptionNotFound", "message": "no"}}},
        {"status": 404, "body": {"error": {"code": "InvalidResourceType", "message": "no"}}},
        {"status": 404, "body": "<html>not here</html>"},
        {"status": 503},
        {"status": 429, "headers": {"Retry-After": "17"}},
        {"status": 400, "body": {"error": {"code": "Odd", "message": "?"}}},
        {"status": 200, "body": "<html>proxy</html>"},
        {"drop_connection": True},
    ],
)
def test_what_is_no_plain_no_is_unknown(plan: Plan, answer: dict[str, Any]):
    """A gateway's 404 says nothing about the identity."""
    path = f"{identity_id('unsure-aib')}{API}"
    plan({"path": "/unsure-aib"}, answer)
    look = look_at([path])[path]
    assert look.state == "unknown"
    assert look.reason


def test_what_takes_too_long_is_unknown(plan: Plan):
    """The build goes on without the answer."""
    path = f"{identity_id('slow-aib')}{API}"
    plan({"path": "/slow-aib"}, {"delay_seconds": 300})  # 1.5 s at the speed of the tests
    look = look_at([path], seconds=0.05)[path]
    assert (look.state, look.reason) == ("unknown", "no answer within 0.05 s")


def test_the_pages_of_a_list_are_one(azure: LocalCloud, plan: Plan):
    """A provider on the second page is registered, too."""
    second = f"{azure.endpoints.arm_url}{PROVIDERS}&page=2"
    first = {"value": [{"namespace": "Microsoft.First"}], "nextLink": second}
    plan({"call": "list_providers", "nth": 1}, {"status": 200, "body": first})
    body = look_at([PROVIDERS])[PROVIDERS].body
    names = [provider["namespace"] for provider in body["value"]]
    assert names[0] == "Microsoft.First"
    assert "Microsoft.VirtualMachineImages" in names
    assert "nextLink" not in body


def test_no_page_is_fetched_from_another_server(azure: LocalCloud, plan: Plan):
    """It would get Kiln's token."""
    elsewhere = {"value": [], "nextLink": f"{azure.endpoints.arm_url}.example.org/steal"}
    plan({"call": "list_providers", "nth": 1}, {"status": 200, "body": elsewhere})
    look = look_at([PROVIDERS])[PROVIDERS]
    assert (look.state, look.body) == ("found", elsewhere)
