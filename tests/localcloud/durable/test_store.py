"""The store by itself: what is dropped, what is kept, what is atomic."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from localcloud.durable.decisions import new_instance
from localcloud.durable.history import EventKind, event
from localcloud.durable.instance import InstanceIsLive, Status
from localcloud.durable.schema import from_ticks, to_ticks
from localcloud.durable.store import Store
from localcloud.durable.turn import Change, Message, Rank, Start, Work

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    """Return an open store."""
    store = Store(tmp_path / "hub.db")
    yield store
    store.close()


@pytest.fixture
def build(store):
    """Return an instance that is stored and pending."""
    instance, start = new_instance(Start("plan", "build"), NOW)
    store.create(instance, start)
    return instance


def raised(execution_id=None, due_utc=None):
    """Return an event for the build."""
    what = event(EventKind.EVENT_RAISED, NOW, Name="go", Input=None)
    return Message("build", execution_id, what, due_utc)


def change_to(instance, **changes):
    """Return a change of the instance."""
    work = changes.pop("work", ())
    after = dataclasses.replace(instance, **changes)
    return Change(before=instance, instance=after, history_start=0, work=work)


def test_a_message_for_nobody_is_dropped(store):
    """An instance that was purged leaves no mail behind."""
    store.send(raised())
    assert store.due_instances(NOW) == ["build"]
    assert store.turn("build", NOW) is None
    assert store.due_instances(NOW) == []


def test_a_message_of_an_earlier_generation_is_dropped(store, build):
    """A cancelled timer must not fire into the next generation."""
    store.send(raised("an older generation"))
    turn = store.turn("build", NOW)
    assert [each["EventType"] for each in turn.new] == [EventKind.EXECUTION_STARTED]
    assert len(turn.consumed) == 2


def test_a_message_for_an_ended_instance_is_dropped(store, build):
    """Nothing can happen to it any more."""
    store.apply(change_to(build, status=Status.COMPLETED))
    store.send(raised())
    assert store.turn("build", NOW) is None


def test_a_message_that_is_not_due_stays(store, build):
    """Timers are messages with a time."""
    due_utc = NOW + timedelta(microseconds=1)
    store.send(raised(build.execution_id, due_utc))
    assert store.next_due(NOW) == due_utc
    assert len(store.turn("build", NOW).new) == 1
    assert len(store.turn("build", due_utc).new) == 2
    assert store.next_due(due_utc) is None


def test_the_start_comes_first_whatever_arrived_before(store, build):
    """An event may arrive between two generations."""
    store.send(raised())
    restarted = dataclasses.replace(build, execution_id="second")
    _, start = new_instance(Start("plan", "build"), NOW)
    start = dataclasses.replace(start, execution_id="second")
    store.apply(Change(build, restarted, history_start=0, messages=(start,)))
    kinds = [each["EventType"] for each in store.turn("build", NOW).new]
    assert kinds == [EventKind.EXECUTION_STARTED, EventKind.EVENT_RAISED]


def test_events_that_are_carried_over_come_before_those_that_arrived_later(store, build):
    """They were sent earlier, although they are stored later."""
    later = event(EventKind.EVENT_RAISED, NOW, Name="later", Input=None)
    store.send(Message("build", None, later))
    carried = dataclasses.replace(raised(), rank=Rank.CARRIED)
    after = dataclasses.replace(build, execution_id="second")
    store.apply(Change(build, after, history_start=0, messages=(carried,)))
    assert [each["Name"] for each in store.turn("build", NOW).new] == ["go", "later"]


def test_unread_messages_go_with_the_end_of_an_instance(store, build):
    """Timers that are still open, events that nobody read."""
    store.send(raised())
    store.send(raised(build.execution_id, NOW + timedelta(hours=1)))
    store.apply(change_to(build, status=Status.COMPLETED))
    assert store.due_instances(NOW) == []
    assert store.next_due(NOW) is None


@pytest.mark.parametrize("replace", [False, True])
def test_a_change_of_an_instance_that_was_purged_or_replaced_meanwhile_is_dropped(
    store, build, replace
):
    """The episode ran on a thread while an operator did something else."""
    store.apply(change_to(build, status=Status.COMPLETED))
    if replace:
        store.create(*new_instance(Start("plan", "build"), NOW))
    else:
        store.purge(["build"])
    work = Work("build", build.execution_id, 0, "act", None)
    assert store.apply(change_to(build, status=Status.RUNNING, work=(work,))) is None
    assert store.work() == []


def test_the_answer_to_work_that_is_gone_is_dropped(store, build):
    """Its number is never given to other work."""
    work = Work("build", build.execution_id, 0, "act", None)
    (gone,) = store.apply(change_to(build, status=Status.RUNNING, work=(work,))).work
    store.purge(["build"])
    again, start = new_instance(Start("plan", "build"), NOW)
    store.create(again, start)
    work = dataclasses.replace(work, execution_id=again.execution_id)
    (other,) = store.apply(change_to(again, status=Status.RUNNING, work=(work,))).work
    assert store.answer(gone.number, raised()) is False
    assert store.work() == [other]


def test_a_creation_that_is_refused_changes_nothing(store, build):
    """All or nothing."""
    with pytest.raises(InstanceIsLive):
        store.create(*new_instance(Start("other", "build"), NOW))
    assert store.instance("build") == build


def test_an_instance_comes_back_as_it_was_stored(store, build):
    """Field by field, with and without a parent."""
    everything = dataclasses.replace(
        build,
        version="2",
        status=Status.RUNNING,
        input_json='"1"',
        custom_status="{}",
    )
    store.apply(Change(build, everything, history_start=0))
    assert store.instance("build") == everything


def test_times_keep_their_microseconds():
    """A timer that wakes a moment early would not be due."""
    when_utc = datetime(2026, 11, 22, 12, 34, 56, 789012, tzinfo=UTC)
    assert from_ticks(to_ticks(when_utc)) == when_utc
