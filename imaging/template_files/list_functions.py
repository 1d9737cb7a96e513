"""Functions of ARM expressions on lists and objects ("ARM template functions: array, object")."""

from __future__ import annotations

import json

from imaging.template_files import text_functions
from imaging.template_files.json_kinds import as_list, as_object
from imaging.template_files.json_values import Json, JsonObject, find
from imaging.template_files.unresolved import NotExactError


def contains(whole: Json, part: Json) -> bool:
    """Find a key without regard to case, a part of a text, or an item of a list."""
    if isinstance(whole, dict):
        return str(part).lower() in {key.lower() for key in whole}
    if isinstance(whole, str):
        return str(part) in whole
    return isinstance(whole, list) and part in whole


def create_object(*parts: Json) -> JsonObject:
    """Make an object of keys and values in turn."""
    return object_of_pairs(list(zip(map(str, parts[::2]), parts[1::2], strict=True)))


def object_of_pairs(pairs: list[tuple[str, Json]]) -> JsonObject:
    """Make an object of names and values; which of two same names counts is told nowhere.

    Args:
        pairs: whose names are compared without regard to case.
    """
    if len({name.lower() for name, _ in pairs}) < len(pairs):
        raise NotExactError
    return dict(pairs)


def flatten(lists: Json) -> Json:
    """Put the items of lists into one; only one level deep."""
    return [item for one in as_list(lists) for item in as_list(one)]


def index_of(whole: Json, part: Json, *, last: bool = False) -> int:
    """Find where something begins: in a text without regard to case, -1 for nowhere."""
    if isinstance(whole, str) and isinstance(part, str):
        return text_functions.find(whole, part, last=last)
    places = [index for index, item in enumerate(as_list(whole)) if _same(item, part)]
    return (places[-1] if last else places[0]) if places else -1


def intersection(*parts: Json) -> Json:
    """Keep what is in all lists, each item once, or in all objects with the same value."""
    first, *others = parts
    if isinstance(first, dict):
        objects = [as_object(other) for other in others]
        _alike(first, *objects)
        return {
            key: value
            for key, value in first.items()
            if all(key in other and _same(other[key], value) for other in objects)
        }
    lists = [[_written(item) for item in as_list(other)] for other in others]
    kept = {_written(item): item for item in as_list(first)}
    return [item for text, item in kept.items() if all(text in other for other in lists)]


def items(whole: Json) -> Json:
    """List keys and values, in the order of the keys where that does not hang on their case."""
    listed = as_object(whole)
    keys = sorted(listed)
    if keys != sorted(keys, key=str.lower):
        raise NotExactError
    return [{"key": key, "value": listed[key]} for key in keys]


def object_keys(whole: Json) -> Json:
    """List the keys of an object; their order is told where it is the alphabet's only."""
    keys = list(as_object(whole))
    if keys != sorted(keys):
        raise NotExactError
    return [*keys]


def shallow_merge(objects: Json) -> Json:
    """Merge objects without going into them; the last one counts."""
    merged = [as_object(one) for one in as_list(objects)]
    _alike(*merged)
    return {key: value for one in merged for key, value in one.items()}


def try_get(whole: Json, *keys: Json) -> Json:
    """Go down along keys and indexes, or answer null."""
    for key in keys:
        if isinstance(whole, dict):
            whole = find(whole, str(key))
        elif isinstance(whole, list) and isinstance(key, int) and 0 <= key < len(whole):
            whole = whole[key]
        else:
            return None
    return whole


def union(*parts: Json) -> Json:
    """Merge objects down to their values, or put lists together, each item once."""
    if isinstance(parts[0], dict):
        return _merged(parts[0], *parts[1:])
    merged: JsonObject = {}
    for item in (item for part in parts if isinstance(part, list) for item in part):
        merged.setdefault(_written(item), item)
    return list(merged.values())


def _merged(first: JsonObject, *others: Json) -> JsonObject:
    merged = dict(first)
    _alike(first, *map(as_object, others))
    for other in others:
        for key, value in as_object(other).items():
            before = merged.get(key)
            both = isinstance(before, dict) and isinstance(value, dict)
            merged[key] = _merged(as_object(before), value) if both else value
    return merged


def _alike(*objects: JsonObject) -> None:
    """Refuse objects with names that differ by case only: Azure takes them for the same."""
    names = {name for one in objects for name in one}
    if len({name.lower() for name in names}) < len(names):
        raise NotExactError


def _same(one: Json, other: Json) -> bool:
    return _written(one) == _written(other)


def _written(item: Json) -> str:
    return json.dumps(item, sort_keys=True)
