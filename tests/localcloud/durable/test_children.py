"""Sub-orchestrations."""

from datetime import timedelta

import pytest

from tests.localcloud.durable.runs import ended, output, played, reached, run, sdk_input


async def test_a_child_knows_its_parent(engine):
    """`parent_instance_id` is how a child names what it makes."""
    told = output(await run(engine, "parent", instance_id="build"))
    assert (told["id"], told["parent"]) == ("build:child", "build")


async def test_a_child_without_an_id_gets_one_of_its_parents_execution(engine):
    """And the parent still finds the answer."""
    await run(engine, "parent_of_a_failure", instance_id="build")
    (child,) = [each for each in (await engine.query()).instances if each.name == "raises"]
    parent = await engine.state("build")
    assert child.instance_id == f"{parent.execution_id}:0"


async def test_the_error_of_a_child_reaches_the_parent(engine):
    """A failed poller must not look like a finished one."""
    text = output(await run(engine, "parent_of_a_failure"))
    assert text == "Orchestrator function 'raises' failed: the plan is wrong"


async def test_a_child_may_not_have_its_parents_id(engine):
    """The extension refuses it."""
    instance = await run(engine, "parent_of_itself")
    assert "must be different than the instance ID of a parent" in instance.output


@pytest.mark.parametrize(
    ("instance_id", "told"),
    [("@child", "must not start with @"), ("half \ud83d", "can't encode character")],
)
async def test_a_child_may_not_have_an_id_that_cannot_be_kept(engine, instance_id, told):
    """The extension refuses the first; the other would leave its parent pending for ever."""
    instance = await run(engine, "parent_of_an_odd_id", instance_id)
    assert instance.status == "Failed"
    assert told in instance.output


async def test_a_child_may_take_hours(engine, clock):
    """Other engines hang after 30 seconds."""
    due = clock.now() + timedelta(hours=1)
    assert output(await run(engine, "parent_of_a_sleeper")) == due.isoformat()


async def test_a_child_that_continues_as_new_answers_its_parent_once(engine):
    """The parent's task number travels through all generations."""
    assert output(await run(engine, "parent_of_a_watcher", 35, "build")) == 35
    assert (await engine.state("build:run")).status == "Completed"


async def test_a_child_under_an_id_that_has_not_ended_fails_loudly(engine, clock):
    """Azure Storage would let the parent wait for ever."""
    with clock.busy():
        await engine.start_new("nap", "taken", sdk_input(60))
        instance = await run(engine, "parent_of_a_taken_id")
    assert "'taken' cannot be started: an instance of this id has not ended" in instance.output


async def test_a_child_replaces_an_instance_that_has_ended(engine):
    """As start_new does."""
    await run(engine, "no_yield", instance_id="taken")
    await run(engine, "parent_of_a_taken_id")
    assert (await engine.state("taken")).name == "nap"


async def test_terminate_leaves_children_running(engine, clock):
    """It is not recursive, which is why the janitor exists."""
    with clock.busy():
        await engine.start_new("parent_of_a_sleeper", "build")
        await reached(engine, "build:nap", lambda each: each.status == "Running")
        await engine.terminate("build", "enough")
        await ended(engine, "build")
        assert (await engine.state("build:nap")).status == "Running"


async def test_a_terminated_child_fails_its_parent_with_the_reason(engine, clock):
    """The parent must not wait for ever."""
    with clock.busy():
        await engine.start_new("parent_of_a_sleeper", "build")
        await played(engine, "build:nap", 10)
        await engine.terminate("build:nap", "enough")
        instance = await ended(engine, "build")
    assert instance.output.startswith("Orchestrator function 'parent_of_a_sleeper' failed: enough")


async def test_a_child_gets_the_version_that_it_is_called_with_or_the_default(new_engine):
    """Not its parent's: the SDK says so of `version`."""
    engine = await new_engine(default_version="2.0")
    instance_id = await engine.start_new("parent_of_versions", None, None, "1.0")
    assert output(await ended(engine, instance_id)) == ["1.0", "3.0", "2.0"]
