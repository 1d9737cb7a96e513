"""Commands that surely end badly; what only may do so is advice, in `step_advice`.

Sure means: the command is a line of its own, no line before it opens a block, a text or a
condition, and nothing in the step takes it back, so that it runs whenever the step runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from imaging.errors import Fault
from imaging.recipe.raw_parts import Part
from imaging.recipe.showing import show

_SUDO = r"(?:sudo\s+(?:-n\s+)?)?(?:/(?:usr/)?s?bin/)?"
# image-builder-json: only WindowsRestart waits for a restart, and Linux has none. A VM that is shut
# down answers no more.
_LINUX_RESTART = re.compile(
    _SUDO + r"(?:(?:reboot|poweroff|halt)(?:\s+(?:-f|--force|now))?|(?:init|telinit)\s+[06]"
    r"|shutdown\s+(?:-[rhP]\s+)?(?:now|\+0)|systemctl\s+(?:reboot|poweroff|halt))\s*;?"
)
_WINDOWS_RESTART = re.compile(
    r"(?:Restart|Stop)-Computer(?:\s+-Force)?\s*;?"
    r"|shutdown(?:\.exe)?(?=[^|&;]{0,40}\s[/-][rs]\b)(?:\s+[/-][rsf]\b|\s+[/-]t\s+[0-9]{1,2})+",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"\bshutdown(?:\.exe)?\s+(?:-c|[/-]a)\b|\b(?:alias|function)\b", re.IGNORECASE
)
# image-builder-troubleshoot: "Deprovisioning script […] could not be found". AIB's own lie there.
_DEPROVISIONING = re.compile(
    r"(?:/tmp/|c:[\\/]|\$env:SystemDrive[\\/]|%SystemDrive%[\\/])DeprovisioningScript\.(?:sh|ps1)",
    re.IGNORECASE,
)
_DELETION = re.compile(_SUDO + r"(?:rm|del|erase|ri|Remove-Item)\s[^|;&<>]{0,200}", re.IGNORECASE)
# image-builder-json: everybody who can read the template can read its inline commands.
_SECRETS = {
    "a private key": re.compile(
        r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\\nr'\"]{1,20}[A-Za-z0-9+/]{40}"
    ),
    # Not the storage emulator's, which everybody knows (learn.microsoft.com, storage-use-azurite).
    "the key of a storage account": re.compile(r"AccountKey=(?!Eby8vdM02xNOcqF)[A-Za-z0-9+/]{80,}"),
    "a shared access key": re.compile(r"SharedAccessKey=[A-Za-z0-9+/]{40,}"),
    "a shared access signature": re.compile(r"[?&]sig=(?:[A-Za-z0-9+/]|%2[BbFf]){40,}"),
}
_GOES_ON = re.compile(
    r"(?:[{(,=|&\\`+]|-(?:and|or|not|eq|ne))\s*$|<<|<#|@[\"']|\(\)", re.IGNORECASE
)
_MAY_NOT_RUN = re.compile(
    r"\b(?:begin|break|case|continue|do|done|elif|else|elseif|exec|exit|fi|for|foreach|function|if"
    r"|param|return|select|switch|then|throw|trap|try|until|while)\b",
    re.IGNORECASE,
)


def broken_rules(step: Part, *, own_deprovisioning: bool) -> Iterator[Fault]:
    """Check the commands of a Shell or PowerShell step.

    Args:
        step: a step with `inline`.
        own_deprovisioning: whether a step of the recipe writes a deprovisioning script of its own.
    """
    entries = list(step["inline"].items())
    yield from _secrets(entries)
    if any(_TAKEN_BACK.search(entry.text()) for entry in entries):
        return
    for entry in entries:
        for line in entry.text().splitlines():
            yield from _on_command(step, entry, line.strip(), own=own_deprovisioning)
            if _may_be_open_after(line):
                return


def writes_deprovisioning(steps: Iterator[Part]) -> bool:
    """Tell whether some step does more with AIB's deprovisioning script than to delete it.

    Args:
        steps: all of them.
    """
    return any(map(_writes_deprovisioning, steps))


def _writes_deprovisioning(step: Part) -> bool:
    if "deprovisioningscript" in step["destination"].text().lower():
        return True
    texts = (line.strip() for each in step["inline"].items() for line in each.text().splitlines())
    named = (text for text in texts if "deprovisioningscript" in text.lower())
    return any(not _DELETION.fullmatch(text) for text in named)


def _secrets(entries: list[Part]) -> Iterator[Fault]:
    """Look at each command, and at what stands on the next ones: a key has many lines."""
    for index, entry in enumerate(entries):
        following = "\n".join(one.text() for one in entries[index + 1 : index + 2])
        for what, pattern in _SECRETS.items():
            found = pattern.search(f"{entry.text()}\n{following}")
            if found and found.start() < len(entry.text()):
                yield entry.fault(
                    f"holds {what}, and everyone who can read the template can read it; let the "
                    "step read it from a Key Vault, with the build VM's identity"
                )


def _on_command(step: Part, entry: Part, command: str, *, own: bool) -> Iterator[Fault]:
    if step["type"].value == "Shell":
        if _LINUX_RESTART.fullmatch(command):
            yield entry.fault(
                f"{show(command)} restarts or stops the build VM, which AIB takes for a failure on "
                "Linux; leave it out, the image's VMs start anew"
            )
    elif _WINDOWS_RESTART.fullmatch(command):
        yield entry.fault(
            f"{show(command)} restarts or stops the build VM unseen by AIB; write "
            '{"type": "WindowsRestart"} as a step of its own where a restart is needed'
        )
    if not own and _DELETION.fullmatch(command) and _DEPROVISIONING.search(command):
        yield entry.fault(
            f"{show(command)} deletes AIB's deprovisioning script, without which the build fails "
            "at its end; leave it out"
        )


def _may_be_open_after(line: str) -> bool:
    """Tell whether what follows may be a part of this line, or may never run."""
    quotes = any(line.count(quote) % 2 for quote in "'\"")
    return quotes or any(pattern.search(line) for pattern in (_GOES_ON, _MAY_NOT_RUN))
