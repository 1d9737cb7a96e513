"""A recipe, read from its file: checked as a whole, every fault named at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from imaging.errors import Fault, RecipeError
from imaging.limits import BUILD_TIMEOUT_DEFAULT_MINUTES
from imaging.recipe.advice import advice_on
from imaging.recipe.artifact_block import ArtifactPlace, OsType
from imaging.recipe.document import RecipeDocument, TemplateProperties
from imaging.recipe.faults import faults_of
from imaging.recipe.json_text import NotJsonError, parse_json_object
from imaging.recipe.os_rules import os_type_of
from imaging.recipe.parameter_values import ParameterValues, parameter_values
from imaging.recipe.raw_parts import Part
from imaging.recipe.recipe_name import recipe_name_problem
from imaging.recipe.references import Filled, fill_in
from imaging.recipe.rules import broken_rules
from imaging.recipe.showing import show
from imaging.recipe.target_rules import region_key

# Each is a look at the whole recipe; a parameter that still has none that fits wants an example.
_MOST_SAMPLES = 40


@dataclass(frozen=True)
class Recipe:
    """What image to make: a checked recipe."""

    name: str
    sha256: str
    """Digest of the file, so that a report can say which edition it was."""
    location: str | None
    """Region of the template, or None: the setting decides."""
    identity: str | None
    """Resource id of AIB's identity, or None: the setting decides."""
    properties: TemplateProperties
    os_type: OsType | None
    """None when no customizer and no `artifact.osType` tells it."""
    artifact: ArtifactPlace | None = None
    tags: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    """What is allowed and probably not wanted, each as `place: advice`."""

    @property
    def timeout_minutes(self) -> int:
        """Longest run, with AIB's default filled in."""
        return self.properties.build_timeout_in_minutes or BUILD_TIMEOUT_DEFAULT_MINUTES

    @property
    def validates_only(self) -> bool:
        """Whether a run only checks the source, so that no image comes of it."""
        validation = self.properties.validation
        return bool(validation and validation.source_validation_only)

    @property
    def run_output_names(self) -> tuple[str, ...]:
        """Names of the run outputs, in the order of the targets."""
        return tuple(target.run_output_name for target in self.properties.distribute)


def read_recipe(name: str, content: bytes, parameters: Mapping[str, str] | None = None) -> Recipe:
    """Read and check a recipe, strictly: nothing is repaired.

    Args:
        name: the recipe's name, which is the file's name without `.json`.
        content: the file's bytes.
        parameters: what an upload or a caller sets. None checks a recipe without a build: a
            parameter that has no default gets its example or a sample, and a warning says so.

    Raises:
        RecipeError: the recipe has faults, or the parameters do not fit it; it names all of them.
    """
    try:
        document, faults = parse_json_object(content)
    except NotJsonError as error:
        raise RecipeError(name, [error.fault]) from None
    problem = recipe_name_problem(name)
    if problem:
        faults.append(Fault("", problem))
    values = parameter_values(Part(document)["parameters"], parameters)
    look = _look_with_samples(document, values)
    faults = _once_each([*faults, *values.faults, *look.faults])
    if faults or look.checked is None:
        raise RecipeError(name, faults)
    return _recipe(name, content, look.checked, (Part(look.filled.document), values))


@dataclass(frozen=True)
class _Look:
    """One look at a recipe with certain values in place; without faults it is checked."""

    filled: Filled
    faults: list[Fault]
    checked: RecipeDocument | None

    def names_at(self, fault: Fault) -> set[str]:
        """Name the parameters whose values are at the place of a fault."""
        return self.filled.names_at.get(fault.path, set())


def _look_with_samples(document: dict[str, Any], values: ParameterValues) -> _Look:
    """Try samples until each fits its places; a value that is no sample stays what it is."""
    look = _look(document, values)
    left = _MOST_SAMPLES
    for name, samples in values.samples.items():
        for text in samples[:left]:
            if not any(name in look.names_at(fault) for fault in look.faults):
                break
            values.set(name, text)
            look = _look(document, values)
            left -= 1
    return look


def _look(document: dict[str, Any], values: ParameterValues) -> _Look:
    filled = fill_in(document, values)
    found = list(broken_rules(Part(filled.document)))
    checked = None
    try:
        checked = RecipeDocument.model_validate(filled.document)
    except ValidationError as error:
        found += faults_of(error, filled.document)
    known = (_with_hint(fault, filled, values) for fault in found)
    faults = [*filled.faults, *(fault for fault in known if fault)]
    return _Look(filled, faults, checked)


def _with_hint(fault: Fault, filled: Filled, values: ParameterValues) -> Fault | None:
    """Leave out a fault where a value is missing; say which value is only a sample."""
    names = filled.names_at.get(fault.path, set())
    if not names <= values.texts.keys():
        return None
    samples = sorted(names & values.samples.keys())
    if not samples:
        return fault
    said = ", ".join(f"{show(values.texts[name])} for parameter {name}" for name in samples)
    return Fault(
        fault.path, f"{fault.message} (checked with the sample {said}; give it an example)"
    )


def _once_each(faults: Iterable[Fault]) -> list[Fault]:
    """Keep the first fault of each place: a placeholder is a bad id, too."""
    first: dict[str, Fault] = {}
    nameless = [fault for fault in faults if not fault.path]
    for fault in faults:
        first.setdefault(fault.path, fault)
    first.pop("", None)
    return [*dict.fromkeys(nameless), *sorted(first.values(), key=lambda fault: fault.path)]


def _recipe(
    name: str, content: bytes, checked: RecipeDocument, read: tuple[Part, ParameterValues]
) -> Recipe:
    whole, values = read
    samples = [
        f"parameters.{name}: has no default and no example; checked with {show(values.texts[name])}"
        for name in sorted(values.samples)
    ]
    identity = next(iter(checked.identity.user_assigned_identities)) if checked.identity else None
    return Recipe(
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        location=region_key(checked.location) if checked.location else None,
        identity=identity,
        properties=checked.properties,
        os_type=os_type_of(whole),
        artifact=checked.artifact,
        tags=dict(checked.tags or {}),
        warnings=(*samples, *(str(advice) for advice in advice_on(whole))),
    )
