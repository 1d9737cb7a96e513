"""Which resource groups there are: those that were put, and the others by rule.

A group that nobody put exists in `made_up.LOCATION`, so that builds need no preparation; one that
is called `missing-…` or like AIB's own does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from localcloud.compute import made_up
from localcloud.compute.models import ComputeStore
from localcloud.image_builder import exceptions, name_rules
from localcloud.image_builder.inventory import Inventory
from localcloud.image_builder.models import TEMPLATE_TYPE, Template
from localcloud.image_builder.simulator_store import SimulatorStore

_AIB_MADE = re.compile(r"IT_.*_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SHOWN = ("id", "name", "type", "location", "tags")


def region_key(region: str) -> str:
    """Return `westeurope` for `West Europe`."""
    return region.replace(" ", "").lower()


@dataclass(frozen=True)
class ResourceGroup:
    """A resource group.

    Args:
        location: its region, as ARM writes it.
        tags: its tags.
    """

    location: str
    tags: dict[str, str] = field(default_factory=dict)


_STORED = TypeAdapter[ResourceGroup | None](ResourceGroup | None)


class ResourceGroups:
    """All resource groups by id (any case), and what is in them.

    Args:
        store: keeps those that were put, and that one was deleted, from one start to the next.
        inventory: the templates.
        compute: the images and galleries.
    """

    def __init__(self, store: SimulatorStore, inventory: Inventory, compute: ComputeStore) -> None:
        self._store = store
        self._inventory = inventory
        self._compute = compute
        documents = store.documents("group")
        self._known = {key: _STORED.validate_json(text) for key, text in documents.items()}

    def find(self, group_id: str) -> ResourceGroup | None:
        """Return a resource group; None when there is none."""
        key = group_id.lower()
        return self._known[key] if key in self._known else _by_rule(group_id)

    def require(self, group_id: str) -> ResourceGroup:
        """Return a resource group.

        Raises:
            ArmError: there is none (404).
        """
        group = self.find(group_id)
        if group is None:
            raise exceptions.resource_group_not_found(_name_of(group_id))
        return group

    def content(self, group_id: str) -> list[dict[str, Any]]:
        """Return what is in a resource group, as a list of it shows each thing."""
        found = [_shown(resource) for resource in self._compute.in_group(group_id)]
        return [*found, *(_summary(template) for template in self._templates_in(group_id))]

    def put(self, group_id: str, location: str, tags: dict[str, str]) -> bool:
        """Store a resource group; tell whether it is new.

        Raises:
            ArmError: it was put in another region (409).
        """
        known = self._known.get(group_id.lower())
        group = ResourceGroup(region_key(location), tags)
        if known is not None and known.location != group.location:
            raise exceptions.group_is_elsewhere(group.location, known.location)
        self._keep(group_id, group)
        return known is None

    def delete(self, group_id: str) -> None:
        """Delete a resource group with the images and galleries in it.

        Raises:
            ArmError: there is none (404), or it has templates (501).
        """
        self.require(group_id)
        if self._templates_in(group_id):
            raise exceptions.not_simulated("the deletion of a resource group with templates")
        self._compute.delete(group_id)
        self._keep(group_id, None)

    def _templates_in(self, group_id: str) -> list[Template]:
        prefix = f"{group_id.lower()}/"
        templates = self._inventory.templates.values()
        return [t for t in templates if t.address.resource_id.lower().startswith(prefix)]

    def _keep(self, group_id: str, group: ResourceGroup | None) -> None:
        self._known[group_id.lower()] = group
        self._store.put("group", group_id.lower(), _STORED.dump_json(group).decode())


def _by_rule(group_id: str) -> ResourceGroup | None:
    name = _name_of(group_id)
    if name_rules.is_missing([name]) or _AIB_MADE.fullmatch(name):
        return None
    return ResourceGroup(made_up.LOCATION)


def _name_of(group_id: str) -> str:
    return group_id.rpartition("/")[2]


def _shown(resource: dict[str, Any]) -> dict[str, Any]:
    return {key: resource[key] for key in _SHOWN if resource.get(key)}


def _summary(template: Template) -> dict[str, Any]:
    address, location = template.address, template.location
    named = {"id": address.resource_id, "name": address.name, "type": TEMPLATE_TYPE}
    return _shown(named | {"location": region_key(location), "tags": template.tags})
