"""The claim decides that one upload is one build."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from azure_clients.claims import create_claim, create_once, read_claim, read_json, write_report
from imaging.build_request import Artifact, BuildRequest
from imaging.errors import NotFoundError
from imaging.names import build_id_without_artifact

pytestmark = [pytest.mark.local_cloud, pytest.mark.usefixtures("azure")]
REPORT = {"state": "Succeeded", "outputs": {"imageUri": "/x"}}


@pytest.fixture
def request_of_build() -> BuildRequest:
    """A build that nobody has claimed."""
    return BuildRequest(build_id_without_artifact(), "webapp", Artifact("webapp/1/a.zip", "0x1", 9))


def test_of_many_claims_at_once_one_wins(request_of_build: BuildRequest):
    """Event Grid may deliver one event several times at the same moment."""
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(create_claim, [request_of_build] * 8))
    assert won.count(True) == 1


def test_a_claim_gives_the_request_back(request_of_build: BuildRequest):
    """The status page and the janitor know a build by its claim alone."""
    create_claim(request_of_build)
    claim = read_claim(request_of_build.build_id)
    assert claim is not None
    assert claim.request == request_of_build
    assert claim.report is None


def test_a_build_that_nobody_claimed_has_no_claim():
    """The HTTP API answers 404 from this."""
    assert read_claim(build_id_without_artifact()) is None


def test_the_first_report_stays(request_of_build: BuildRequest):
    """A step may run twice; a build ends once."""
    create_claim(request_of_build)
    write_report(request_of_build.build_id, REPORT)
    write_report(request_of_build.build_id, REPORT | {"state": "Failed"})
    claim = read_claim(request_of_build.build_id)
    assert claim is not None
    assert claim.report == REPORT


def test_a_report_without_a_claim_is_refused():
    """Somebody deleted the claim; that must not pass silently."""
    with pytest.raises(NotFoundError, match="has no claim"):
        write_report(build_id_without_artifact(), REPORT)


def test_a_record_is_created_once():
    """Idempotency keys rest on it."""
    name = f"keys/{build_id_without_artifact()}.json"
    assert create_once(name, {"n": 1})
    assert not create_once(name, {"n": 2})
    assert read_json(name) == {"n": 1}
