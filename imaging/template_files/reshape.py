"""Brings a template into the recipe's schema: right names, right case, right kinds of values.

Only what has one meaning is changed. What remains wrong is left for the recipe's own reader, which
names every fault with its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imaging.template_files.conversion import converted
from imaging.template_files.json_values import Json, JsonObject
from imaging.template_files.repair_list import Place, Repairs
from imaging.template_files.spelling import (
    right_name,
    right_type,
    why_left_out,
)


class Reshape:
    """One walk over a template along a JSON schema.

    Args:
        schema: of the recipe, with `$defs`.
        repairs: gets every change.
    """

    def __init__(self, schema: Mapping[str, Any], repairs: Repairs) -> None:
        self._schema = schema
        self._repairs = repairs

    def document(self, document: JsonObject) -> JsonObject:
        """Reshape a whole template.

        Args:
            document: a resource: location, identity, tags, properties.
        """
        return self._object(document, self._schema, ())

    def _value(self, value: Json, schema: Mapping[str, Any], place: Place) -> Json:
        schema = self._resolved(schema)
        changed = converted(value, schema, place)
        if changed is not value:
            self._repairs.changed(place, "converted", value, changed)
        if isinstance(changed, list):
            items = schema.get("items", {})
            return [self._value(item, items, (*place, i)) for i, item in enumerate(changed)]
        if isinstance(changed, dict):
            return self._object(changed, self._variant(changed, schema, place), place)
        return changed

    def _object(self, value: JsonObject, schema: Mapping[str, Any], place: Place) -> JsonObject:
        known: Mapping[str, Any] = schema.get("properties", {})
        others = schema.get("additionalProperties")
        reshaped: JsonObject = {}
        for key, item in value.items():
            name = (
                key
                if isinstance(others, Mapping)
                else right_name(key, known, {**value, **reshaped})
            )
            if self._left_out(name, item, schema, place):
                continue
            if name != key:
                self._repairs.renamed(place, key, name)
            inner = known.get(name, others if isinstance(others, Mapping) else {})
            reshaped[name] = self._value(item, inner, (*place, name))
        return reshaped

    def _left_out(self, name: str, item: Json, schema: Mapping[str, Any], place: Place) -> bool:
        why = why_left_out(name, item, schema)
        if why is None:
            return False
        self._repairs.dropped((*place, name), why, item)
        return True

    def _variant(
        self, value: JsonObject, schema: Mapping[str, Any], place: Place
    ) -> Mapping[str, Any]:
        """Choose the variant that the object names, correcting the case of the name on the way."""
        if "discriminator" not in schema:
            return schema
        mapping: Mapping[str, str] = schema["discriminator"]["mapping"]
        tag = schema["discriminator"]["propertyName"]
        written = next((key for key in value if right_name(key, [tag], value) == tag), None)
        if written is None:
            return {}
        chosen = str(value[written])
        right = right_type(chosen, mapping)
        if right is None:
            return {}
        if right != chosen:
            what = "right case" if right.lower() == chosen.lower() else "renamed"
            self._repairs.changed((*place, tag), what, chosen, right)
            value[written] = right
        return self._resolved({"$ref": mapping[right]})

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = str(schema.get("$ref", ""))
        if not reference:
            return schema
        found: Mapping[str, Any] = self._schema["$defs"][reference.rsplit("/", 1)[-1]]
        return found
