"""Plain steps: order, replay, what is refused."""

import pytest

from tests.localcloud.durable.quirk_app import app_functions, steps
from tests.localcloud.durable.runs import output, run


@pytest.fixture(autouse=True)
def _nothing_seen():
    steps.seen.clear()
    app_functions.entered.clear()


async def test_an_orchestrator_without_a_yield_completes(engine):
    """A plan that decides everything at once is still a plan."""
    assert output(await run(engine, "no_yield")) == 5


async def test_activities_run_one_after_the_other_with_the_results_of_the_ones_before(engine):
    """This is what a build is."""
    assert output(await run(engine, "chain")) == 10
    assert app_functions.values() == [0, 1, 2, 3, 4]


async def test_five_steps_enter_the_body_six_times_and_each_step_is_new_once(engine):
    """Loggers ask is_replaying; a line must appear once over all episodes."""
    await run(engine, "replaying")
    assert app_functions.entered.count("replaying") == 6
    assert [flag for flag in steps.seen if not flag] == [False] * 6


async def test_a_task_that_is_yielded_twice_runs_once(engine):
    """The SDK answers the second yield from memory, and the engine must not count it."""
    assert output(await run(engine, "same_task_twice")) == [5, 5]
    assert app_functions.values() == [5]


async def test_new_guid_gives_the_same_value_in_every_episode(engine):
    """Names that are made in a plan must not change on replay."""
    first, second = output(await run(engine, "guids"))
    assert app_functions.values() == [first]
    assert first != second


@pytest.mark.parametrize("name", ["unknown_activity", "unknown_activity_caught"])
async def test_an_unknown_activity_fails_the_instance_and_names_the_known_ones(engine, name):
    """In Azure it hangs for ever; on the desk it must be seen, even by a plan that catches all."""
    instance = await run(engine, name)
    assert instance.status == "Failed"
    assert instance.output == (
        f"Orchestrator function '{name}' failed: The function 'nope' doesn't exist, is disabled, "
        "or is not an activity function. Additional info: The following are the known activity "
        "functions: 'act', 'nothing', 'wordless'."
    )


async def test_an_unknown_orchestrator_is_refused_at_the_start(engine):
    """A typing error of a caller must not leave an instance behind."""
    with pytest.raises(ValueError, match=r"'nope' doesn't exist.*known orchestrator.*'chain'"):
        await engine.start_new("nope")
    assert (await engine.query()).instances == ()


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("entity_call", "context.call_entity"),
        ("entity_signal", "context.signal_entity"),
        ("http_call", "context.call_http"),
    ],
)
async def test_what_the_engine_does_not_do_is_refused_by_name(engine, name, refused):
    """Silence would be taken for success."""
    instance = await run(engine, name)
    expected = f"{refused} is not supported by the local Durable engine."
    assert instance.output == f"Orchestrator function '{name}' failed: {expected}"


async def test_a_crash_in_the_first_episode_says_what_it_was(engine, caplog):
    """SystemExit passes the SDK's net; the host must survive and tell."""
    instance = await run(engine, "crash_at_once")
    assert instance.output == "Orchestrator function 'crash_at_once' failed:  SystemExit: 3"
    assert "cause=SystemExit: 3" in caplog.text


async def test_a_crash_in_a_later_episode_is_reported_as_non_determinism_and_logged(engine, caplog):
    """Azure hides the cause this way (py#189); the log of the local host does not."""
    instance = await run(engine, "crash_after_a_step")
    assert instance.output.startswith("Non-Deterministic workflow detected: A previous execution")
    assert "sequence ID 0 and name 'act'" in instance.output
    assert "cause=SystemExit: 3" in caplog.text


async def test_a_finally_around_a_yield_runs_in_every_episode(engine, recwarn):
    """The reason for the house rule against it: closing the suspended generator runs it."""
    await run(engine, "finally_block")
    assert len(steps.seen) == 3


async def test_another_activity_under_the_same_number_is_non_determinism(new_engine):
    """Kind and name are compared with history, as in Azure."""
    engine = await new_engine(strict_replay=False)
    instance = await run(engine, "other_activity_each_time")
    assert instance.output.endswith(
        "replay instead scheduled one named 'nothing' with this sequence number."
    )


async def test_an_activity_that_is_not_asked_for_again_is_non_determinism(new_engine):
    """A plan that was changed under a running build must not go on as if nothing were."""
    engine = await new_engine(strict_replay=False)
    instance = await run(engine, "fewer_each_time")
    assert "hasn't (yet?) scheduled this task" in instance.output
