"""Commands that surely end badly; what only may do so is advice, in `step_advice`.

Sure means: the command is a line of its own, and no line before it opens a block, a text or a
here-document, so that it runs whenever the step runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from imaging.errors import Fault
from imaging.recipe.raw_parts import Part

# image-builder-json: only WindowsRestart waits for a restart, and Linux has none.
_LINUX_RESTART = re.compile(
    r"(?:sudo\s+)?(?:/(?:usr/)?s?bin/)?(?:reboot(?:\s+(?:-f|--force|now))?|init\s+6"
    r"|shutdown\s+-r(?:\s+(?:now|\+?[0-9]{1,4}))?|systemctl\s+reboot)\s*;?"
)
_WINDOWS_RESTART = re.compile(
    r"Restart-Computer(?:\s+-Force)?\s*;?|shutdown(?:\.exe)?(?=.*[/-]r)(?:\s+[/-][rft]|\s+[0-9]{1,4})+",
    re.IGNORECASE,
)
# image-builder-troubleshoot: "Deprovisioning script […] could not be found".
_DEPROVISIONING = "deprovisioningscript"
_DELETION = re.compile(
    r"(?:sudo\s+)?(?:rm|del|erase|Remove-Item)\s[^|;&<>]{0,200}DeprovisioningScript\.(?:sh|ps1)\b"
    r"[^|;&<>]{0,200}",
    re.IGNORECASE,
)
# image-builder-json: everybody who can read the template can read its inline commands.
_SECRETS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----"),
    "the key of a storage account": re.compile(r"AccountKey=[A-Za-z0-9+/]{80,}"),
    "a shared access key": re.compile(r"SharedAccessKey=[A-Za-z0-9+/]{40,}"),
    "a shared access signature": re.compile(r"[?&]sig=(?:[A-Za-z0-9+/]|%2[BbFf]){40,}"),
}
_OPENS_SOMETHING = re.compile(
    r"""[{(]\s*$|<<|@["']|[\\`]\s*$|\b(?:if|for|foreach|while|until|case|switch|function|exit|return)\b"""
)


def broken_rules(step: Part, *, own_deprovisioning: bool) -> Iterator[Fault]:
    """Check the commands of a Shell or PowerShell step.

    Args:
        step: a step with `inline`.
        own_deprovisioning: whether a step of the recipe writes a deprovisioning script of its own.
    """
    runs_always = True
    for entry in step["inline"].items():
        yield from _secrets(entry)
        for line in entry.text().splitlines():
            if runs_always:
                yield from _on_command(step, entry, line.strip(), own=own_deprovisioning)
            runs_always = runs_always and not _opens_something(line)


def writes_deprovisioning(lines: Iterator[Part]) -> bool:
    """Tell whether some command does more with AIB's deprovisioning script than to delete it.

    Args:
        lines: the commands of all steps.
    """
    texts = (line.strip() for entry in lines for line in entry.text().splitlines())
    return any(_DEPROVISIONING in text.lower() and not _DELETION.fullmatch(text) for text in texts)


def _secrets(entry: Part) -> Iterator[Fault]:
    for what, pattern in _SECRETS.items():
        if pattern.search(entry.text()):
            yield entry.fault(
                f"holds {what}, and everyone who can read the template can read it; let the step "
                "read it from a Key Vault, with the build VM's identity"
            )


def _on_command(step: Part, entry: Part, command: str, *, own: bool) -> Iterator[Fault]:
    if step["type"].value == "Shell":
        if _LINUX_RESTART.fullmatch(command):
            yield entry.fault(
                "restarts the build VM, which AIB takes for a failure on Linux; leave it out, the "
                "image's VMs start anew"
            )
    elif _WINDOWS_RESTART.fullmatch(command):
        yield entry.fault(
            'restarts the build VM unseen by AIB; write {"type": "WindowsRestart"} as a step of '
            "its own"
        )
    if not own and _DELETION.fullmatch(command):
        yield entry.fault(
            "deletes AIB's deprovisioning script, without which the build fails at its end; leave "
            "it out"
        )


def _opens_something(line: str) -> bool:
    quotes = any(line.count(quote) % 2 for quote in "'\"")
    return quotes or _OPENS_SOMETHING.search(line) is not None
