"""docs/local-cloud-coverage.md says neither more nor less than the code does."""

import dataclasses
import json
import re
from pathlib import Path

import pytest

from localcloud.compute import urls as compute_urls
from localcloud.image_builder import group_calls, neighbours, urls
from localcloud.image_builder.faults import Answer, FaultPlan, Match
from localcloud.image_builder.journal import JournalEntry
from tests.localcloud.image_builder.test_recorded_traffic import EXCEPTIONS, PAIRS

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs/local-cloud-coverage.md").read_text()
ROUTES = [*urls.ROUTES, *group_calls.ROUTES, *neighbours.ROUTES, *compute_urls.ROUTES]


def test_every_simulated_call_is_listed_and_no_other():
    """Who looks a call up must be able to trust the answer."""
    calls = TEXT.partition("## AIB: calls")[2].partition("## AIB: behaviour")[0]
    listed = set(re.findall(r"^\| `(\w+)` \|", calls, re.MULTILINE))
    listed |= set(re.findall(r"`(compute_\w+)`", TEXT))
    assert listed == {route.name for route in ROUTES}


def test_the_numbers_of_the_replay_are_those_of_the_test():
    """A count in a document ages."""
    differing = sum(count for _, _, _, count in EXCEPTIONS)
    assert f"**{PAIRS - differing:,} match, {differing} do not**" in TEXT
    assert all(f"| {count} | {reason} |" in TEXT for reason, _, _, count in EXCEPTIONS)


def test_every_code_is_listed_with_its_status():
    """The codes are searched in the code itself."""
    sources = [*(ROOT / "localcloud/image_builder").glob("*.py")]
    sources += (ROOT / "localcloud/compute").glob("*.py")
    found = re.findall(
        r'(?:ArmError\((\d+), |_refused\(()\s*)"(\w+)"', "".join(p.read_text() for p in sources)
    )
    table = TEXT.partition("## AIB: refusals")[2].partition("## Compute")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    for status, _, code in found:
        row = next((row for row in rows if f"`{code}`" in row), "")
        assert f"| {status or 401} |" in row, code
    assert len(found) > 10


@pytest.mark.parametrize("model", [Match, Answer])
def test_every_field_of_a_fault_plan_is_explained(model):
    """A plan is refused when it has an unknown field, so all must be known."""
    faults = TEXT.partition("## Faults and the journal")[2]
    missing = [name for name in model.model_fields if f"`{name}`" not in faults]
    assert missing == []


def test_every_field_of_the_journal_is_named():
    """They are also the query parameters."""
    journal = TEXT.partition("## Faults and the journal")[2]
    fields = [field.name for field in dataclasses.fields(JournalEntry)]
    assert [name for name in fields if f"`{name}`" not in journal] == []


def test_the_example_is_a_plan():
    """An example that is refused is worse than none."""
    example = TEXT.partition("```json\n")[2].partition("```")[0]
    assert FaultPlan.model_validate(json.loads(example)).answer.accept
