"""Commands that are allowed and end badly in a build VM."""

from __future__ import annotations

import re
from collections.abc import Iterator

from imaging.errors import Fault
from imaging.recipe.raw_parts import Part
from imaging.recipe.step_rules import all_steps

_START = r"(?:^|[;&|]|\bsudo\s)\s*"
# image-builder-json: restarts inside of a script are not seen; only WindowsRestart waits.
_WINDOWS_RESTART = re.compile(
    _START + r"(?:(?:Restart|Stop)-Computer\b|shutdown(?:\.exe)?\s.{0,200}[/-][rs]\b)",
    re.IGNORECASE,
)
_LINUX_RESTART = re.compile(
    _START + r"(?:-n\s+)?(?:/(?:usr/)?s?bin/)?(?:(?:reboot|poweroff|halt)\b|shutdown\s+-[rhP]"
    r"|(?:init|telinit)\s+[06]|systemctl\s+(?:reboot|poweroff|halt))"
)
# image-builder-troubleshoot: "Deprovisioning script […] could not be found".
_DEPROVISIONING = re.compile(
    r"""\brm\s+(?:-\S+\s+)*["']?/tmp["']?/?["']?\*?["']?(?:\s|;|$)
    |\bcd\s+/tmp/?\s*(?:&&|;)\s*(?:sudo\s+)?rm\s+(?:-\S+\s+)*(?:\./)?\*
    |\bfind\s+/tmp/?\s.{0,200}-(?:delete|exec\s+rm)\b
    |\b(?:rm|del|erase|ri|Remove-Item)\b.{0,200}DeprovisioningScript
    |\b(?:del|erase|ri|rd|rmdir|Remove-Item)\b.{0,200}["'\s]C:\\(?:\*(?:\.(?:\*|ps1))?)?(?:["'\s]|$)""",
    re.IGNORECASE | re.VERBOSE,
)
# image-builder-json: AIB generalizes after the last step, by a script that a step may write over.
_GENERALIZING = re.compile(
    r"""\bsysprep(?:\.exe)?\b.{0,200}[/-]generalize\b|\bwaagent\b.{0,200}-deprovision""",
    re.IGNORECASE,
)
_OWN_SCRIPT = "deprovisioningscript"


def advice_on_commands(recipe: Part) -> Iterator[Fault]:
    """Find commands that break the build or the image.

    Args:
        recipe: the whole recipe, without faults.
    """
    for step in all_steps(recipe):
        on_linux = step["type"].value == "Shell"
        lines = list(step["inline"].items())
        for line in lines:
            yield from _on_line(line, on_linux=on_linux)
        if not any(_OWN_SCRIPT in line.text().lower() for line in lines):
            yield from _generalizing(lines)


def _generalizing(lines: list[Part]) -> Iterator[Fault]:
    for line in lines:
        if _GENERALIZING.search(line.text()) and not line.text().lstrip().startswith("#"):
            yield line.fault(
                "generalizes the build VM, which AIB does itself after the last step; "
                "done twice the image or the build breaks: leave it out"
            )


def _on_line(line: Part, *, on_linux: bool) -> Iterator[Fault]:
    text = line.text()
    if on_linux and "\r" in text:
        yield line.fault("holds a carriage return, which sh takes for a part of the command")
    if on_linux and _LINUX_RESTART.search(text):
        yield line.fault("restarts or stops the build VM, which AIB takes for a failure on Linux")
    if not on_linux and _WINDOWS_RESTART.search(text):
        yield line.fault(
            "restarts or stops the build VM; write a WindowsRestart step, which waits for it"
        )
    if _DEPROVISIONING.search(text):
        yield line.fault("may delete AIB's deprovisioning script, without which the build fails")
