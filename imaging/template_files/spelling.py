"""Names of properties: the right one for a wrong one, and which ones a recipe goes without."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher, get_close_matches
from itertools import pairwise
from typing import Any

from imaging.template_files.json_values import Json

# Old API versions, Microsoft's own samples, and what the commands' exports call it. A name is only
# taken where the place has it, and not what was written.
_ALIASES = {
    "identityIds": ("userAssignedIdentities",),
    "imageId": ("imageVersionId", "galleryImageId"),
    "imageVersionId": ("imageId",),
    "name": ("planName",),
    "plan": ("planInfo",),
    "product": ("planProduct",),
    "publisher": ("planPublisher",),
    "regionalReplicaCount": ("replicaCount",),
    "script": ("scriptUri",),
    "tag": ("tags", "artifactTags"),
    "tags": ("artifactTags",),
    "uri": ("scriptUri", "sourceUri"),
    "validation": ("validate",),
}
_TYPES = {
    "marketplace": "PlatformImage",
    "sharedimage": "SharedImageVersion",
    "sharedimagegallery": "SharedImageVersion",
    "sharedimageversion": "SharedImage",
}
_CLOSE_ENOUGH = 0.85
_MOST_SLIPS = 3  # letters that differ by mistake
# Words and syllables that turn a meaning round, or bound it.
_TURNS = frozenset(
    ["anti", "de", "dis", "donot", "dont", "ex", "im", "in", "max", "min", "never", "no", "non",
     "not", "post", "pre", "skip", "un"]
)  # fmt: skip
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SHORTEST_WORD = 4
_UNIT = re.compile(r"(.+?)(kb|mb|gb|tb|seconds|minutes|hours|days)")
READ_ONLY = {
    "clientId",
    "exactStagingResourceGroup",
    "exactVersion",
    "lastRunStatus",
    "principalId",
    "provisioningError",
    "provisioningState",
    "tenantId",
}
_NEVER_EMPTY = {"inline", "replicationRegions", "targetRegions"}


def _plain(name: str) -> str:
    """Write a name without what differs between styles: case, underscores, hyphens, blanks."""
    return re.sub(r"[_\-\s]", "", name).lower()


def same_but_for_case(name: str, known: Iterable[str]) -> str | None:
    """Find a name among others without regard to case; an exact match wins.

    Args:
        name: as written.
        known: the right names.
    """
    matches = [one for one in known if one.lower() == name.lower()]
    return name if name in matches else next(iter(matches), None)


def right_type(name: str, known: Iterable[str]) -> str | None:
    """Say which kind of source, step or target is meant.

    Args:
        name: as written.
        known: the kinds that this place has.
    """
    kinds = {_plain(kind): kind for kind in known}
    alias = _TYPES.get(_plain(name))
    if alias in kinds.values() and _plain(name) not in kinds:
        return alias
    return kinds.get(_plain(name)) or _misspelt(name, kinds)


def right_name(key: str, known: Iterable[str], beside: Iterable[str]) -> str:
    """Say which property is meant.

    Args:
        key: as written.
        known: the names that this place has.
        beside: everything that is written there; a name that is taken is never meant.

    Returns:
        The right name, or the key itself if nothing is close.
    """
    names = {_plain(name): name for name in known}
    if key in names.values() or key in READ_ONLY:
        return key
    known_as = next((_ALIASES[name] for name in _ALIASES if _plain(name) == _plain(key)), ())
    alias = next((name for name in known_as if name in names.values()), None)
    meant = names.get(_plain(key)) or alias or _misspelt(key, names)
    return key if meant is None or meant in set(beside) else meant


def _misspelt(written: str, names: Mapping[str, str]) -> str | None:
    """Find the name that was written with slips of the pen, and with nothing that has a meaning."""
    close = get_close_matches(_plain(written), names, 1, _CLOSE_ENOUGH)
    return next((names[one] for one in close if not _means_another(written, names[one])), None)


def _means_another(written: str, name: str) -> bool:
    """Say whether two names differ by what means something: a word, a syllable, a unit."""
    one, other = _plain(written), _plain(name)
    edits = [
        (one[begin:end], other[start:stop])
        for kind, begin, end, start, stop in SequenceMatcher(None, one, other).get_opcodes()
        if kind != "equal"
    ]
    if sum(max(map(len, edit)) for edit in edits) > _MOST_SLIPS:
        return True
    if any(part in _TURNS for edit in edits for part in edit):
        return True
    if _turns_a_word(one, [word.lower() for word in _WORD.findall(name)]):
        return True
    unit, else_unit = _UNIT.fullmatch(one), _UNIT.fullmatch(other)
    return bool(unit and else_unit and unit[1] == else_unit[1] and unit[2] != else_unit[2])


def _turns_a_word(written: str, words: list[str]) -> bool:
    """Say whether a word of the name has got a syllable before it that turns it round."""
    for before, word in pairwise(["", *words]):
        is_as_it_was = bool(before) and before + word in written
        if len(word) < _SHORTEST_WORD or is_as_it_was:
            continue
        if any(turn + word in written for turn in _TURNS):
            return True
    return False


def why_left_out(name: str, item: Json, schema: Mapping[str, Any]) -> str | None:
    """Say why a property is left out, or None if it stays.

    Args:
        name: of the property.
        item: its value.
        schema: of the object that it stands in.
    """
    if item is None:
        return "it is null"
    if isinstance(schema.get("additionalProperties"), Mapping):
        return None  # names are people's own there, as in tags
    known = schema.get("properties", {})
    if name in READ_ONLY and name not in known:
        return "it is read-only"
    if name == "autoRun" and json.dumps(item).lower() == '{"state": "disabled"}':
        return "that is how it is without it"
    optional = name in known and name not in schema.get("required", [])
    return "it is empty" if optional and _says_nothing(name, item, known[name]) else None


def _says_nothing(name: str, item: Json, schema: Mapping[str, Any]) -> bool:
    if item == []:
        return name in _NEVER_EMPTY or schema.get("type") != "array"
    return item == ""
