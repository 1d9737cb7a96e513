"""One build at a time runs a template that somebody else made."""

from __future__ import annotations

import uuid

import pytest

from azure_clients.claims import create_claim, write_report
from azure_clients.turns import take_turn
from imaging.build_request import BuildRequest, ExistingTemplate
from imaging.errors import ConflictError
from imaging.names import build_id_without_artifact

pytestmark = [pytest.mark.local_cloud, pytest.mark.usefixtures("azure")]


@pytest.fixture
def template_id() -> str:
    """A template that nobody has run."""
    return f"/subscriptions/s/resourceGroups/g/providers/x/imageTemplates/{uuid.uuid4().hex}"


def claimed() -> str:
    """Claim a build of an existing template."""
    build_id = build_id_without_artifact()
    create_claim(BuildRequest(build_id, "", template=ExistingTemplate("theirs", False)))
    return build_id


def test_a_turn_is_taken_once(template_id: str):
    """A step may be repeated; another build has to wait."""
    first, second = claimed(), claimed()
    take_turn(template_id, "", first)
    take_turn(template_id.upper(), "", first)
    with pytest.raises(ConflictError, match=f"is about to be run by build {first}; wait until"):
        take_turn(template_id, "", second)


def test_a_build_that_has_ended_gives_its_turn_back(template_id: str):
    """It may have failed before it could run the template."""
    first, second = claimed(), claimed()
    take_turn(template_id, "", first)
    write_report(first, {"state": "Failed"})
    take_turn(template_id, "", second)
    with pytest.raises(ConflictError, match=second):
        take_turn(template_id, "", claimed())


def test_each_run_has_a_turn_of_its_own(template_id: str):
    """After a run the next build begins anew, whoever had the turn before."""
    take_turn(template_id, "", claimed())
    take_turn(template_id, "2026-01-01T00:00:00.1Z", claimed())


def test_a_turn_of_a_build_that_is_gone_is_free(template_id: str):
    """Somebody may delete claims."""
    take_turn(template_id, "", build_id_without_artifact())
    take_turn(template_id, "", claimed())
