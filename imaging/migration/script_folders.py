"""Folders that a script names: one that is not the artifact's is worth a note.

On Linux and in the drive of a Windows VM other folders are usual. There only a script counts that
never names the artifact's folder, and a folder that the script does not make itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from imaging.migration.draft import Draft

_LINUX = re.compile(r"(?<![\w./-])/tmp/+")
_DRIVE = re.compile(r"(?<![\w/\\])(?:c:|\$env:SystemDrive|%SystemDrive%)[\\/]+", re.IGNORECASE)
_BUILD_ARTIFACTS = re.compile(_DRIVE.pattern + r"buildartifacts[\\/]+", re.IGNORECASE)
_NAME = re.compile(r"""[^\\/\s"'`|;,&<>(){}*?$%:]+""")
_FOLDER_GOES_ON = re.compile(r"[\\/]")
_WINDOWS_OWN = re.compile(
    r"(buildartifacts$)|inetpub|packages|perflogs|program|temp$|tmp$|users|windows", re.IGNORECASE
)
_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_CONTINUED = re.compile(r"[\\`]\r?\n")
_ENTERED = re.compile(r"""\b(?:cd|pushd)\s+["']?$""")
_IN_TMP = re.compile(r"""\b(?:cd|pushd)\s+["']?/tmp/?["']?\s*(?:$|[;&])""", re.MULTILINE)
_MAKES = re.compile(
    r"\b(?:azcopy|clone|curl|install\s+-\w*d|iwr|Invoke-WebRequest|md|mkdir|mktemp|New-Item|ni"
    r"|Start-BitsTransfer|tee|touch|venv|virtualenv|wget)\b",
    re.IGNORECASE,
)
_INTO = re.compile(
    r"(?:>\s*|\s-[CdoOP]\s*|--(?:directory|output|prefix|target)\S*[ =]\s*"
    r"|-(?:Destination|DestinationPath|OutFile)\s+)[\"']?$"
)
_COPIES = re.compile(
    r"\b(?:Copy-Item|copy|cp|cpi|ln|mi|Move-Item|move|mv|robocopy|rsync|scp|xcopy)\s(.*)$",
    re.IGNORECASE,
)
_ASSIGNED = re.compile(r"(?:^|\s)\$?(\w+)\s*=\s*[\"']?$")
_MOST_MENTIONS = 100
_MOST_USES = 20
_MOST_SHOWN = 3


class _Mention(NamedTuple):
    name: str
    written: str
    before: str
    is_folder: bool = False


def note_other_folders(draft: Draft, *inputs: str) -> None:
    """Note where a script names another folder than the artifact's, which was written before.

    Args:
        draft: gets the notes.
        inputs: with scripts.
    """
    artifact = draft.document["artifact"]
    whole = str(artifact.get("destination", ""))
    folder = whole.rsplit("\\", maxsplit=1)[-1]
    on_windows = artifact["osType"] == "Windows"
    prefix = _LINUX if not on_windows else _DRIVE if whole != folder else _BUILD_ARTIFACTS
    place = f"/tmp/{folder}" if not on_windows else whole  # noqa: S108 - the build VM's
    if prefix is _BUILD_ARTIFACTS:
        place = f"C:\\buildArtifacts\\{folder}"
    for name in () if draft.faults else inputs:
        text = draft.filled(name, is_script=True)
        if others := _others(text, prefix, folder):
            draft.note(
                f"{name}: names {', '.join(others[:_MOST_SHOWN])}, but the artifact goes to "
                f"{place}; if its folder is meant, write it as artifact.destination"
            )


def _others(text: str, prefix: re.Pattern[str], folder: str) -> list[str]:
    """List the folders that are not the artifact's, as they are written."""
    text = _CONTINUED.sub(" ", _COMMENT.sub("", text))
    mentions = list(islice(_mentions(text, prefix, folder), _MOST_MENTIONS))
    is_named = any(not mention.name for mention in mentions)
    if prefix is not _BUILD_ARTIFACTS and (is_named or _IN_TMP.search(text)):
        return []
    made = {one.name.lower() for one in mentions if _makes(text, one.before)}
    others = {one.name.lower(): one.written for one in reversed(mentions) if one.is_folder}
    return [others[name] for name in reversed(others) if name not in made]


def _mentions(text: str, prefix: re.Pattern[str], folder: str) -> Iterator[_Mention]:
    """Find what a script names right below the place; the artifact's own has no name here."""
    archive = r"(?:\.zip|\.tar\.gz)?"
    flags = 0 if prefix is _LINUX else re.IGNORECASE
    own = re.compile(rf"{re.escape(folder)}{archive}(?![\w-]|\.\w)", flags)
    for found in prefix.finditer(text):
        before = text[max(0, found.start() - 300) : found.start()]
        before = re.split(r"[;&|\n]", before)[-1]
        if own.match(text, found.end()):
            yield _Mention("", "", before)
            continue
        if name := _NAME.match(text, found.end()):
            is_folder = prefix is _BUILD_ARTIFACTS or _is_folder(text, name, before)
            yield _Mention(name[0], found[0] + name[0], before, is_folder)


def _is_folder(text: str, name: re.Match[str], before: str) -> bool:
    """Say whether a name is that of a folder with something in it, and not Windows' own."""
    own = _WINDOWS_OWN.match(name[0])
    if own and own[1] is None:
        return False
    if name[0].lower().endswith((".tar.gz", ".tgz")) or _ENTERED.search(before):
        return True
    assigned = _ASSIGNED.search(before)
    used = assigned and re.search(rf"\$\{{?{re.escape(assigned[1])}\}}?[\"']?[\\/]", text)
    return bool(used or _FOLDER_GOES_ON.match(text, name.end()))


def _makes(text: str, before: str, *, follow: bool = True) -> bool:
    """Say whether a command makes what stands behind it, or behind the variable that it is."""
    if _MAKES.search(before) or _INTO.search(before):
        return True
    if copies := _COPIES.search(before):
        arguments = (word.strip("\"'") for word in copies[1].split())
        return any(word and not word.startswith("-") for word in arguments)
    assigned = _ASSIGNED.search(before) if follow else None
    if assigned is None:
        return False
    variable = rf"\$\{{?{re.escape(assigned[1])}\b"
    uses = islice(re.finditer(variable, text, re.IGNORECASE), _MOST_USES)
    parts = (text[max(0, use.start() - 300) : use.start()] for use in uses)
    return any(_makes(text, re.split(r"[;&|\n]", part)[-1], follow=False) for part in parts)
