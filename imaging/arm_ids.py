r"""Azure resource ids, checked by kind.

A resource id in a recipe decides where an image goes and which identity and network a build gets,
so each kind has its own strict pattern: ASCII only, no `..`, no `%`, no control character, no extra
segment. Azure compares ids without case; so does Kiln. Name rules: resource-name-rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

_SUBSCRIPTION = r"(?P<subscription>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_GROUP = r"(?P<group>[-\w.()]{0,89}[-\w()])"
_GROUP_ID = f"/subscriptions/{_SUBSCRIPTION}/resourceGroups/{_GROUP}"
_NAME = r"[a-z0-9](?:[-\w.]{0,78}[a-z0-9_])?"
_GALLERY = r"[a-z0-9](?:[\w.]{0,78}[a-z0-9])?"
_DEFINITION = r"[a-z0-9](?:[-\w.]{0,78}[a-z0-9])?"
_VERSION = r"[0-9]{1,10}\.[0-9]{1,10}\.[0-9]{1,10}"
_COMPUTE = "providers/Microsoft.Compute"
_IMAGE_DEFINITION = (
    f"{_GROUP_ID}/{_COMPUTE}/galleries/(?P<parent>{_GALLERY})/images/(?P<name>{_DEFINITION})"
)
_NETWORK = "providers/Microsoft.Network/virtualNetworks"
_IDENTITY = "providers/Microsoft.ManagedIdentity/userAssignedIdentities"
_FORM = "/subscriptions/<guid>/resourceGroups/<group>"


class ArmIdKind(Enum):
    """A kind of resource id: what people call it, its pattern, and its form to show them."""

    IMAGE = (
        "managed image",
        f"{_GROUP_ID}/{_COMPUTE}/images/(?P<name>{_NAME})",
        f"{_FORM}/{_COMPUTE}/images/<name>",
    )
    GALLERY_IMAGE = (
        "gallery image definition or version",
        rf"{_IMAGE_DEFINITION}(?:/versions/(?P<version>{_VERSION}))?",
        f"{_FORM}/{_COMPUTE}/galleries/<gallery>/images/<image>[/versions/<x.y.z>]",
    )
    GALLERY_VERSION = (
        "gallery image version",
        rf"{_IMAGE_DEFINITION}/versions/(?P<version>{_VERSION}|latest)",
        f"{_FORM}/{_COMPUTE}/galleries/<gallery>/images/<image>/versions/<x.y.z or latest>",
    )
    SUBNET = (
        "subnet",
        rf"{_GROUP_ID}/{_NETWORK}/(?P<parent>[a-z0-9][-\w.]{{0,62}}[a-z0-9_])/subnets/(?P<name>{_NAME})",
        f"{_FORM}/{_NETWORK}/<network>/subnets/<subnet>",
    )
    IDENTITY = (
        "user-assigned identity",
        rf"{_GROUP_ID}/{_IDENTITY}/(?P<name>[a-z0-9][-\w]{{2,127}})",
        f"{_FORM}/{_IDENTITY}/<name>",
    )
    RESOURCE_GROUP = ("resource group", _GROUP_ID, _FORM)

    @property
    def label(self) -> str:
        """What people call it."""
        return self.value[0]

    @property
    def pattern(self) -> str:
        """The regular expression that the whole id has to match, without case."""
        return self.value[1]

    @property
    def form(self) -> str:
        """The id's form with the parts to fill in."""
        return self.value[2]


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
    if match is None or ".." in text:
        return None
    parts = match.groupdict()
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
    return f"it must be the id of a {kind.label}: {kind.form}"
