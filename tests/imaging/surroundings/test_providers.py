"""The resource providers, and for how long they are known to be registered."""

from __future__ import annotations

import pytest

from imaging.surroundings.check import is_fine, judge
from imaging.surroundings.look import Look
from imaging.surroundings.providers import ALWAYS_NEEDED, OFTEN_NEEDED, provider_check
from imaging.surroundings.recollection import Recollection
from tests.imaging.surroundings.recipes import SUBSCRIPTION

CHECK = provider_check(SUBSCRIPTION)


def listed(**states: str) -> dict[str, Look]:
    """Answer that all are registered but those of `states`, by the last word of their names."""
    value = [
        {"namespace": name, "registrationState": states.get(name.split(".")[1], "Registered")}
        for name in (*ALWAYS_NEEDED, *OFTEN_NEEDED)
    ]
    return {CHECK.path: Look("found", {"value": value})}


def test_registered_providers_are_fine():
    """That is how it should be, and need not be asked again at once."""
    assert is_fine(CHECK, listed())


def test_every_provider_that_is_not_registered_is_a_fault_with_its_command():
    """An operator registers all of them in one go."""
    found = judge([CHECK], listed(Compute="NotRegistered", ContainerInstance="Unregistered"))
    assert [str(fault) for fault in found.faults] == [
        f"asked Azure: the resource provider {name} is not registered; register it: "
        f"az provider register --wait --namespace {name}"
        for name in ("Microsoft.Compute", "Microsoft.ContainerInstance")
    ]


def test_a_provider_that_some_builds_do_without_is_a_note():
    """A Linux build without key vaults worked yesterday, too."""
    looks = listed(KeyVault="NotRegistered")
    found = judge([CHECK], looks)
    assert found.faults == []
    assert "Microsoft.KeyVault is not registered" in found.notes[-1]
    assert not is_fine(CHECK, looks)


@pytest.mark.parametrize("looks", [listed(Storage="Registering"), {CHECK.path: Look("found", {})}])
def test_what_azure_does_not_say_is_no_fault(looks):
    """Registering ends within minutes; a list may be cut."""
    assert judge([CHECK], looks).faults == []


@pytest.mark.parametrize("look", [Look("denied"), Look("unknown"), Look("absent")])
def test_only_a_plain_answer_is_kept(look):
    """Who gets the right tomorrow shall not wait for an hour."""
    assert not is_fine(CHECK, {CHECK.path: look})


def test_what_was_fine_is_asked_again_after_a_while():
    """Somebody may unregister a provider."""
    now = [0.0]
    seen = Recollection(60, now=lambda: now[0])
    fresh = [seen.is_fresh("a")]
    seen.keep("a")
    fresh += [seen.is_fresh("a"), seen.is_fresh("b")]
    now[0] = 60.0
    fresh.append(seen.is_fresh("a"))
    seen.keep("a")
    seen.forget()
    assert [*fresh, seen.is_fresh("a")] == [False, True, False, False, False]


def test_not_everything_is_remembered_for_ever():
    """A host may live for months and see new names every day."""
    seen = Recollection(60, now=lambda: 0.0)
    for number in range(2_500):
        seen.keep(str(number))
    assert seen.is_fresh("2499")
    assert sum(seen.is_fresh(str(number)) for number in range(2_500)) <= 1_000
