"""A step of a pipeline that builds an image, as it was found in its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

# Stands for the value of a variable that the file calls secret; open, as every expression is.
SECRET = "$[secret]"  # noqa: S105 - no password


class Tool(Enum):
    """What the step uses, by the name that people know."""

    TASK = "AzureImageBuilderTask@1"
    TASK_V2 = "AzureImageBuilderTaskV2@2"
    ACTION = "azure/build-vm-image"


class Home(Enum):
    """What the file is, as far as it decides what a step may read."""

    PIPELINE = "pipeline or workflow"
    COMPOSITE_ACTION = "composite action"
    REUSABLE_WORKFLOW = "reusable workflow"


@dataclass(frozen=True)
class Given:
    """The text of an input, its line in the file, and its name as it is written there.

    Args:
        text: empty for a list or an object.
        line: of the value.
        name: as it is written.
        is_text: whether it is one.
    """

    text: str
    line: int
    name: str = ""
    is_text: bool = True


@dataclass(frozen=True)
class FoundStep:
    """One step.

    Args:
        tool: what it uses.
        line: where it begins.
        inputs: by lower-case names, because both tools ignore case.
        variables: of the file that have fixed values, by lower-case names as `env.region`.
        on_windows: whether its agent is said to be a Windows one.
        options: by which others refer to the step, and what decides how it runs.
        home: what the file is.
        env: names in the step's own environment.
        sources_folder: path of the folder that the agent works in, where the file says it.
        repository: its name, if the file lies in one.
        template: text of the template file that the action is given, if it was found.
    """

    tool: Tool
    line: int
    inputs: Mapping[str, Given]
    variables: Mapping[str, str] = field(default_factory=dict)
    on_windows: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    home: Home = Home.PIPELINE
    env: tuple[str, ...] = ()
    sources_folder: str = ""
    repository: str = ""
    template: str | None = None
