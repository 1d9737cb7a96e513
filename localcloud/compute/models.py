"""What the Compute simulator remembers: galleries, image definitions, versions, managed images."""

from __future__ import annotations

import json
import re
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from localcloud.compute import made_up
from localcloud.image_builder import name_rules
from localcloud.image_builder.simulator_store import SimulatorStore

_VERSION = re.compile(r"\d+\.\d+\.\d+")


def published_version(
    target: dict[str, Any], location: str, published_utc: datetime
) -> dict[str, Any]:
    """Return the body of a gallery image version as Compute shows it.

    Args:
        target: a SharedImage distribution target of AIB, canonical names.
        location: region of the template.
        published_utc: when it was distributed.
    """
    storage = target.get("storageAccountType") or "Standard_LRS"
    wanted = target.get("targetRegions") or [
        {"name": name} for name in target.get("replicationRegions") or [location]
    ]
    regions = [
        {
            "name": region["name"],
            "regionalReplicaCount": region.get("replicaCount") or 1,
            "storageAccountType": region.get("storageAccountType") or storage,
        }
        for region in wanted
    ]
    profile = {
        "targetRegions": regions,
        "replicaCount": 1,
        "excludeFromLatest": bool(target.get("excludeFromLatest")),
        "publishedDate": published_utc.isoformat(),
        "storageAccountType": storage,
        "replicationMode": target.get("replicationMode") or "Full",
    }
    properties = {
        "publishingProfile": profile,
        "provisioningState": "Succeeded",
        "storageProfile": {"osDiskImage": {"hostCaching": "ReadWrite"}},
    }
    return {
        "location": location,
        "tags": target.get("artifactTags") or {},
        "properties": properties,
    }


class ComputeStore:
    """All Compute resources by id (any case).

    Args:
        store: keeps them from one start to the next.
        auto_galleries: patterns of gallery names whose definitions exist without being created.
    """

    def __init__(self, store: SimulatorStore, auto_galleries: tuple[str, ...] = ()) -> None:
        self.auto_galleries = auto_galleries
        self._store = store
        self._resources: dict[str, dict[str, Any]] = {
            key: json.loads(document) for key, document in store.documents("compute").items()
        }

    def get(self, resource_id: str) -> dict[str, Any] | None:
        """Return a resource, or None."""
        return self._resources.get(resource_id.lower())

    def look(self, resource_id: str) -> dict[str, Any] | None:
        """Return a resource that was put or exists by rule, or None."""
        found, names = self.get(resource_id), made_up.names_in(resource_id)
        if found is not None or name_rules.is_missing(names.values()):
            return found
        return made_up.resource(
            resource_id,
            in_own_gallery=self.is_own_gallery(names.get("gallery", "")),
            in_put_gallery=self.has_put_gallery(resource_id),
        )

    def put(self, resource_id: str, resource_type: str, body: dict[str, Any]) -> dict[str, Any]:
        """Store a resource and return it with its id, name and type."""
        name = resource_id.rsplit("/", 1)[-1]
        properties = {"provisioningState": "Succeeded"} | (body.get("properties") or {})
        resource = body | {"id": resource_id, "name": name, "type": resource_type}
        stored = self._resources[resource_id.lower()] = resource | {"properties": properties}
        self._store.put("compute", resource_id.lower(), json.dumps(stored))
        return stored

    def delete(self, resource_id: str) -> bool:
        """Delete a resource and all below it; tell whether it was there."""
        key = resource_id.lower()
        found = key in self._resources
        for other in [k for k in self._resources if k == key or k.startswith(f"{key}/")]:
            del self._resources[other]
            self._store.delete("compute", other)
        return found

    def children(self, parent: str) -> list[dict[str, Any]]:
        """Return the resources directly below a collection's id, by name."""
        prefix = f"{parent.lower()}/"
        names = [k for k in self._resources if k.startswith(prefix)]
        return [self._resources[k] for k in sorted(names) if "/" not in k.removeprefix(prefix)]

    def in_group(self, group_id: str) -> list[dict[str, Any]]:
        """Return the resources of a resource group, by id."""
        prefix = f"{group_id.lower()}/"
        return [self._resources[k] for k in sorted(self._resources) if k.startswith(prefix)]

    def has_definition(self, definition_id: str) -> bool:
        """Tell whether an image definition exists, or belongs to a gallery of the local cloud."""
        if self.get(definition_id) is not None:
            return True
        gallery, _, image = definition_id.partition("/galleries/")[2].partition("/images/")
        return self.is_own_gallery(gallery) and not name_rules.is_missing([image])

    def has_put_gallery(self, image_id: str) -> bool:
        """Tell whether somebody put the gallery of a definition or version."""
        return self.get(_gallery_of(image_id)) is not None

    def gallery_location(self, definition_id: str) -> str | None:
        """Return the region of a definition's gallery; None where nothing tells it."""
        gallery_id = _gallery_of(definition_id)
        gallery = self.get(gallery_id)
        if gallery is not None:
            return str(gallery["location"])
        return made_up.LOCATION if self.is_own_gallery(gallery_id.rpartition("/")[2]) else None

    def is_own_gallery(self, name: str) -> bool:
        """Tell whether a gallery belongs to the local cloud, by its name."""
        return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in self.auto_galleries)

    def put_what_was_built(self, subscription_id: str, group: str) -> None:
        """Store an image version that recipes can start from.

        Args:
            subscription_id: the local cloud's.
            group: its resource group.
        """
        own = [name for name in self.auto_galleries if not set(name) & set("*?[")]
        for gallery in own:
            parent = f"/subscriptions/{subscription_id}/resourceGroups/{group}/providers"
            image = f"{parent}/Microsoft.Compute/galleries/{gallery}/images/{made_up.BUILT_ALREADY}"
            self.publish_version(image, "1.0.0", made_up.version())

    def version_names(self, definition_id: str) -> list[str]:
        """Return the names of the versions of a definition."""
        return [str(version["name"]) for version in self.children(f"{definition_id}/versions")]

    def latest_version(self, definition_id: str) -> str | None:
        """Return the highest version that is not excluded from latest."""
        names = [
            str(version["name"])
            for version in self.children(f"{definition_id}/versions")
            if not (version["properties"].get("publishingProfile") or {}).get("excludeFromLatest")
        ]
        numbered = [name for name in names if _VERSION.fullmatch(name)]
        return max(numbered, key=lambda name: [int(n) for n in name.split(".")], default=None)

    def publish_version(
        self, definition_id: str, version_name: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        """Store a distributed gallery image version; its definition is made if need be."""
        if self.get(definition_id) is None:
            definition = made_up.definition(definition_id.rpartition("/")[2])
            self.put(definition_id, "Microsoft.Compute/galleries/images", definition)
        version_id = f"{definition_id}/versions/{version_name}"
        return self.put(version_id, made_up.VERSION_TYPE, body)


def _gallery_of(image_id: str) -> str:
    return image_id.lower().partition("/images/")[0]
