"""The log of a build, line by line as the "Azure Image Builder" task wrote it.

People and scripts know these lines, so they are kept to the letter, the two blanks after a colon
included. Source: the task's article of May 2020 and the published source of version 1.0.45.
"""

from __future__ import annotations

import json
from typing import Any

RULE = "=" * 78


def reading(artifact_name: str | None) -> list[str]:
    """Open the log."""
    found = [f"found build at:  {artifact_name}"] if artifact_name else []
    return ["start reading task parameters...", *found, "end reading parameters"]


def staged(blob_path: str) -> str:
    """Say where the checked copy of the artifact lies."""
    return f"created archive {blob_path}"


def source_image(source: dict[str, Any]) -> str:
    """Show the source in AIB's own names."""
    return f"Source for image:  {json.dumps(source, separators=(',', ':'))}"


def template_named(name: str) -> str:
    """Give the template's name."""
    return f"template name:  {name}"


def put_template_started() -> str:
    """Say that the template is being created."""
    return "starting put template..."


def put_template_ended(state: str) -> str:
    """Say how the creation ended."""
    return f"put template:  {state}"


def run_template_started() -> str:
    """Say that the run was asked for."""
    return "starting run template..."


def run_template_ended(state: str) -> str:
    """Say how the run ended."""
    return f"run template:  {state}"


def getting_run_output(run_output_name: str) -> str:
    """Say which run output is read."""
    return f"getting runOutput for  {run_output_name}"


def output_variables(variables: dict[str, str]) -> list[str]:
    """Show the task's output variables between two rules."""
    lines = [f"$({name}) =  {value}" for name, value in variables.items()]
    return [RULE, "## task output variables ##", *lines, RULE]


def deleting_template(name: str) -> str:
    """Say that the template goes."""
    return f"deleting template {name}..."


def blob_deleted(blob_path: str) -> list[str]:
    """Say that the staged copy is gone; the task wrote the container with a backslash."""
    shown = blob_path.replace("/", "\\", 1)
    return [f"deleting storage blob {shown}", f"blob {shown} is deleted"]


def delete_template_ended(state: str) -> str:
    """Say how the deletion ended."""
    return f"delete template:  {state}"
