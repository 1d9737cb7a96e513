"""Results, errors and the custom status."""

import json

import pytest

from tests.localcloud.durable.quirk_app import app_functions
from tests.localcloud.durable.runs import output, reached, run, sdk_input


@pytest.mark.parametrize("value", [{"a": [1, None]}, "text", 0, [], "ünï 🎈"])
async def test_json_goes_through_orchestrator_and_activity_unchanged(engine, value):
    """Everything between the rooms is plain JSON, encoded twice on the way."""
    assert output(await run(engine, "echo", value)) == value
    assert app_functions.values() == [value]


async def test_an_input_that_is_a_plain_object_reaches_get_input(engine):
    """Operators POST plain JSON to the management API; only the SDK encodes twice."""
    instance_id = await engine.start_new("echo", None, '{"a":1}')
    instance = await reached(engine, instance_id, lambda each: each.status.is_final)
    assert output(instance) == {"a": 1}


async def test_an_activity_without_result_completes_without_a_result(engine):
    """.NET drops the null, and the SDK then yields None."""
    instance = await run(engine, "none_back")
    assert output(instance) == [None]
    (completed,) = [e for e in await engine.history(instance.instance_id) if e["EventType"] == 5]
    assert completed["Result"] is None


async def test_an_activity_error_has_two_blanks_and_ends_in_newline_and_json(engine):
    """Plans cut the readable part off at the first newline; the form must be the real one."""
    text = output(await run(engine, "caught_text"))
    readable, details = text.split(" \n ")
    assert readable == "Activity function 'act' failed:  RuntimeError: no disk"
    inner = json.loads(details)["InnerException"]
    assert inner["RemoteMessage"] == "RuntimeError: no disk"
    assert 'raise RuntimeError(options["fail"])' in inner["RemoteStackTrace"]


async def test_an_activity_error_without_text_has_only_its_type(engine):
    """The worker sends `ValueError: `, and nothing may be made up."""
    text = output(await run(engine, "wordless_activity"))
    assert text.startswith("Activity function 'wordless' failed:  ValueError: ")


async def test_a_failed_orchestrator_puts_out_its_name_and_the_error(engine):
    """Operators see this line first."""
    instance = await run(engine, "raises")
    assert instance.status == "Failed"
    assert instance.output == "Orchestrator function 'raises' failed: the plan is wrong"


async def test_an_error_without_text_shows_its_type(engine):
    """The SDK puts the class there; the engine passes it on."""
    instance = await run(engine, "raises_without_text")
    assert instance.output.endswith("failed: <class 'ValueError'>")


async def test_an_error_text_that_is_no_unicode_does_not_break_the_store(engine):
    """File names can hold such halves, and a failure that cannot be stored would hang."""
    instance = await run(engine, "raises_half_a_character")
    stored = await engine.state(instance.instance_id)
    assert stored.output.endswith("half \\ud83d here")


@pytest.mark.parametrize("name", ["set_output", "date_input"])
async def test_what_is_not_json_fails_the_orchestrator(engine, name):
    """Sets and datetimes cannot travel."""
    instance = await run(engine, name)
    assert instance.status == "Failed"
    assert "not JSON serializable" in instance.output


async def test_a_custom_status_over_16_kb_of_utf16_fails_the_orchestration(engine):
    """Azure's limit is met on the desk first."""
    instance = await run(engine, "big_status", 9000)
    assert instance.output.endswith(
        "The UTF-16 size of the JSON-serialized payload must not exceed 16 KB. The current payload "
        "size is 17 KB."
    )


async def test_a_custom_status_of_8000_characters_is_kept(engine):
    """The limit is a limit, not a habit."""
    instance = await run(engine, "big_status", 8000)
    assert output(instance) == "fine"


async def test_an_empty_custom_status_clears_the_one_before(engine):
    """Falsy values are not sent, and an episode without a status has none."""
    instance_id = await engine.start_new("status_cleared")
    await reached(engine, instance_id, lambda each: each.custom_status == '"working"')
    await engine.raise_event(instance_id, "clear", None)
    cleared = await reached(engine, instance_id, lambda each: each.custom_status is None)
    assert cleared.status == "Running"


async def test_a_custom_status_is_not_sticky_over_generations(engine):
    """A plan has to set it again after continue as new, or the waiting person sees nothing."""
    instance_id = await engine.start_new("status_not_sticky")
    first = await reached(engine, instance_id, lambda each: each.input_json is not None)
    assert first.custom_status == '"from the first generation"'
    await engine.raise_event(instance_id, "go", None)
    await reached(engine, instance_id, lambda each: each.custom_status is None)


async def test_results_of_three_megabytes_go_through(engine):
    """Slow, but no limit of the engine's own."""
    assert output(await run(engine, "big_result")) == 3_000_000


async def test_the_default_version_reaches_the_context(new_engine):
    """Plans branch on it, so a running build must keep the version it was started with."""
    engine = await new_engine(default_version="2.0")
    assert output(await run(engine, "who_am_i"))["version"] == "2.0"
    instance_id = await engine.start_new("who_am_i", None, None, "1.0")
    instance = await reached(engine, instance_id, lambda each: each.status.is_final)
    assert output(instance)["version"] == "1.0"


async def test_without_a_default_version_the_context_has_none(engine):
    """1.7 reads the field in its constructor and would crash if it were not there."""
    assert output(await run(engine, "who_am_i"))["version"] is None


async def test_the_context_shows_the_clocks_time(engine, clock):
    """Not 1970, and not the time of the machine."""
    began = clock.now().isoformat()
    assert output(await run(engine, "who_am_i"))["time"] == began


@pytest.mark.parametrize("instance_id", ["a/b", "a\\b", "a#b", "a?b", "a\nb", "@a", "x" * 257])
async def test_instance_ids_that_azure_refuses_are_refused(engine, instance_id):
    """Build ids are made from blob names, and those may hold anything."""
    with pytest.raises(ValueError, match="Orchestration instance ids must"):
        await engine.start_new("no_yield", instance_id)


async def test_an_instance_id_of_256_odd_characters_is_accepted(engine):
    """What Azure takes must be taken."""
    instance_id = ("a:b c%\u00a0\u200b" * 32)[:256]
    assert await engine.start_new("no_yield", instance_id, sdk_input(1)) == instance_id
