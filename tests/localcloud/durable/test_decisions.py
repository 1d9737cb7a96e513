"""From outcomes to changes, without a store."""

from datetime import UTC, datetime

from localcloud.durable.decisions import Decisions, new_instance
from localcloud.durable.episode import Completion, Outcome
from localcloud.durable.history import EventKind, event
from localcloud.durable.instance import Parent, Status
from localcloud.durable.turn import Rank, Start, Turn

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def decide(completion=None, carried=(), *, parent=None, suspended=False):
    """Return the change of an episode without calls."""
    instance, _ = new_instance(Start("plan", "build", '"1"', None, parent), NOW)
    turn = Turn(instance, past=("{}",), new=(), consumed=(7,))
    outcome = Outcome((), completion, tuple(carried), None, suspended)
    return Decisions(turn, outcome, NOW, None).change([event(EventKind.ORCHESTRATOR_STARTED, NOW)])


def test_continue_as_new_begins_a_generation_with_its_start_before_the_carried_events():
    """History begins anew, and what was carried comes before what arrives later."""
    carried = event(EventKind.EVENT_RAISED, NOW, Name="go", Input=None)
    change = decide(Completion(Status.CONTINUED_AS_NEW, '"2"'), [carried])
    assert change.begins_generation
    assert change.history == ()
    assert change.instance.input_json == '"2"'
    assert [message.rank for message in change.messages] == [Rank.START, Rank.CARRIED]
    assert change.messages[0].execution_id == change.instance.execution_id
    assert change.messages[1].execution_id is None


def test_a_child_that_ends_tells_its_parent_and_nobody_else():
    """Under the number of the parent's task, for the parent's generation."""
    parent = Parent("parent", "generation", 3)
    (message,) = decide(Completion(Status.COMPLETED, "5"), parent=parent).messages
    assert (message.instance_id, message.execution_id) == ("parent", "generation")
    assert message.event["EventType"] == EventKind.SUB_ORCHESTRATION_COMPLETED
    assert (message.event["TaskScheduledId"], message.event["Result"]) == (3, "5")


def test_an_episode_without_an_end_appends_to_history_and_consumes_its_messages():
    """The usual case."""
    change = decide()
    kinds = [each["EventType"] for each in change.history]
    assert kinds == [EventKind.ORCHESTRATOR_STARTED, EventKind.ORCHESTRATOR_COMPLETED]
    assert (change.history_start, change.consumed) == (1, (7,))
    assert change.instance.status is Status.RUNNING
    assert not change.forgets


def test_a_suspended_episode_shows_it():
    """Operators look for this status."""
    assert decide(suspended=True).instance.status is Status.SUSPENDED
