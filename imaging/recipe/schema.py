"""The JSON schema of a recipe, made from the models, for editors and readers."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from imaging.limits import PARAMETER_NAME_PATTERN
from imaging.recipe.document import RecipeDocument

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = {
    "description": "The value of a parameter: ${{ parameters.name }}.",
    "pattern": rf"\$\{{\{{\s*parameters\.{PARAMETER_NAME_PATTERN}\s*\}}\}}",
    "type": "string",
}
_REFER_TO_IT = {"$ref": "#/$defs/Reference"}
# Kiln reads these as they are written (imaging/recipe/references.py).
_WITHOUT_REFERENCES = frozenset(["ArtifactPlace", "Parameter"])
_MAY_BE_LIMITED = frozenset(["string", "integer", "boolean", None])


class _RecipeSchema(GenerateJsonSchema):
    """Says what a recipe may hold: a property that is left out is left out, never null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Show only what the value may be."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Keep real defaults and drop the null that stands for "left out"."""
        shown = super().default_schema(schema)
        if shown.get("default", ...) is None:
            shown.pop("default")
        return shown

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - pydantic's
        """Set no titles: the names say the same."""
        return False


def recipe_schema() -> dict[str, Any]:
    """Make the JSON schema of a recipe whose parameters are filled in, with AIB's names."""
    schema = RecipeDocument.model_json_schema(by_alias=True, schema_generator=_RecipeSchema)
    return {"$schema": _DIALECT, **schema}


def editor_schema() -> dict[str, Any]:
    """Make the JSON schema of a recipe as it is written: references to parameters are fine."""
    schema = recipe_schema()
    shapes = [shape for name, shape in schema["$defs"].items() if name not in _WITHOUT_REFERENCES]
    for shape in shapes:
        for name, value in shape.get("properties", {}).items():
            shape["properties"][name] = _or_reference(value)
    schema["properties"]["location"] = _or_reference(schema["properties"]["location"])
    schema["$defs"]["Reference"] = _REFERENCE
    return schema


def _or_reference(value: dict[str, Any]) -> dict[str, Any]:
    """Allow a reference to a parameter where the value's own rules would not."""
    if value.get("type") == "array":
        return value | {"items": _or_reference(value["items"])}
    rules = {key: rule for key, rule in value.items() if key != "description"}
    is_leaf = value.get("type") in _MAY_BE_LIMITED and not {"$ref", "oneOf", "const"} & set(rules)
    if not is_leaf or (rules.keys() <= {"type", "minLength"} and value["type"] == "string"):
        return value
    described = {"description": value["description"]} if "description" in value else {}
    return described | {"anyOf": [rules, _REFER_TO_IT]}
