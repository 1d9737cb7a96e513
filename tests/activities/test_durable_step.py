"""What leaves a step is kept by Durable for good: an answer for the plan, and never a secret."""

from __future__ import annotations

from typing import Any

import pytest

from activities.durable_step import StepCrashedError, durable_step
from imaging.errors import ArtifactError, Fault, RecipeError, TransientError

SIGNED = "https://a.blob.core.windows.net/c/b?sp=r&sig=abc%3D"


def answer_of(error: Exception | None) -> dict[str, Any]:
    """Run a step that raises."""

    def run(step: dict[str, Any]) -> dict[str, Any]:
        if error:
            raise error
        return step

    return durable_step(run)({"a": 1})


def test_a_step_answers_its_result():
    """Plain JSON, in an envelope."""
    assert answer_of(None) == {"result": {"a": 1}}


def test_what_will_never_work_is_an_answer():
    """An exception would be tried again."""
    assert answer_of(ArtifactError("a.zip is empty")) == {
        "error": {"code": "ArtifactInvalid", "message": "a.zip is empty"}
    }


def test_the_faults_of_a_recipe_are_told_one_by_one():
    """A person mends them one by one, and a machine may show them so."""
    faults = [Fault("location", "is 7"), Fault("", "is empty")]
    assert answer_of(RecipeError("web", faults))["error"]["details"] == [
        {"target": "location", "message": "is 7"},
        {"target": "", "message": "is empty"},
    ]


@pytest.mark.parametrize(
    ("error", "seconds", "throttled"),
    [
        (TransientError("away"), None, False),
        (TransientError("busy", is_throttled=True), None, True),
        (TransientError("busy", 17, is_throttled=True), 17, True),
        (TransientError("ending", 5), 5, False),
    ],
)
def test_what_may_work_later_is_an_answer_too(
    error: TransientError, seconds: float | None, throttled: bool
):
    """Durable would try again at even intervals and give up within the minute."""
    assert answer_of(error) == {
        "wait_seconds": seconds,
        "is_throttled": throttled,
        "reason": str(error),
    }


def test_a_crash_is_told_without_a_signature():
    """Its text goes into the history, the report and the app's log."""
    with pytest.raises(StepCrashedError) as caught:
        answer_of(ValueError(f"cannot parse {SIGNED}, sv=1&sig=def"))
    told = "ValueError: cannot parse https://a.blob.core.windows.net/c/b sv=1&(signature)"
    assert str(caught.value) == told
    assert caught.value.__suppress_context__
