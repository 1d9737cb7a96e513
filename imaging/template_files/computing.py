"""Fills placeholders and computes expressions, place by place."""

from __future__ import annotations

import re
from collections.abc import Mapping

from imaging.recipe.rules import FREE_TEXT, is_only_a_placeholder
from imaging.template_files.deployment_values import DeploymentValues
from imaging.template_files.json_values import Json, JsonObject
from imaging.template_files.loops import Loop, loops_of
from imaging.template_files.repair_list import Place, Repairs
from imaging.template_files.scopes import Scope
from imaging.template_files.spelling import READ_ONLY
from imaging.template_files.unresolved import TooMuchError, UnresolvedError

_PLACEHOLDER = re.compile(r"<([A-Za-z][\w .\-]*)>")
# What other tools leave for a later step to fill; in a script each means something else.
_LEFTOVER = re.compile(
    r"\$\{([A-Za-z][\w.\-]*)\}|\$\(([A-Za-z][\w.\-]*)\)|#\{([A-Za-z][\w.\-]*)\}#"
    r"|(?<!\$)\{\{\s*([A-Za-z][\w.\-]*)\s*\}\}|(?<![${])\{([A-Za-z][\w.\-]*)\}(?!\})"
    r"|__([A-Za-z][A-Za-z0-9.\-]*)__"
)
_DECLARED = re.compile(r"(?:parameters|variables)\.[^.\[]+", re.IGNORECASE)
_CHARACTERS_A_STEP = 16  # a look for placeholders goes through a text as fast as that
_TAGS = frozenset({"artifactTags", "managedResourceTags", "tags"})
_FROM_SETTINGS = {"location": "BUILD_LOCATION", "identity": "AIB_IDENTITY_ID"}


class Computing:
    """One walk over a template.

    Args:
        scope: where parameters and variables are.
        values: what people gave for placeholders and parameters, by lower-case names.
        repairs: gets every value that was computed, and every one that could not be.
    """

    def __init__(self, scope: Scope, values: Mapping[str, str], repairs: Repairs) -> None:
        self._deployment = DeploymentValues(scope, values)
        self._values = values
        self._repairs = repairs

    def concerns(self, path: str) -> bool:
        """Say whether a place of a deployment has to do with the template that was computed.

        Args:
            path: where it is in the file, as `parameters.region.defaultValue`.
        """
        declared = _DECLARED.match(path)
        if not self._deployment.is_deployment:
            return True
        if declared is None:
            return not path.startswith(("metadata", "outputs"))
        return declared[0].lower() in self._deployment.read

    def template(self, resource: Mapping[str, Json]) -> JsonObject:
        """Compute a whole template; what settings supply is left out where it has no value.

        Args:
            resource: the template without its envelope.
        """
        computed: JsonObject = {}
        for key, value in resource.items():
            try:
                open_part = self._first_open(value) if key in _FROM_SETTINGS else None
                if open_part is None:
                    computed[key] = self._value(value, (key,))
            except (TooMuchError, RecursionError):
                self._repairs.refused((key,), "computes absurdly much; write its values")
            else:
                if open_part is not None:
                    why = f"{open_part}; Kiln's setting {_FROM_SETTINGS[key]} stands in"
                    self._repairs.dropped((key,), why, value)
        return computed

    def _value(self, value: Json, place: Place) -> Json:
        self._deployment.spend(1)
        if isinstance(value, dict):
            loops = loops_of(value)
            kept = {key: item for key, item in value.items() if key.lower() != "copy" or not loops}
            computed = {
                str(self._text(key, place)): self._of(key, item, place)
                for key, item in kept.items()
            }
            return computed | {loop.name: self._loop(loop, place) for loop in loops}
        if isinstance(value, list):
            return [self._value(item, (*place, index)) for index, item in enumerate(value)]
        return self._text(value, place) if isinstance(value, str) else value

    def _of(self, key: str, value: Json, place: Place) -> Json:
        """Compute a property; what is read-only is left out later, so it may stay open."""
        is_read_only = key in READ_ONLY and not FREE_TEXT.intersection(place)
        return value if is_read_only else self._value(value, (*place, key))

    def _loop(self, loop: Loop, place: Place) -> Json:
        """Write out the list that a loop makes."""
        made: list[Json] = []
        here = (*place, loop.name)
        try:
            for index in range(self._deployment.count(loop)):
                with self._deployment.turn(loop, index):
                    made.append(self._value(loop.item, (*here, index)))
        except UnresolvedError as error:
            self._refuse_unresolved((*place, "copy"), error)
        else:
            self._repairs.changed(here, "written out", "copy", made)
        return made

    def _text(self, text: str, place: Place) -> Json:
        self._deployment.spend(len(text) // _CHARACTERS_A_STEP)
        is_free = bool(FREE_TEXT.intersection(place))
        self._deployment.named_like_secrets.clear()
        try:
            computed = self._deployment.compute_text(self._filled(text, is_free=is_free))
        except UnresolvedError as error:
            self._refuse_unresolved(place, error)
            return text
        computed = self._without_placeholders(computed, place)
        secrets = sorted(self._deployment.named_like_secrets)
        if secrets:
            self._repairs.hidden_after(place, secrets, text, computed)
        elif computed != text:
            self._repairs.changed(place, "computed", text, computed)
        return computed

    def _without_placeholders(self, value: Json, place: Place) -> Json:
        """Fill the placeholders of what an expression stands for, and refuse those that stay."""
        self._deployment.spend(1)
        if isinstance(value, dict):
            return {
                key: self._without_placeholders(item, (*place, key)) for key, item in value.items()
            }
        if isinstance(value, list):
            return [
                self._without_placeholders(item, (*place, index))
                for index, item in enumerate(value)
            ]
        if not isinstance(value, str):
            return value
        is_free = bool(FREE_TEXT.intersection(place))
        if _TAGS.intersection(place) and is_only_a_placeholder(value):
            is_free = False
        filled = self._filled(value, is_free=is_free)
        if not is_free or filled in self._repairs.bare:
            self._refuse_placeholders(filled, place)
        return filled

    def _refuse_unresolved(self, place: Place, error: UnresolvedError) -> None:
        option = "" if error.is_final else self._repairs.option_for(error.names)
        self._repairs.refused(place, f"{error}; {error.way_out}{option}")

    def _refuse_placeholders(self, text: str, place: Place) -> None:
        found = dict.fromkeys((one[0], _name(one)) for one in _placeholders(text))
        if found:
            shown = ", ".join(written for written, _ in found)
            way_out = self._repairs.option_for(name for _, name in found)
            what = f"holds the placeholder {shown}; write the real value{way_out}"
            self._repairs.refused(place, what)

    def _filled(self, text: str, *, is_free: bool) -> str:
        filled = _PLACEHOLDER.sub(self._fill, text)
        return filled if is_free or filled.startswith("[") else _LEFTOVER.sub(self._fill, filled)

    def _fill(self, found: re.Match[str]) -> str:
        return self._values.get(_name(found).lower(), found[0])

    def _first_open(self, value: Json) -> str | None:
        """Say what in a value has no value yet, or None."""
        if isinstance(value, dict):
            parts = [*value, *(item for key, item in value.items() if key not in READ_ONLY)]
            return next(filter(None, map(self._first_open, parts)), None)
        if not isinstance(value, str):
            return None
        try:
            computed = self._deployment.compute_text(self._filled(value, is_free=False))
        except UnresolvedError as error:
            return str(error)
        if isinstance(computed, str):
            computed = self._filled(computed, is_free=False)
        found = _placeholders(computed) if isinstance(computed, str) else []
        return f"{found[0][0]} is only a placeholder" if found else None


def _placeholders(text: str) -> list[re.Match[str]]:
    return [*_PLACEHOLDER.finditer(text), *_LEFTOVER.finditer(text)]


def _name(found: re.Match[str]) -> str:
    return str(next(filter(None, found.groups())))
