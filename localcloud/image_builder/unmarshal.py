"""Reads a body as AIB does: strictly since API 2024-02-01, forgivingly before.

Strict: names of the schema, case-sensitive, nothing else. Forgiving: names in any case, unknown
fields dropped. A wrong type is refused by both; the first fault is told in the service's Go words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localcloud.image_builder.api_versions import ApiVersion
from localcloud.image_builder.exceptions import unmarshalling
from localcloud.image_builder.schema import UNIONS, Field, discriminator_of, fields_of, is_struct

_PLAIN: dict[str, tuple[type, str]] = {
    "string": (str, "string"),
    "bool": (bool, "bool"),
    "int": (int, "int32"),
    "map": (dict, "map[string]*string"),
    "identities": (dict, "map[string]*UserAssignedIdentity"),
    "any": (object, "interface {}"),
}


class _Refusal(Exception):  # noqa: N818 - carries a fault upwards through the structs
    """The innermost fault, wrapped once per struct on the way up."""


def read(body: dict[str, Any], struct: str, version: ApiVersion) -> dict[str, Any]:
    """Return the body in canonical names, without what is read-only.

    Raises:
        ArmError: a field has the wrong type, or is unknown (strict versions only).
    """
    try:
        return _read_struct(body, struct, version)
    except _Refusal as refusal:
        raise unmarshalling(str(refusal)) from None


def _go_name(struct: str, version: ApiVersion) -> str:
    return f"*v{version.name.replace('-', '_')}.{struct}"


def _read_struct(body: dict[str, Any], struct: str, version: ApiVersion) -> dict[str, Any]:
    here = f"unmarshalling type {_go_name(struct, version)}"
    fields = fields_of(struct, version.name)
    by_lower_name = {name.lower(): field for name, field in fields.items()}
    result: dict[str, Any] = {}
    for name, value in body.items():
        field = fields.get(name) if version.strict else by_lower_name.get(name.lower())
        if field is None:
            if version.strict:
                raise _Refusal(f'{here}: {here}, unknown field "{name}"')
            continue
        try:
            read_value = _read_value(value, field, version)
        except _Refusal as refusal:
            go_field = field.name[0].upper() + field.name[1:]
            raise _Refusal(f"{here}: struct field {go_field}: {refusal}") from None
        if not field.read_only:
            result[field.name] = read_value
    return result


def _read_value(value: object, field: Field, version: ApiVersion) -> object:
    if value is None:
        return None
    if not field.many:
        return _read_one(value, field.type_name, version)
    if not isinstance(value, list):
        raise _mistyped(value, "[]")
    return [_read_one(element, field.type_name, version) for element in value]


def _read_one(value: object, type_name: str, version: ApiVersion) -> object:
    if type_name in UNIONS or is_struct(type_name):
        return _read_object(value, type_name, version)
    wanted, go_type = _PLAIN[type_name]
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise _mistyped(value, go_type)
    if isinstance(value, int) and not -(1 << 31) <= value < 1 << 31:
        raise _mistyped(value, go_type)
    if isinstance(value, dict) and type_name == "map":
        return {key: _read_one(item, "string", version) for key, item in _given(value)}
    if isinstance(value, dict) and type_name == "identities":
        return {key: _read_identity(item) for key, item in value.items()}
    return value


def _read_identity(value: object) -> dict[str, Any]:
    """Return what a client may say of an identity beside its id: nothing."""
    if not isinstance(value, dict | None):
        raise _mistyped(value, "UserAssignedIdentity")
    return {}


def _given(values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in values.items() if value is not None)


def _read_object(value: object, type_name: str, version: ApiVersion) -> object:
    if not isinstance(value, dict):
        raise _mistyped(value, _go_name(type_name, version))
    if is_struct(type_name):
        return _read_struct(value, type_name, version)
    variant = variant_of(value, type_name, version)
    return _read_struct(value, variant, version) if variant else value


def variant_of(value: dict[str, Any], union: str, version: ApiVersion) -> str | None:
    """Return the struct that the object's `type` or `scheme` chooses; None when there is none."""
    variants, discriminator = UNIONS[union], discriminator_of(union)
    if version.strict:
        return variants.get(str(value.get(discriminator)))
    lower = {name.lower(): struct for name, struct in variants.items()}
    for name, kind in value.items():
        if name.lower() == discriminator:
            return lower.get(str(kind).lower())
    return None


def _mistyped(value: object, go_type: str) -> _Refusal:
    return _Refusal(f"json: cannot unmarshal {_json_type(value)} into Go value of type {go_type}")


def _json_type(value: object) -> str:
    names = {bool: "bool", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "number")
