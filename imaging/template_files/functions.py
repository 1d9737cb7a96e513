"""Functions of ARM expressions that give the same answer everywhere ("ARM template functions")."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from urllib.parse import quote, urljoin

from imaging.template_files import list_functions, text_functions
from imaging.template_files.json_kinds import as_truth
from imaging.template_files.json_values import Json, is_deeper
from imaging.template_files.unresolved import NotExactError

_MAX_DEPTH = 100  # as deep as a file may be
_MAX_RANGE = 10_000  # "range": count
_FORMAT_MARK = re.compile(r"\{\{|\}\}|\{(\d+)\}")


def is_known(name: str) -> bool:
    """Say whether a function is computed at all, given the right arguments.

    Args:
        name: in lower case.
    """
    return name in _FUNCTIONS


def call_function(name: str, arguments: list[Json]) -> Json:
    """Compute a function.

    Args:
        name: in lower case.
        arguments: already computed.

    Raises:
        NotExactError: it is not known here, or not for these arguments.
    """
    function = _FUNCTIONS.get(name)
    if function is None:
        raise NotExactError
    try:
        return function(*arguments)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        raise NotExactError from None


def _concat(*parts: Json) -> Json:
    if parts and isinstance(parts[0], list):
        return [item for part in parts if isinstance(part, list) for item in part]
    return "".join(map(_string, parts))


def _format(pattern: str, *values: Json) -> str:
    """Format as .NET does: doubled braces are braces, and lone ones no pattern at all."""
    longest = max((len(_string(value)) for value in values), default=0)
    text_functions.fit(len(pattern) + pattern.count("{") * longest)

    def fill(found: re.Match[str]) -> str:
        return found[0][0] if found[1] is None else _string(values[int(found[1])])

    text = _FORMAT_MARK.sub(fill, pattern)
    if re.search(r"[{}]", _FORMAT_MARK.sub("", pattern)):
        raise NotExactError
    return text


def _join(values: list[str], mark: str) -> str:
    text_functions.fit(sum(map(len, values)) + len(values) * len(mark))
    return mark.join(values)


def _whole(number: Json) -> int:
    if isinstance(number, int) and not isinstance(number, bool) and abs(number) < 1 << 63:
        return number
    raise NotExactError


def _compute(combine: Callable[[int, int], int | bool]) -> Callable[..., Json]:
    """Make a function of two whole numbers."""

    def computed(one: Json, other: Json) -> Json:
        answer = combine(_whole(one), _whole(other))
        return answer if isinstance(answer, bool) else _whole(answer)

    return computed


def _divide(one: int, other: int) -> int:
    """Divide as ARM does, towards zero."""
    return abs(one) // abs(other) * (1 if (one < 0) == (other < 0) else -1)


def _extreme(choose: Callable[[list[int]], int]) -> Callable[..., Json]:
    def found(*numbers: Json) -> Json:
        listed = numbers[0] if isinstance(numbers[0], list) else list(numbers)
        return choose([_whole(number) for number in listed])

    return found


def _range(start: int, count: int) -> Json:
    if not 0 <= count <= _MAX_RANGE:
        raise NotExactError
    return [*range(_whole(start), _whole(start) + count)]


def _uri(base: str, relative: str) -> str:
    if base.endswith("/") and relative.startswith("/"):
        return base + relative[1:]
    return urljoin(base, relative)


def _scoped_id(scope: str, kind: str, *names: str) -> str:
    provider, *types = kind.split("/")
    tail = "/".join(f"{one}/{name}" for one, name in zip(types, names, strict=True))
    return f"{scope}/providers/{provider}/{tail}"


def _string(value: Json) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _equals(one: Json, other: Json) -> bool:
    """Compare with regard to case: Bicep compiles its `=~` to `toLower` on both sides."""
    return bool(one == other and type(one) is type(other))


def _json(text: str) -> Json:
    found: Json = json.loads(text)
    if is_deeper(found, _MAX_DEPTH):
        raise NotExactError
    return found


def _resource_id(*parts: str) -> str:
    """Compute a resource id whose subscription and group are given."""
    kind = next(index for index, part in enumerate(parts) if "/" in part)
    if kind != len(("subscription", "group")):
        raise NotExactError
    return _scoped_id(f"/subscriptions/{parts[0]}/resourceGroups/{parts[1]}", *parts[kind:])


def _subscription_resource_id(*parts: str) -> str:
    """Compute the id of what belongs to a subscription, which is given."""
    return _scoped_id(f"/subscriptions/{parts[0]}", *parts[1:])


def _pad_left(value: Json, length: int, mark: str = " ") -> str:
    text_functions.fit(_whole(length))
    return text_functions.countable(_string(value)).rjust(length, text_functions.countable(mark))


_FUNCTIONS: dict[str, Callable[..., Json]] = {
    "add": _compute(lambda one, other: one + other),
    "and": lambda *values: all(as_truth(value) for value in values),
    "array": lambda value: value if isinstance(value, list) else [value],
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64tojson": lambda text: _json(base64.b64decode(text, validate=True).decode()),
    "base64tostring": lambda text: base64.b64decode(text, validate=True).decode(),
    "bool": lambda value: {"true": True, "false": False, "1": True, "0": False}[str(value).lower()],
    "coalesce": lambda *values: next((value for value in values if value is not None), None),
    "concat": _concat,
    "contains": list_functions.contains,
    "createarray": lambda *values: list(values),
    "createobject": list_functions.create_object,
    "div": _compute(_divide),
    "empty": lambda value: value is None or len(value) == 0,
    "endswith": text_functions.ends_with,
    "equals": _equals,
    "extensionresourceid": _scoped_id,
    "false": lambda: False,
    "first": lambda value: text_functions.item_at(value, 0),
    "flatten": list_functions.flatten,
    "format": _format,
    "greater": _compute(lambda one, other: one > other),
    "greaterorequals": _compute(lambda one, other: one >= other),
    "if": lambda condition, yes, no: yes if as_truth(condition) else no,
    "indexof": list_functions.index_of,
    "int": text_functions.whole_number,
    "intersection": list_functions.intersection,
    "items": list_functions.items,
    "join": _join,
    "json": _json,
    "last": lambda value: text_functions.item_at(value, -1),
    "lastindexof": lambda whole, part: list_functions.index_of(whole, part, last=True),
    "length": text_functions.length,
    "less": _compute(lambda one, other: one < other),
    "lessorequals": _compute(lambda one, other: one <= other),
    "max": _extreme(max),
    "min": _extreme(min),
    "mod": _compute(lambda one, other: abs(one) % abs(other) * (-1 if one < 0 else 1)),
    "mul": _compute(lambda one, other: one * other),
    "not": lambda value: not as_truth(value),
    "null": lambda: None,
    "objectkeys": list_functions.object_keys,
    "or": lambda *values: any(as_truth(value) for value in values),
    "padleft": _pad_left,
    "range": _range,
    "replace": text_functions.replace,
    "resourceid": _resource_id,
    "shallowmerge": list_functions.shallow_merge,
    "skip": lambda whole, count: text_functions.part_of(whole, max(_whole(count), 0), None),
    "split": text_functions.split,
    "startswith": text_functions.starts_with,
    "string": _string,
    "sub": _compute(lambda one, other: one - other),
    "subscriptionresourceid": _subscription_resource_id,
    "substring": text_functions.substring,
    "take": lambda whole, count: text_functions.part_of(whole, 0, max(_whole(count), 0)),
    "tolower": text_functions.lower,
    "toupper": text_functions.upper,
    "trim": text_functions.trim,
    "true": lambda: True,
    "tryget": list_functions.try_get,
    "union": list_functions.union,
    "uri": _uri,
    "uricomponent": lambda text: quote(text, safe=""),
}
