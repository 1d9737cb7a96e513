"""Finds the steps that build images in Azure Pipelines files and GitHub workflows, with lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import yaml

from imaging.migration import SECRET, FoundStep, Given, Home, Tool

# A reference may name the extension before the task and the minor version behind it.
_TASK = re.compile(
    r"(([\w-]+\.)*AzureImageBuilderTask|a4685136-7cb5-430c-9df5-032660332fe9)(@[01](\.[\w.*]+)?)?",
    re.IGNORECASE,
)
_TASK_V2 = re.compile(
    r"(([\w-]+\.)*AzureImageBuilderTaskV2|b1d5cc59-35c5-4aab-9a1e-2cc5dfa0bb25)(@[\w.*]+)?"
    r"|([\w-]+\.)*AzureImageBuilderTask@2(\.[\w.*]+)?",
    re.IGNORECASE,
)
_MERGE = "tag:yaml.org,2002:merge"
_NULL = "tag:yaml.org,2002:null"
_ACTION = re.compile(r"azure/build-vm-image(@.*)?", re.IGNORECASE)
_OPTIONS = {
    Tool.ACTION: ("id", "if", "continue-on-error", "timeout-minutes"),
    Tool.TASK: (
        "name",
        "condition",
        "continueOnError",
        "enabled",
        "target",
        "timeoutInMinutes",
        "retryCountOnTaskFailure",
    ),
}
# Kept with the variables, under a name that none of them can have.
_CHECKOUT = "checkout path"
# "Classic release variables", System.DefaultWorkingDirectory: C:\agent\_work\r1\a.
_RELEASE_FOLDER = "a"
_MAX_CHARACTERS = 1024 * 1024
_MAX_DEPTH = 60
_MAX_NODES = 200_000


class UnreadablePipelineError(Exception):
    """The file is no YAML; says where and why."""


def find_steps(text: str) -> list[FoundStep]:
    """Find every step of the old task or the action.

    Args:
        text: of the file.

    Raises:
        UnreadablePipelineError: with line and column.
    """
    if len(text) > _MAX_CHARACTERS:
        raise UnreadablePipelineError(f"has more than {_MAX_CHARACTERS:,} characters")
    try:
        documents = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        raise UnreadablePipelineError(_explain(error)) from None
    except yaml.YAMLError as error:
        raise UnreadablePipelineError(f"is no YAML: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise UnreadablePipelineError("is no YAML: nested too deeply") from None
    walk = _Walk()
    return [replace(step, home=_home(node)) for node in documents for step in walk.steps(node, {})]


def _home(node: yaml.Node) -> Home:
    fields = _fields(node) if isinstance(node, yaml.MappingNode) else {}
    runs, on = fields.get("runs"), fields.get("on")
    if isinstance(runs, yaml.MappingNode) and _text(_fields(runs).get("using")) == "composite":
        return Home.COMPOSITE_ACTION
    triggers: Iterable[str] = [_text(on)]
    if isinstance(on, yaml.MappingNode):
        triggers = _fields(on)
    elif isinstance(on, yaml.SequenceNode):
        triggers = map(_text, on.value)
    return Home.REUSABLE_WORKFLOW if "workflow_call" in triggers else Home.PIPELINE


def _explain(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return f"is no YAML: {place}{error.problem or error.context}"


class _Walk:
    """One walk over a file; anchors may make what it stands for far larger than its text."""

    def __init__(self) -> None:
        self._nodes = 0

    def steps(
        self, node: yaml.Node, variables: Mapping[str, str], depth: int = 0
    ) -> Iterator[FoundStep]:
        """Find the steps in a node and below it, with the variables that hold there."""
        self._nodes += 1
        if self._nodes > _MAX_NODES:
            raise UnreadablePipelineError(
                f"unfolds to more than {_MAX_NODES:,} values; write out what its anchors repeat"
            )
        if depth > _MAX_DEPTH:
            return
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                yield from self.steps(item, variables, depth + 1)
        elif isinstance(node, yaml.MappingNode):
            own = _variables(node)
            known = {**variables, **own} if own else variables
            step = _step(node, known)
            if step is not None:
                yield step
            else:
                for _, value in node.value:
                    yield from self.steps(value, known, depth + 1)


def _step(node: yaml.MappingNode, variables: Mapping[str, str]) -> FoundStep | None:
    fields = _fields(node)
    tool = _tool(_task(fields), _text(fields.get("uses")))
    if tool is None:
        return None
    return FoundStep(
        tool=tool,
        line=node.start_mark.line + 1,
        inputs=_inputs(fields.get("with" if tool is Tool.ACTION else "inputs")),
        variables=variables,
        options=dict(_options(tool, fields)),
        on_windows="windows" in variables.get("runs-on", "").lower(),
        env=_env(fields),
        sources_folder=_RELEASE_FOLDER if "taskId" in fields else variables.get(_CHECKOUT, ""),
    )


def _inputs(node: yaml.Node | None) -> dict[str, Given]:
    """Read the inputs; an expression that stands for all of them is one without a text."""
    if isinstance(node, yaml.MappingNode):
        given = _fields(node)
    else:
        given = {_text(node): node} if node is not None and _text(node) else {}
    return {
        name.lower(): Given(
            _text(value),
            value.start_mark.line + 1,
            name,
            is_text=isinstance(value, yaml.ScalarNode),
        )
        for name, value in given.items()
    }


def _options(tool: Tool, fields: Mapping[str, yaml.Node]) -> Iterator[tuple[str, str]]:
    """Read what decides how the step runs; a classic release calls its display name `name`."""
    for name in _OPTIONS.get(tool, _OPTIONS[Tool.TASK]):
        text = _text(fields.get(name))
        if text and (name != "name" or re.fullmatch(r"\w+", text)):
            yield name, text


def _task(fields: Mapping[str, yaml.Node]) -> str:
    """Name the task of a step, also in the JSON of a classic build (`id`) or release."""
    task = fields.get("task")
    if isinstance(task, yaml.MappingNode):
        return _text(_fields(task).get("id"))
    return _text(task) or _text(fields.get("taskId"))


def _tool(task: str, uses: str) -> Tool | None:
    if _ACTION.fullmatch(uses):
        return Tool.ACTION
    if _TASK_V2.fullmatch(task):
        return Tool.TASK_V2
    return Tool.TASK if _TASK.fullmatch(task) else None


def _variables(node: yaml.MappingNode) -> dict[str, str]:
    """Collect the variables with fixed values that hold below a node."""
    fields = _fields(node)
    found: dict[str, str] = {}
    for name, value in _named(fields.get("env")):
        found[f"env.{name}".lower()] = value
    for name, value in _named(fields.get("variables")):
        found[name.lower()] = found[f"variables.{name}".lower()] = value
    for kind in ("parameters", "inputs"):
        for name, value in _named(fields.get(kind)):
            found[f"{kind}.{name}".lower()] = value
    for name, value in _asked(fields.get("on")):
        found[f"inputs.{name}".lower()] = value
        found[f"github.event.inputs.{name}".lower()] = value
    if agent := _agent(fields.get("pool")) or _agent(fields.get("runs-on")):
        found["runs-on"] = agent
    if path := _checkout_path(fields.get("steps")):
        found[_CHECKOUT] = path
    return found


def _asked(on: yaml.Node | None) -> Iterator[tuple[str, str]]:
    """Read the defaults of what a workflow asks people and callers for."""
    for event in _fields(on).values() if isinstance(on, yaml.MappingNode) else ():
        if isinstance(event, yaml.MappingNode):
            yield from _named(_fields(event).get("inputs"))


def _checkout_path(steps: yaml.Node | None) -> str:
    """Read the path of a job's checkout, if it moves the folder that the agent works in.

    `Build.SourcesDirectory`: "If you check out multiple repositories, it will revert to its default
    value"; `steps.checkout` has `workspaceRepo` to choose one of them.
    """
    items = steps.value if isinstance(steps, yaml.SequenceNode) else ()
    objects = [_fields(step) for step in items if isinstance(step, yaml.MappingNode)]
    found = [one for one in objects if _text(one.get("checkout")) not in ("", "none")]
    if len(found) > 1:
        found = [one for one in found if _text(one.get("workspaceRepo")).lower() == "true"]
    return _text(found[0].get("path")) if len(found) == 1 else ""


def _env(fields: Mapping[str, yaml.Node]) -> tuple[str, ...]:
    """Name what a step, or one of a classic build (`environment`), has in its environment."""
    node = fields.get("env", fields.get("environment"))
    if isinstance(node, yaml.MappingNode):
        return tuple(_fields(node))
    return (_text(node),) if _text(node) else ()


def _agent(node: yaml.Node | None) -> str:
    """Read the image of a pool, or the labels of a runner: a text, a list, or in an object."""
    if isinstance(node, yaml.MappingNode):
        fields = _fields(node)
        node = fields.get("vmImage", fields.get("labels"))
    if isinstance(node, yaml.SequenceNode):
        return " ".join(map(_text, node.value))
    return _text(node)


def _named(node: yaml.Node | None) -> Iterator[tuple[str, str]]:
    """Read `name: value` pairs, or objects with value or default, by name or in a list."""
    if isinstance(node, yaml.MappingNode):
        for name, value in _fields(node).items():
            inside = _fields(value) if isinstance(value, yaml.MappingNode) else {}
            if _text(inside.get("isSecret")).lower() == "true":
                yield name, SECRET
                continue
            single = inside.get("value", inside.get("default", value))
            if isinstance(single, yaml.ScalarNode):
                yield name, _text(single)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            fields = _fields(item) if isinstance(item, yaml.MappingNode) else {}
            fixed = fields.get("value", fields.get("default"))
            if "name" in fields and isinstance(fixed, yaml.ScalarNode):
                yield _text(fields["name"]), _text(fixed)


def _fields(node: yaml.MappingNode) -> dict[str, yaml.Node]:
    """Read an object with what `<<` merges into it; its own fields win."""
    found: dict[str, yaml.Node] = {}
    waiting, seen = [node], set[int]()
    for current in waiting:
        if id(current) in seen:
            continue
        seen.add(id(current))
        own = {_text(key): value for key, value in current.value if key.tag != _MERGE}
        found = own | found
        for key, value in current.value:
            if key.tag == _MERGE:
                merged = value.value if isinstance(value, yaml.SequenceNode) else [value]
                waiting += [one for one in merged if isinstance(one, yaml.MappingNode)]
    return found


def _text(node: yaml.Node | None) -> str:
    if not isinstance(node, yaml.ScalarNode) or node.tag == _NULL:
        return ""
    return str(node.value)
