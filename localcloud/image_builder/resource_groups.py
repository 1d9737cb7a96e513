"""Which resource groups there are: those that were put, and the others by rule.

A group that nobody put exists in `made_up.LOCATION`, so that builds need no preparation; one that
is called `missing-…` or like AIB's own does not. Nothing is stored of what AIB does: a group that
it made, and what it put into one, is there as long as the template.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter

from localcloud.compute import made_up
from localcloud.compute.models import ComputeStore
from localcloud.image_builder import exceptions, name_rules, staging_content
from localcloud.image_builder.inventory import Inventory
from localcloud.image_builder.models import TEMPLATE_TYPE, Template
from localcloud.image_builder.regions import region_key
from localcloud.image_builder.simulator_store import SimulatorStore

_AIB_MADE = re.compile(r"IT_.*_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SHOWN = ("id", "name", "type", "location", "tags")


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
        account_name: name of the storage account in every staging group.
    """

    def __init__(
        self,
        store: SimulatorStore,
        inventory: Inventory,
        compute: ComputeStore,
        account_name: str,
    ) -> None:
        self._store = store
        self._inventory = inventory
        self._compute = compute
        self._account_name = account_name
        documents = store.documents("group")
        self._known = {key: _STORED.validate_json(text) for key, text in documents.items()}

    def find(self, group_id: str) -> ResourceGroup | None:
        """Return a resource group; None when there is none."""
        key, user = group_id.lower(), self._user_of(group_id)
        if user is not None and user.made_staging_group:
            return ResourceGroup(region_key(user.location), staging_content.group_tags(user))
        group = self._known[key] if key in self._known else _by_rule(group_id)
        if group is None or user is None:
            return group
        return replace(group, tags=group.tags | staging_content.group_tags(user))

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
        found += [_summary(template) for template in self._templates_in(group_id)]
        user = self._user_of(group_id)
        if user is None or not user.was_created:
            return found
        return [*found, *staging_content.content_of(user, self._account_name)]

    def put(self, group_id: str, location: str, tags: dict[str, str]) -> bool:
        """Store a resource group; tell whether it is new.

        Raises:
            ArmError: it was put in another region (409), or is AIB's (501).
        """
        user = self._user_of(group_id)
        if user is not None and user.made_staging_group:
            raise exceptions.not_simulated("changes of a resource group that AIB made")
        known = self._known.get(group_id.lower())
        group = ResourceGroup(region_key(location), tags)
        if known is not None and known.location != group.location:
            raise exceptions.group_is_elsewhere(group.location, known.location)
        self._keep(group_id, group)
        return known is None

    def delete(self, group_id: str) -> None:
        """Delete a resource group with the images and galleries in it.

        Raises:
            ArmError: there is none (404), or it has templates or is used by one (501).
        """
        self.require(group_id)
        if self._templates_in(group_id) or self._user_of(group_id):
            raise exceptions.not_simulated("the deletion of a resource group that templates need")
        self._compute.delete(group_id)
        self._keep(group_id, None)

    def forget(self, template: Template) -> None:
        """Delete what others have put into a group that goes with its template."""
        if template.made_staging_group and self._user_of(template.exact_staging_group) is template:
            self._compute.delete(template.exact_staging_group)

    def _user_of(self, group_id: str) -> Template | None:
        """Return the template that has the group as its staging group.

        AIB makes a group of its own for a template that fails, too (seen empty in
        danielsollondon/azvmimagebuilder#45); a given one is only taken by one that was created.
        """
        for template in self._inventory.templates.values():
            is_own = not template.properties.get("stagingResourceGroup")
            if template.exact_staging_group.lower() == group_id.lower() and (
                is_own or template.was_created
            ):
                return template
        return None

    def _templates_in(self, group_id: str) -> list[Template]:
        prefix = f"{group_id.lower()}/"
        templates = self._inventory.templates.values()
        return [t for t in templates if t.address.resource_id.lower().startswith(prefix)]

    def _keep(self, group_id: str, group: ResourceGroup | None) -> None:
        self._known[group_id.lower()] = group
        self._store.put("group", group_id.lower(), _STORED.dump_json(group).decode())


def group_of(resource_id: str) -> str:
    """Return the id of the resource group that a resource is in."""
    return resource_id.lower().partition("/providers/")[0]


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
