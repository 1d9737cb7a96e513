"""Old ways to say a thing, rewritten in today's."""

from __future__ import annotations

from imaging.recipe.showing import join_path, show
from imaging.template_files.json_values import Json, JsonObject
from imaging.template_files.repair_list import Repair, Repairs


def rewrite(document: JsonObject, repairs: Repairs) -> None:
    """Rewrite what is well-formed and out of date.

    Args:
        document: a reshaped template; changed in place.
        repairs: gets every change.
    """
    _mend_identity(document, repairs)
    properties = document.get("properties")
    targets = properties.get("distribute") if isinstance(properties, dict) else None
    for index, target in enumerate(targets if isinstance(targets, list) else []):
        if isinstance(target, dict) and target.get("type") == "SharedImage":
            _name_target_regions(target, index, repairs)


def _mend_identity(document: JsonObject, repairs: Repairs) -> None:
    identity = document.get("identity")
    if not isinstance(identity, dict):
        return
    if _names_nobody(identity):
        repairs.dropped(("identity",), "Kiln's setting AIB_IDENTITY_ID stands in", identity)
        del document["identity"]
    elif "type" not in identity and _names(identity):
        repairs.done.append(Repair("identity.type", "added", after=show("UserAssigned")))
        document["identity"] = {"type": "UserAssigned", **identity}


def _names_nobody(identity: JsonObject) -> bool:
    """Say whether there is nothing in it but a kind; what is not understood may be a name."""
    kind = str(identity.get("type", "None")).lower()
    is_whole = identity.keys() <= {"type", "userAssignedIdentities"}
    return is_whole and not _names(identity) and kind in {"none", "userassigned"}


def _names(identity: JsonObject) -> list[str]:
    named = identity.get("userAssignedIdentities")
    return [name for name in named if name.strip()] if isinstance(named, dict) else []


def _name_target_regions(target: JsonObject, index: int, repairs: Repairs) -> None:
    """Turn the deprecated `replicationRegions` into `targetRegions`, each region once."""
    regions = target.get("replicationRegions")
    place = ("properties", "distribute", index, "replicationRegions")
    is_open = any(fault.path.startswith(join_path(place)) for fault in repairs.faults)
    if is_open or not isinstance(regions, list):
        return
    if "targetRegions" in target:
        _drop_repeated_regions(target, regions, index, repairs)
        return
    names = [region for region in regions if isinstance(region, str)]
    if len(names) < len(regions):
        return
    storage = target.pop("storageAccountType", None)
    beside = {} if storage is None else {"storageAccountType": storage}
    del target["replicationRegions"]
    target["targetRegions"] = [{"name": name, **beside} for name in dict.fromkeys(names)]
    repairs.changed(place, "rewritten", ", ".join(names), "targetRegions")
    if storage is not None:
        where = ("properties", "distribute", index, "storageAccountType")
        repairs.changed(where, "moved into each target region", storage, "targetRegions")


def _drop_repeated_regions(
    target: JsonObject, regions: list[Json], index: int, repairs: Repairs
) -> None:
    """Drop `replicationRegions` that only say again what `targetRegions` says, as exports do."""
    better = target["targetRegions"]
    if not isinstance(better, list):
        return
    named = [one.get("name") for one in better if isinstance(one, dict)]
    if sorted(map(str, named)) == sorted(map(str, regions)):
        place = ("properties", "distribute", index, "replicationRegions")
        repairs.dropped(place, "targetRegions says the same", regions)
        del target["replicationRegions"]
