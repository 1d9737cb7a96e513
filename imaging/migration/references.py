"""Variables of pipelines: `$(name)`, `${{ env.name }}`, and placeholders that nobody filled in."""

from __future__ import annotations

import re
import shlex
from collections.abc import Container, Mapping

_REFERENCE = re.compile(r"\$\(([\w.\-]+)\)|\$\{\{\s*([\w.\-]+)(?:\['([\w.\-]+)'\])?\s*\}\}")
_PLACEHOLDER = re.compile(r"<([A-Za-z][\w .\-]*)>|(?<!\{)\$?\{([A-Za-z]\w*)\}(?!\})")
_ANY_EXPRESSION = re.compile(r"\$\{\{(?:(?!\$\{\{).)*?\}\}", re.DOTALL)
_COMPUTED = re.compile(r"\$\[.*\]", re.DOTALL)
_MAX_CHARACTERS = 1024 * 1024
# Names of Azure Pipelines' own variables; in a script `$(date)` is the shell's.
_PREDEFINED = re.compile(
    r"(agent|build|checks|environment|pipeline|release|resources|strategy|system|tf_build)(\.|$)",
    re.IGNORECASE,
)


def filled(
    text: str, values: Mapping[str, str], given: Mapping[str, str], *, is_script: bool = False
) -> str:
    """Put in what variables and placeholders stand for, where it is known.

    Args:
        text: of an input.
        values: of variables, by lower-case names.
        given: by people, the same way; pipelines themselves never fill in `{name}` or `<name>`.
        is_script: whether `${name}` is the shell's own.
    """

    def value_of(found: re.Match[str]) -> str:
        value = values.get(_name(found).lower(), found[0])
        return found[0] if is_computed(value) else value

    def given_value_of(found: re.Match[str]) -> str:
        if is_script and found[0].startswith("$"):
            return found[0]
        return given.get((found[1] or found[2]).lower(), found[0])

    for _ in range(8):  # a variable may hold another one
        lengths = [len(value_of(one)) for one in _REFERENCE.finditer(text)]
        lengths += [len(given_value_of(one)) for one in _PLACEHOLDER.finditer(text)]
        if sum(lengths) > _MAX_CHARACTERS:
            break
        once_more = _PLACEHOLDER.sub(given_value_of, _REFERENCE.sub(value_of, text))
        if once_more == text:
            break
        text = once_more
    return text


def replaced(text: str, instead: Mapping[str, str]) -> str:
    """Put something else where variables stand, in one pass.

    Args:
        text: of an input.
        instead: by variables as they are written; others stay.
    """
    return _REFERENCE.sub(lambda found: instead.get(found[0], found[0]), text)


def is_computed(value: str) -> bool:
    """Say whether the value of a variable is an expression that each run computes."""
    return _COMPUTED.fullmatch(value.strip()) is not None


def is_variable(reference: str, *, of_github: bool) -> bool:
    """Say whether a reference is a variable alone, and no expression that computes something.

    Args:
        reference: as it is written.
        of_github: where `$(name)` is none.
    """
    found = _REFERENCE.fullmatch(reference)
    return found is not None and not (of_github and found[1])


def variables_in(text: str) -> list[str]:
    """List the variables that a text names, in lower case.

    Args:
        text: of an input, as it is written.
    """
    return [_name(found).lower() for found in _REFERENCE.finditer(text)]


def open_placeholders(text: str) -> list[str]:
    """List the placeholders that nobody filled in, as they are written."""
    return list(dict.fromkeys(found[0] for found in _PLACEHOLDER.finditer(text)))


def open_references(text: str) -> list[str]:
    """List the variables that only a run knows, as they are written.

    Args:
        text: of an input, filled.
    """
    return list(dict.fromkeys([*_ANY_EXPRESSION.findall(text), *_of_pipelines(text)]))


def open_in_script(text: str, known: Container[str]) -> tuple[list[str], list[str]]:
    """List what is open in a script: what only a run knows, and what the shell may mean.

    Args:
        text: of the script, filled.
        known: lower-case names of the file's own variables.
    """
    names = {written: written[2:-1] for written in _of_pipelines(text)}
    of_run = [
        written
        for written, name in names.items()
        if _PREDEFINED.match(name) or name.lower() in known
    ]
    of_shell = [written for written in names if written not in of_run]
    return list(dict.fromkeys([*_ANY_EXPRESSION.findall(text), *of_run])), of_shell


def _of_pipelines(text: str) -> list[str]:
    found = [reference[0] for reference in _REFERENCE.finditer(text) if reference[1]]
    return list(dict.fromkeys(found))


def name_of(reference: str) -> str:
    """Name what to give for a reference or placeholder: `env.region` for `${{ env.region }}`."""
    match = _REFERENCE.fullmatch(reference)
    return _name(match) if match else reference.strip("${} ()<>")


def how_to_give(references: list[str]) -> str:
    """Say how people fill in what is open.

    Args:
        references: variables and placeholders, as they are written.
    """
    if not all(re.fullmatch(r"[\w.\- ]+", name_of(one)) for one in references):
        return "write the value"
    return f"write the value, or give it: {set_options(references)}"


def set_options(references: list[str]) -> str:
    """Write the options that give values to variables and placeholders."""
    return " ".join(shlex.quote(f"--set={name_of(one)}=…") for one in references)


def _name(found: re.Match[str]) -> str:
    """Name what a reference means; `variables['region']` is another form of `variables.region`."""
    name = found[1] or found[2]
    return f"{name}.{found[3]}" if found[3] else name
