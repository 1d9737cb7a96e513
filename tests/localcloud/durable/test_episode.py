"""Episodes by themselves: hand-made histories and actions, no SDK, no store."""

from datetime import UTC, datetime, timedelta

import pytest

from localcloud.durable.episode import Episode
from localcloud.durable.history import EventKind, event, iso
from localcloud.durable.instance import Instance, Status
from localcloud.durable.out_of_process import OrchestratorState

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Names:
    """`Functions` with names only."""

    orchestrators = frozenset({"plan", "child"})
    activities = frozenset({"act", "other"})


def act(name="act"):
    """Return the action of an activity."""
    return {"actionType": 0, "functionName": name, "input": "1"}


def timer(*, cancelled=False):
    """Return the action of a timer."""
    return {"actionType": 5, "fireAt": iso(NOW + timedelta(hours=1)), "isCanceled": cancelled}


def wait(name):
    """Return the action of an external event."""
    return {"actionType": 6, "externalEventName": name}


def any_of(*actions):
    """Return a WhenAny of actions."""
    return {"actionType": 11, "compoundActions": list(actions)}


def started():
    """Return the first event."""
    return event(EventKind.EXECUTION_STARTED, NOW, Name="plan", Input=None)


def raised(name):
    """Return an external event."""
    return event(EventKind.EVENT_RAISED, NOW, Name=name, Input="1")


def scheduled(number, name="act", kind=EventKind.TASK_SCHEDULED):
    """Return the scheduling of a task."""
    return event(kind, NOW, EventId=number, Name=name)


def completed(number):
    """Return the completion of an activity."""
    return event(EventKind.TASK_COMPLETED, NOW, TaskScheduledId=number, Result="1")


def play(actions, past=(), new=(), *, is_done=True, error=None):
    """Play one episode in which the user's code answers these actions."""
    instance = Instance("i", "e", "plan", None, Status.RUNNING, None, None, None, "", "")
    state = OrchestratorState(tuple(actions), is_done, '"out"', error, None)
    begin = event(EventKind.ORCHESTRATOR_STARTED, NOW)
    episode = Episode(Names(), instance, lambda _input, _replaying: state)
    return episode.run([begin, *past] if past else [], [begin, *new])


def test_task_numbers_count_from_zero_in_the_order_of_the_calls():
    """The SDK counts the same way; an offset by one mixes up results."""
    both = {"actionType": 12, "compoundActions": [act(), timer(), act("other")]}
    outcome = play([both, act()], new=[started()], is_done=False)
    assert [(call.number, call.name) for call in outcome.calls] == [
        (0, "act"),
        (1, None),
        (2, "other"),
    ]


def test_an_action_is_scheduled_only_when_the_one_before_has_ended():
    """Actions are awaited one after the other (OutOfProcOrchestrationShim.cs:199)."""
    outcome = play([act(), act("other")], new=[started()])
    assert [call.name for call in outcome.calls] == ["act"]
    history = [started(), scheduled(0)]
    outcome = play([act(), act("other")], past=history, new=[completed(0)])
    assert [call.name for call in outcome.calls] == ["other"]


def test_a_second_completion_of_a_task_is_ignored():
    """Azure may deliver twice."""
    outcome = play([act(), act("other")], [started(), scheduled(0)], [completed(0), completed(0)])
    assert [call.number for call in outcome.calls] == [1]


def test_an_instance_with_an_open_timer_does_not_end():
    """Nor does it with one that was created beside it."""
    history = [started(), scheduled(0), scheduled(1, None, EventKind.TIMER_CREATED)]
    outcome = play([any_of(act(), timer())], history, [completed(0)])
    assert outcome.completion is None
    outcome = play([any_of(act(), timer(cancelled=True))], history, [completed(0)])
    assert outcome.completion.status is Status.COMPLETED


@pytest.mark.parametrize("sent", ["GO", "go", "Go"])
def test_event_names_ignore_case(sent):
    """StringComparer.OrdinalIgnoreCase."""
    outcome = play([wait("go")], [started()], [raised(sent)])
    assert outcome.completion.status is Status.COMPLETED


def test_the_last_waiter_of_a_name_is_served_first():
    """DurableOrchestrationContext.RaiseEvent takes from the top of a stack."""
    first = {"actionType": 12, "compoundActions": [wait("go"), act()]}
    last = {"actionType": 12, "compoundActions": [wait("go"), wait("x")]}
    outcome = play([any_of(first, last), act("other")], new=[started(), raised("go"), raised("x")])
    assert [call.name for call in outcome.calls] == ["act", "other"]


def test_events_after_continue_as_new_are_carried_and_events_before_are_lost():
    """TaskOrchestrationContext.cs:464."""
    restart = {"actionType": 4, "input": "2"}
    new = [raised("early"), raised("go"), raised("late")]
    outcome = play([wait("go"), restart], [started()], new)
    assert outcome.completion.status is Status.CONTINUED_AS_NEW
    assert outcome.completion.result == '"2"'
    assert [each["Name"] for each in outcome.carried] == ["late"]


@pytest.mark.parametrize(
    ("replayed", "told"),
    [
        ([], "hasn't (yet?) scheduled this task"),
        ([timer()], "instead produced a timer task"),
        ([act("other")], "instead scheduled one named 'other'"),
        ([{"actionType": 2, "functionName": "child"}], "instead produced a sub-orchestration task"),
    ],
)
def test_a_replay_that_differs_in_kind_or_name_is_non_determinism(replayed, told):
    """Inputs are not compared, kinds and names are."""
    outcome = play(replayed, [started(), scheduled(0)], [completed(0)])
    assert outcome.completion.status is Status.FAILED
    assert outcome.completion.result.startswith("Non-Deterministic workflow detected")
    assert told in outcome.completion.result
    assert outcome.calls == ()


def test_names_are_compared_without_case():
    """As the extension does."""
    outcome = play([act("act")], [started(), scheduled(0, "ACT")], [completed(0)])
    assert outcome.completion.status is Status.COMPLETED


def test_terminate_wins_over_what_comes_after_it():
    """The reason is the output."""
    end = event(EventKind.EXECUTION_TERMINATED, NOW, Input="enough")
    outcome = play([wait("go")], [started()], [end, raised("go")])
    assert (outcome.completion.status, outcome.completion.result) == (Status.TERMINATED, "enough")


def test_calls_made_in_the_episode_of_a_suspension_wait_for_the_resumption():
    """They are parked, so that they are neither lost nor made twice."""
    suspend = event(EventKind.EXECUTION_SUSPENDED, NOW)
    resume = event(EventKind.EXECUTION_RESUMED, NOW)
    outcome = play([act()], new=[started(), suspend])
    assert (outcome.calls, outcome.suspended) == ((), True)
    outcome = play([act()], [started(), suspend], [resume])
    assert [call.name for call in outcome.calls] == ["act"]
    assert not outcome.suspended


def test_events_during_a_suspension_are_taken_after_it_in_their_order():
    """Whoever resumes finds everything that happened."""
    suspend = event(EventKind.EXECUTION_SUSPENDED, NOW)
    resume = event(EventKind.EXECUTION_RESUMED, NOW)
    history = [started(), scheduled(0), suspend]
    outcome = play([act(), wait("go")], history, [completed(0), raised("go")], is_done=True)
    assert outcome.completion is None
    outcome = play([act(), wait("go")], history, [completed(0), raised("go"), resume])
    assert outcome.completion.status is Status.COMPLETED


def test_the_error_of_the_plan_comes_after_its_actions():
    """The extension does what was asked for before it fails."""
    outcome = play([act()], new=[started()], error="wrong", is_done=False)
    assert outcome.completion is None
    outcome = play([act()], [started(), scheduled(0)], [completed(0)], error="wrong")
    assert outcome.completion.result == "Orchestrator function 'plan' failed: wrong"
    assert outcome.completion.details == "Message: wrong, StackTrace: "


@pytest.mark.parametrize("kind", [11, 12])
def test_joining_nothing_is_done_at_once(kind):
    """A recipe without steps must not hang its plan."""
    outcome = play([{"actionType": kind, "compoundActions": []}], new=[started()])
    assert outcome.completion.status is Status.COMPLETED


def test_a_first_task_that_ends_twice_over_settles_its_join_once():
    """task_any of two tasks that both end."""
    history = [started(), scheduled(0), scheduled(1, "other")]
    actions = [any_of(act(), act("other")), act()]
    outcome = play(actions, history, [completed(0), completed(1)])
    assert [call.number for call in outcome.calls] == [2]


def test_an_action_type_of_the_future_is_refused():
    """A newer SDK must not be misunderstood."""
    outcome = play([{"actionType": 99}], new=[started()])
    assert "The action type 99 is not supported" in outcome.completion.result


@pytest.mark.parametrize("action", [wait(42), {"actionType": 5, "fireAt": "tomorrow"}, {}])
def test_an_action_that_makes_no_sense_fails_the_instance(action):
    """It would be tried again at every turn of the alarm, for ever, and nobody would be told."""
    outcome = play([action], new=[started()], is_done=False)
    assert outcome.completion.status is Status.FAILED
    assert "'plan' failed: An action cannot be carried out: " in outcome.completion.result
    assert outcome.calls == ()


def test_actions_that_are_nested_too_deeply_fail_the_instance():
    """A thousand joins in one another are a mistake of a loop, not of the engine."""
    nested = act()
    for _ in range(2000):
        nested = any_of(nested)
    assert play([nested], new=[started()]).completion.status is Status.FAILED
