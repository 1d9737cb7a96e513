"""Values that only a run knows: they become parameters of the recipe, which the new lines set."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import count, cycle

from imaging.migration.references import is_variable, name_of, replaced, set_options
from imaging.migration.steps import SECRET

_FIRST = "[A-Za-z0-9_]"
_FINDS_ONE = re.compile(
    r"(?:name|id|ur[il]|path|file|length|vault|version|endpoint)s?$", re.IGNORECASE
)
_SECRET = re.compile(
    r"^secrets\.|secret|passw|token|credential|(^|[._-])(pwd|sas)$|key$", re.IGNORECASE
)
# Examples; two places of one image must not name the same, and these few people name themselves.
_REGIONS = ("swedencentral", "polandcentral", "uaenorth", "qatarcentral")
# An id with a version, or publisher:offer:sku:version.
_VERSIONED = re.compile(r"/|([^:]+:){3}")
# A folder of the agent, which means nothing in the build VM.
_FOLDER = re.compile(r"(directory|workspace|localpath|folder)$|^runner\.", re.IGNORECASE)
_NUMBERS = frozenset(
    [
        "build.buildid",
        "github.run_attempt",
        "github.run_id",
        "github.run_number",
        "release.deploymentid",
        "release.releaseid",
        "system.jobattempt",
        "system.stageattempt",
    ]
)


class Kind(Enum):
    """What a place may hold, as pattern and example; the narrowest first."""

    NUMBER = ("[0-9]{1,19}", "18")
    VERSION = (r"latest|[0-9]{1,10}\.[0-9]{1,10}\.[0-9]{1,10}", "1.0.0")
    REGION = ("[A-Za-z][A-Za-z0-9 ]{1,39}", "")
    SIZE = ("[A-Za-z][A-Za-z0-9_-]{2,63}", "Standard_D2s_v5")
    NAME = (f"{_FIRST}[A-Za-z0-9._-]{{0,63}}", "web18")
    WORD = (f"{_FIRST}[A-Za-z0-9._/:+@-]{{0,127}}", "20261128.1")
    TEXT = (f"{_FIRST}[A-Za-z0-9 ._/:+@-]{{0,255}}", "20261128.1")


@dataclass
class RunValue:
    """A variable of the pipeline that is a parameter of the recipe.

    Args:
        parameter: its name in the recipe.
        written: the variable as the pipeline writes it.
        kind: what all places where it stands may hold.
        inputs: where it stands.
    """

    parameter: str
    written: str
    kind: Kind
    inputs: list[str]

    @property
    def reference(self) -> str:
        """What stands in the recipe."""
        return f"${{{{ parameters.{self.parameter} }}}}"

    @property
    def note(self) -> str:
        """What people are told."""
        return (
            f"{', '.join(self.inputs)}: {self.written} is the recipe's parameter {self.parameter} "
            "now; the new lines set it for each run, and whoever uploads may; "
            f"{set_options([self.written])} writes one value for all runs instead"
        )

    @property
    def variable(self) -> str:
        """Of the new lines' environment."""
        return f"PARAMETER_{self.parameter.upper()}"


class RunValues:
    """The variables that became parameters."""

    def __init__(self) -> None:
        self._known: dict[str, RunValue] = {}

    def put_into(self, text: str, written: Iterable[str], kind: Kind, source: str) -> str:
        """Let parameters stand for variables in a text.

        Args:
            text: with the variables.
            written: those that become parameters, as the pipeline writes them.
            kind: what the place may hold.
            source: the input that the text comes from.
        """
        instead = {one: self._take(one, kind, source, text).reference for one in written}
        return replaced(text, instead)

    def _take(self, written: str, kind: Kind, source: str, text: str) -> RunValue:
        """Make a parameter of a variable, or find the one that it is already."""
        name = name_of(written).lower()
        is_version = text.endswith((f"/versions/{written}", f":{written}"))
        if kind is Kind.NAME and is_version and _VERSIONED.match(text):
            kind = Kind.VERSION
        kind = Kind.NUMBER if name in _NUMBERS else kind
        if name not in self._known:
            self._known[name] = RunValue(self._new_name(name), written, kind, [])
        found = self._known[name]
        found.kind = min(found.kind, kind, key=list(Kind).index)
        found.inputs = list(dict.fromkeys([*found.inputs, source]))
        return found

    def used_in(self, text: str) -> list[RunValue]:
        """List those that stand in a text."""
        return [one for one in self._known.values() if one.reference in text]

    @staticmethod
    def declarations(values: Iterable[RunValue]) -> dict[str, dict[str, str]]:
        """Declare parameters as a recipe does.

        Args:
            values: that stand in the recipe.
        """
        regions = cycle(_REGIONS)
        return {
            one.parameter: {
                "pattern": one.kind.value[0],
                "example": one.kind.value[1] or next(regions),
                "description": f"{name_of(one.written)} of the run",
            }
            for one in values
        }

    def of_input(self, source: str) -> list[RunValue]:
        """List those that stand in an input."""
        return [one for one in self._known.values() if source in one.inputs]

    def _new_name(self, variable: str) -> str:
        plain = re.sub(r"^(variables|parameters|inputs|github\.event\.inputs)\.", "", variable)
        plain = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:50]
        name = plain if plain[:1].isalpha() else f"value_{plain}"
        taken = {one.parameter for one in self._known.values()}
        names = (name if number == 1 else f"{name}_{number}" for number in count(1))
        return next(one for one in names if one not in taken)


def is_secret(reference: str) -> bool:
    """Say whether a variable looks like a secret, which must not stand in a recipe.

    Args:
        reference: as the pipeline writes it.
    """
    return _SECRET.search(name_of(reference)) is not None


def without_secrets(values: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Keep the values of the file's own secrets out of a script, where everybody would read them.

    A name that ends as `secretName` or `tokenUrl` does is of what finds a secret.

    Args:
        values: of variables, by lower-case names.
        given: by people, the same way; they know what they give.
    """
    return {
        name: value
        if name in given or not _SECRET.search(name) or _FINDS_ONE.search(name)
        else SECRET
        for name, value in values.items()
    }


def is_run_value(reference: str, *, of_github: bool) -> bool:
    """Say whether the value of a variable may mean something outside of its agent.

    Args:
        reference: as the pipeline writes it.
        of_github: whether the pipeline is GitHub's.
    """
    is_alone = is_variable(reference, of_github=of_github)
    return is_alone and not _FOLDER.search(name_of(reference))
