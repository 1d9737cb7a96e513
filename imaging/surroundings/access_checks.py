"""Whether the identities and subnets that a build is given exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from imaging.errors import Fault
from imaging.recipe import Recipe
from imaging.recipe.raw_parts import Part
from imaging.recipe.showing import join_path
from imaging.recipe.vm_profile import VnetConfig
from imaging.surroundings import arm_paths
from imaging.surroundings.check import Check

_IDENTITIES_READ = "Microsoft.ManagedIdentity/userAssignedIdentities/read"
_SUBNETS_READ = "Microsoft.Network/virtualNetworks/subnets/read"
_PROFILE = "properties.vmProfile"
_CONTAINER_GROUPS = "Microsoft.ContainerInstance/containerGroups"


def identity_checks(
    recipe: Recipe, aib_identity_id: str | None, build_vm_identity_id: str | None
) -> Iterator[Check]:
    """List what to ask about the identities.

    Args:
        recipe: what image to make.
        aib_identity_id: setting AIB_IDENTITY_ID.
        build_vm_identity_id: setting BUILD_VM_IDENTITY_ID.
    """
    if recipe.identity:
        path = join_path(("identity", "userAssignedIdentities", recipe.identity))
        yield _identity(path, recipe.identity)
    elif aib_identity_id:
        yield _identity("setting AIB_IDENTITY_ID", aib_identity_id)
    profile = recipe.properties.vm_profile
    for index, identity_id in enumerate((profile and profile.user_assigned_identities) or []):
        yield _identity(f"{_PROFILE}.userAssignedIdentities[{index}]", identity_id)
    if build_vm_identity_id:
        # Only artifacts that AIB does not download itself need it, so a build may do without.
        check = _identity("setting BUILD_VM_IDENTITY_ID", build_vm_identity_id)
        yield replace(check, absence="note")


def subnet_checks(recipe: Recipe) -> Iterator[Check]:
    """List what to ask about the subnets.

    Args:
        recipe: what image to make.
    """
    profile = recipe.properties.vm_profile
    network = (profile and profile.vnet_config) or VnetConfig()
    if network.subnet_id:
        check = _subnet("subnetId", network.subnet_id)
        yield replace(check, misfits=partial(_lets_the_vm_out, check))
    if network.container_instance_subnet_id:
        check = _subnet("containerInstanceSubnetId", network.container_instance_subnet_id)
        check = replace(check, way_out=f"delegate an empty subnet to {_CONTAINER_GROUPS}")
        yield replace(check, misfits=partial(_is_delegated, check))


def _identity(place: str, identity_id: str) -> Check:
    return Check(
        place=place,
        value=identity_id,
        subject=f"identity {identity_id.rpartition('/')[2]}",
        path=arm_paths.of_resource(identity_id, arm_paths.IDENTITY_API),
        right=_IDENTITIES_READ,
        way_out="make it, or name one that exists",
    )


def _subnet(key: str, subnet_id: str) -> Check:
    network, _, subnet = subnet_id.partition("/subnets/")
    return Check(
        place=f"{_PROFILE}.vnetConfig.{key}",
        value=subnet_id,
        subject=f"subnet {network.rpartition('/')[2]}/{subnet}",
        path=arm_paths.of_resource(subnet_id, arm_paths.NETWORK_API),
        right=_SUBNETS_READ,
        way_out="make it, or name one that exists",
    )


def _lets_the_vm_out(check: Check, found: Part) -> Iterator[str]:
    """AIB's build VM has to reach the outside (release notes: default outbound access ends)."""
    shown = found["properties"]
    ways = (shown["natGateway"], shown["routeTable"])
    if shown["defaultOutboundAccess"].value is False and not any(way.value for way in ways):
        yield (
            f"{check.subject} has neither default outbound access nor a NAT gateway or route table:"
            " the build VM may not reach what its steps need"
        )


def _is_delegated(check: Check, found: Part) -> Iterator[Fault]:
    """AIB puts its container instance there (image-builder-json, vnetConfig)."""
    if not isinstance(found["properties"].value, dict):
        return
    delegations = found["properties"]["delegations"].items()
    services = {each["properties"]["serviceName"].text().lower() for each in delegations}
    if _CONTAINER_GROUPS.lower() not in services:
        yield check.fault(f"{check.subject} is not delegated to container groups")
