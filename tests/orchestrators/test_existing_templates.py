"""A template that somebody else made is only run."""

from __future__ import annotations

from pathlib import Path

from tests.orchestrators.plan_runner import (
    REQUEST,
    ScriptedFunctions,
    ended,
    results,
    run_plan,
    scripts,
)

EXISTING = REQUEST | {
    "recipe_name": "",
    "artifact": None,
    "template": {"name": "theirs", "delete_afterwards": False},
}


async def test_an_existing_template_is_only_run(tmp_path: Path):
    """It is somebody else's: nothing is put, nothing is deleted."""
    functions = ScriptedFunctions(scripts())
    done = await run_plan(tmp_path, functions, EXISTING)
    names = list(dict.fromkeys(functions.names()))
    assert names == ["read_template", "run_build", "check_run", "fetch_run_output", "write_report"]
    assert done.report["state"] == "Succeeded"
    assert done.report["templateKept"] is True
    assert done.report["templateName"] == "theirs"


async def test_a_template_of_another_group_is_addressed_by_id_and_reported_by_name(tmp_path: Path):
    """Every step has to find it; scripts that read `templateName` want a name."""
    where = "/subscriptions/0/resourceGroups/team/providers/Microsoft.VirtualMachineImages"
    template = {"name": f"{where}/imageTemplates/theirs", "delete_afterwards": True}
    functions = ScriptedFunctions(scripts())
    done = await run_plan(tmp_path, functions, EXISTING | {"template": template})
    asked = {step["template_name"] for _, step in functions.calls if "template_name" in step}
    assert asked == {template["name"]}
    assert done.report["templateName"] == "theirs"
    assert "template name:  theirs" in done.report["log"]
    assert "deleting template theirs..." in done.report["log"]


async def test_an_earlier_run_of_an_existing_template_is_not_taken_for_this_one(tmp_path: Path):
    """Its Succeeded would give the old image."""
    functions = ScriptedFunctions(scripts())
    await run_plan(tmp_path, functions, EXISTING)
    told = [s["earlier_run_start"] for n, s in functions.calls if n in {"run_build", "check_run"}]
    assert set(told) == {"2025-12-24T12:00:00.123456789Z"}


async def test_an_existing_template_goes_where_it_was_asked_for(tmp_path: Path):
    """Only after a run that succeeded."""
    template = {"name": "theirs", "delete_afterwards": True}
    functions = ScriptedFunctions(scripts())
    await run_plan(tmp_path, functions, EXISTING | {"template": template})
    assert dict(functions.calls)["cleanup"]["template_name"] == "theirs"


async def test_an_existing_template_stays_after_a_failure(tmp_path: Path):
    """Whatever was asked for: its log lies in its staging group."""
    template = {"name": "theirs", "delete_afterwards": True}
    functions = ScriptedFunctions(scripts(check_run=results(ended("Failed", "exit 1"))))
    done = await run_plan(tmp_path, functions, EXISTING | {"template": template})
    assert "cleanup" not in functions.names()
    assert done.report["templateKept"] is True
