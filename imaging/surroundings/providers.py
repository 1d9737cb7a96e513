"""The resource providers that AIB needs in the template's subscription.

The list is image-builder-overview's ("register the providers"). Without the first five no build
works: AIB makes a VM, a network, a storage account and a container group for each. The other two
are not needed by every build, so one that is not registered is said and nothing is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from imaging.errors import Fault
from imaging.recipe.raw_parts import Part
from imaging.surroundings import arm_paths
from imaging.surroundings.check import Check

ALWAYS_NEEDED = (
    "Microsoft.VirtualMachineImages",
    "Microsoft.Compute",
    "Microsoft.Network",
    "Microsoft.Storage",
    "Microsoft.ContainerInstance",
)
OFTEN_NEEDED = ("Microsoft.KeyVault", "Microsoft.ManagedIdentity")
_UNREGISTERED = frozenset({"notregistered", "unregistered", "unregistering"})


def provider_check(subscription_id: str) -> Check:
    """Ask for the resource providers.

    Args:
        subscription_id: where the template will be.
    """
    check = Check(
        place="",
        value="",
        subject="resource providers",
        path=arm_paths.of_providers(subscription_id),
        right="Microsoft.Resources/subscriptions/providers/read",
        way_out="register it: az provider register --wait --namespace ",
        absence="allowed",
        is_lasting=True,
    )
    return replace(check, misfits=partial(_unregistered, check))


def _unregistered(check: Check, found: Part) -> Iterator[Fault | str]:
    states = {
        provider["namespace"].text().lower(): provider["registrationState"].text().lower()
        for provider in found["value"].items()
    }
    for namespace in (*ALWAYS_NEEDED, *OFTEN_NEEDED):
        if states.get(namespace.lower()) not in _UNREGISTERED:
            continue
        asked = replace(check, way_out=check.way_out + namespace)
        fault = asked.fault(f"the resource provider {namespace} is not registered")
        yield fault if namespace in ALWAYS_NEEDED else str(fault)
