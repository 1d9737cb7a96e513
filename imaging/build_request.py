"""What a door asks a plan to build; travels as plain JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass(frozen=True)
class Artifact:
    """An uploaded file, pinned to the content that was seen.

    Args:
        blob_name: name in the intake container.
        etag: ETag without quotes.
        size_bytes: size of that content.
    """

    blob_name: str
    etag: str
    size_bytes: int


@dataclass(frozen=True)
class ExistingTemplate:
    """A template that somebody else made and that Kiln only runs.

    Args:
        name: its name, or its resource id if it is not in the resource group of the builds.
        delete_afterwards: whether it goes after a run that succeeded.
    """

    name: str
    delete_afterwards: bool


@dataclass(frozen=True)
class BuildRequest:
    """One build: of a recipe, from an artifact or from none; or a run of an existing template.

    Args:
        build_id: names the build.
        recipe_name: empty for an existing template.
        artifact: what goes into the image; None for a build without one.
        parameters: values for the parameters that the recipe declares, as they were given.
        template: the existing template, for a build without a recipe.
    """

    build_id: str
    recipe_name: str
    artifact: Artifact | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    template: ExistingTemplate | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return the plain JSON form."""
        return asdict(self)

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> Self:
        """Read what `to_wire` wrote."""
        artifact, template = wire["artifact"], wire["template"]
        return cls(
            build_id=wire["build_id"],
            recipe_name=wire["recipe_name"],
            artifact=None if artifact is None else Artifact(**artifact),
            parameters=wire["parameters"],
            template=None if template is None else ExistingTemplate(**template),
        )
