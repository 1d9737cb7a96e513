"""The script of a step: what is filled in, what is the shell's, and what must not stand there."""

from __future__ import annotations

import re

from imaging.migration.draft import Draft
from imaging.migration.references import name_of, open_in_script, open_placeholders
from imaging.migration.run_values import Kind
from imaging.migration.steps import Tool

_NO_SECRETS = (
    "everybody who may read the template reads its commands, so let the script fetch secrets "
    "in the build VM, with the VM's identity"
)
# Commands that are named like secrets. Others begin with a verb: get_token, getToken, New-Password;
# but newPassword or read_token may as well be a variable.
_COMMANDS = frozenset(["apt-key", "pwd", "showkey", "systemd-ask-password"])
_VERB = re.compile(
    r"(?i:ask|create|fetch|find|gen|generate|get|make|retrieve)(?:[-_]|(?<=[a-z])(?=[A-Z]))"
    r"|(?:ConvertFrom|ConvertTo|New|Read|Request|Unprotect)-[A-Z]"
)


def take_script(draft: Draft, name: str) -> list[str]:
    """Take the lines of a script; `$(word)` in it may be the shell's own.

    Args:
        draft: gets faults and notes.
        name: of the input.
    """
    text = draft.filled(name, is_script=True)
    left, of_shell = open_in_script(text, draft.values)
    fitting = [one for one in left if draft.may_be_parameter(one)]
    secrets = [one for one in left if draft.is_secret(one)]
    if secrets:
        draft.refuse(name, f"holds {', '.join(secrets)}; {_NO_SECRETS}")
    draft.refuse_open(name, " ".join(one for one in left if one not in secrets + fitting))
    hidden = [one for one in of_shell if _is_secret_of_pipeline(draft, one, text)]
    if hidden:
        spaced = " ".join(f"$( {one[2:-1]} )" for one in hidden)
        what = f"holds {', '.join(hidden)}, named like a secret; {_NO_SECRETS}"
        draft.refuse(name, f"{what}; a command of the shell is written with blanks: {spaced}")
    of_shell = [one for one in of_shell if one not in hidden]
    if of_shell:
        draft.note(
            f"{name}: {', '.join(of_shell)} {'is' if len(of_shell) == 1 else 'are'} left to "
            "the shell; give variables of the pipeline by --set"
        )
    looks_open = [one for one in open_placeholders(text) if one[0] != "$" and one.upper() == one]
    if looks_open:
        draft.note(f"{name}: holds {', '.join(looks_open)}, which may have to be filled in")
    text = draft.run_values.put_into(text, fitting, Kind.WORD, name)
    return [line.rstrip() for line in text.strip("\r\n").splitlines()]


def _is_secret_of_pipeline(draft: Draft, reference: str, script: str) -> bool:
    """Say whether `$(word)` is a secret of the pipeline, and not a command of that name.

    A workflow of GitHub's has no such variables.
    """
    name = name_of(reference)
    if draft.step.tool is Tool.ACTION or not draft.is_secret(reference):
        return False
    if name.lower() in _COMMANDS or _VERB.match(name):
        return False
    made = rf"(?:^|[\s;&|])(?:function\s+{re.escape(name)}\b|{re.escape(name)}\s*\(\))"
    return re.search(made, script, re.IGNORECASE) is None
