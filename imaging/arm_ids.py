r"""Azure resource ids, checked by kind.

A resource id in a recipe decides where an image goes and which identity and network a build gets,
so each kind has its own strict pattern: ASCII only, no `..`, no `%`, no control character, no extra
segment. Azure compares ids without case; so does Kiln. Name rules: resource-name-rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from imaging.limits import NAME_PATTERN, WHOLE_NUMBER_MAX

_LEADS_UP = ".."
_SHOWN_LENGTH = 40


@dataclass(frozen=True)
class _Name:
    """A part of an id that people fill in.

    Args:
        shown: how the form shows it.
        part: which part of an id it is.
        pattern: the regular expression of the whole part, without case.
        rule: the same in words.
    """

    shown: str
    part: str
    pattern: str
    rule: str


_SUBSCRIPTION = _Name(
    "guid", "subscription", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "be a GUID"
)
_GROUP = _Name(
    "group",
    "group",
    r"[-\w.()]{0,89}[-\w()]",
    "have 1 to 90 letters, digits, . _ - ( ), and not end with a dot",
)
_IMAGE = _Name(
    "name",
    "name",
    r"[a-z0-9](?:[-\w.]{0,78}[a-z0-9_])?",
    "have 1 to 80 letters, digits, . _ -, begin with a letter or digit and end with one or _",
)
_GALLERY = _Name(
    "gallery",
    "parent",
    r"[a-z0-9](?:[\w.]{0,78}[a-z0-9])?",
    "have 1 to 80 letters, digits, . _, and begin and end with a letter or digit",
)
_DEFINITION = _Name(
    "image",
    "name",
    r"[a-z0-9](?:[-\w.]{0,78}[a-z0-9])?",
    "have 1 to 80 letters, digits, . _ -, and begin and end with a letter or digit",
)
_THREE_NUMBERS = r"[0-9]{1,10}\.[0-9]{1,10}\.[0-9]{1,10}"
_VERSION = _Name("x.y.z", "version", _THREE_NUMBERS, "be three numbers up to 2147483647, as 1.0.0")
_VERSION_OR_LATEST = _Name(
    "x.y.z or latest",
    "version",
    f"{_THREE_NUMBERS}|latest",
    "be three numbers up to 2147483647, as 1.0.0, or latest",
)
_VNET = _Name(
    "network",
    "parent",
    r"[a-z0-9][-\w.]{0,62}[a-z0-9_]",
    "have 2 to 64 letters, digits, . _ -, begin with a letter or digit and end with one or _",
)
_SUBNET = _Name("subnet", "name", _IMAGE.pattern, _IMAGE.rule)
_IDENTITY = _Name(
    "name",
    "name",
    r"[a-z0-9][-\w]{2,127}",
    "have 3 to 128 letters, digits, - _, and begin with a letter or digit",
)

_TEMPLATE = _Name("name", "name", NAME_PATTERN, "have 1 to 64 letters, digits, . _ -")

_Segments = tuple[str | _Name, ...]
_IN_GROUP: _Segments = ("subscriptions", _SUBSCRIPTION, "resourceGroups", _GROUP)
_COMPUTE: _Segments = (*_IN_GROUP, "providers", "Microsoft.Compute")
_NETWORK: _Segments = (*_IN_GROUP, "providers", "Microsoft.Network", "virtualNetworks", _VNET)
_IMAGE_DEFINITION: _Segments = (*_COMPUTE, "galleries", _GALLERY, "images", _DEFINITION)


def _pattern(segments: _Segments) -> str:
    return "".join(
        f"/{re.escape(one)}" if isinstance(one, str) else f"/(?P<{one.part}>{one.pattern})"
        for one in segments
    )


def _form(segments: _Segments) -> str:
    return "".join(f"/{one}" if isinstance(one, str) else f"/<{one.shown}>" for one in segments)


class ArmIdKind(Enum):
    """A kind of resource id: what people call it, its segments, and those that may be left out."""

    IMAGE = ("managed image", (*_COMPUTE, "images", _IMAGE), ())
    GALLERY_IMAGE = (
        "gallery image definition or version",
        _IMAGE_DEFINITION,
        ("versions", _VERSION),
    )
    GALLERY_VERSION = (
        "gallery image version",
        (*_IMAGE_DEFINITION, "versions", _VERSION_OR_LATEST),
        (),
    )
    SUBNET = ("subnet", (*_NETWORK, "subnets", _SUBNET), ())
    IDENTITY = (
        "user-assigned identity",
        (
            *_IN_GROUP,
            "providers",
            "Microsoft.ManagedIdentity",
            "userAssignedIdentities",
            _IDENTITY,
        ),
        (),
    )
    RESOURCE_GROUP = ("resource group", _IN_GROUP, ())
    IMAGE_TEMPLATE = (
        "image template",
        (*_IN_GROUP, "providers", "Microsoft.VirtualMachineImages", "imageTemplates", _TEMPLATE),
        (),
    )

    def __init__(self, label: str, segments: _Segments, more: _Segments) -> None:
        self.label = label
        """What people call it."""
        self.forms = (segments, (*segments, *more)) if more else (segments,)
        """The segments of an id, in each length that it may have."""
        optional = f"(?:{_pattern(more)})?" if more else ""
        self.pattern = _pattern(segments) + optional
        """The regular expression that the whole id has to match, without case."""
        self.form = _form(segments) + (f"[{_form(more)}]" if more else "")
        """The id's form with the parts to fill in."""


@dataclass(frozen=True)
class ArmId:
    """The parts of a checked resource id."""

    kind: ArmIdKind
    subscription_id: str
    resource_group: str
    parent: str | None
    name: str
    version: str | None

    @property
    def network(self) -> tuple[str, str, str]:
        """The virtual network of a subnet, in a form that can be compared."""
        parts = (self.subscription_id, self.resource_group, self.parent or "")
        return parts[0].lower(), parts[1].lower(), parts[2].lower()


def parse_arm_id(kind: ArmIdKind, text: str) -> ArmId | None:
    """Take a resource id apart.

    Args:
        kind: what the id has to name.
        text: the id as written.

    Returns:
        Its parts, or None when it is not an id of that kind.
    """
    match = re.fullmatch(kind.pattern, text, re.IGNORECASE | re.ASCII)
    if match is None or _LEADS_UP in text:
        return None
    parts = match.groupdict()
    if _is_too_high(parts.get("version") or ""):
        return None
    group = parts["group"]
    return ArmId(
        kind,
        parts["subscription"],
        group,
        parts.get("parent"),
        parts.get("name") or group,
        parts.get("version"),
    )


def arm_id_problem(kind: ArmIdKind, text: str) -> str | None:
    """Say what is wrong with a resource id, or None.

    Args:
        kind: what the id has to name.
        text: the id as written.
    """
    if parse_arm_id(kind, text) is not None:
        return None
    wrong = _wrong_name(kind, text)
    return wrong or f"it must be the id of a {kind.label}: {kind.form}"


def _wrong_name(kind: ArmIdKind, text: str) -> str | None:
    """Name the part that breaks its rule, in an id that has the form of its kind."""
    before, *written = text.split("/")
    wanted = next((form for form in kind.forms if len(form) == len(written)), ())
    pairs = list(zip(written, wanted, strict=True)) if wanted and not before else []
    if not all(_matches(re.escape(one), found) for found, one in pairs if isinstance(one, str)):
        return None
    for found, one in pairs:
        if isinstance(one, str):
            continue
        if not _matches(one.pattern, found) or (one.part == "version" and _is_too_high(found)):
            return f"<{one.shown}> in it is {found[:_SHOWN_LENGTH]!r}; that must {one.rule}"
        if _LEADS_UP in found:
            return f"<{one.shown}> in it is {found[:_SHOWN_LENGTH]!r}; that must not hold '..'"
    return None


def _is_too_high(version: str) -> bool:
    """Tell whether Compute has no such number: they are 32-bit integers."""
    numbers = filter(str.isdigit, version.split("."))
    return any(int(number) > WHOLE_NUMBER_MAX for number in numbers)


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text, re.IGNORECASE | re.ASCII) is not None
