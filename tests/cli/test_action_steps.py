"""The step of the GitHub Action around its inputs: its name, its runner, the file it is in."""

import pytest
import yaml

from tests.cli.pipelines import action_file, migrated


def test_the_step_keeps_its_id():
    """Later steps read its outputs by it."""
    text = action_file().replace("- uses:", "- id: imageBuilder\n      uses:")
    assert yaml.safe_load(migrated(text).snippet)[0]["id"] == "imageBuilder"
    assert "id" not in yaml.safe_load(migrated(action_file()).snippet)[0]


def test_the_step_keeps_its_condition_and_its_time_limit():
    """A step that ran on tags only must not build an image for every push."""
    text = action_file().replace(
        "- uses:",
        "- if: startsWith(github.ref, 'refs/tags/')\n      timeout-minutes: 90\n"
        "      continue-on-error: true\n      uses:",
    )
    (step,) = yaml.safe_load(migrated(text).snippet)
    assert step["if"] == "startsWith(github.ref, 'refs/tags/')"
    assert step["timeout-minutes"] == 90
    assert step["continue-on-error"] is True


def test_a_composite_action_takes_what_kiln_needs_as_inputs():
    """GitHub refuses a composite action that speaks of secrets or vars."""
    (old,) = yaml.safe_load(action_file())["jobs"]["build"]["steps"]
    text = yaml.safe_dump({"runs": {"using": "composite", "steps": [old]}})
    migration = migrated(text)
    assert "secrets." not in migration.snippet
    assert "vars." not in migration.snippet
    assert "KILN_KEY: ${{ inputs.kiln-key }}\n" in migration.snippet
    assert "kiln-url, kiln-key and kiln-account" in "\n".join(migration.notes)


@pytest.mark.parametrize("on", ["workflow_call", ["push", "workflow_call"], {"workflow_call": {}}])
def test_a_reusable_workflow_is_told_how_it_gets_the_key(on):
    """Secrets do not reach it by themselves."""
    text = yaml.safe_dump(yaml.safe_load(action_file()) | {"on": on})
    assert "secrets: inherit" in "\n".join(migrated(text).notes)
    assert "secrets: inherit" not in "\n".join(migrated(action_file()).notes)


@pytest.mark.parametrize(
    "runner",
    ["windows-2022", ["self-hosted", "Windows"], {"group": "big", "labels": ["windows-latest"]}],
)
def test_a_runner_is_known_by_any_of_its_labels(runner):
    """A self-hosted one has several, and no zip if it runs Windows."""
    migration = migrated(action_file({"source-os-type": "windows"}, **{"runs-on": runner}))
    assert "7z a -tzip" in migration.snippet


def test_the_lines_work_on_a_windows_runner():
    """GNU tar takes C: for the name of another machine."""
    snippet = migrated(action_file(**{"runs-on": "windows-2022"})).snippet
    assert "tar --force-local -czf" in snippet
