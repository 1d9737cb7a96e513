"""The way of isolation is found by trying, and its absence is said once."""

from __future__ import annotations

import logging

import pytest

from localcloud.build_vm.isolation import Isolation, ways
from localcloud.build_vm.machine import BuildVmSettings, LocalBuildVm, open_build_vm

ABSENT = Isolation("broken", ("/bin/sh", "-c", "echo no rights for this >&2; exit 1", "--"))


async def test_a_way_that_is_installed_but_refused_is_passed_over(
    settings: BuildVmSettings, machine: LocalBuildVm
) -> None:
    """In containers and under AppArmor the programs exist and do not work."""
    found = await open_build_vm(settings, [ABSENT, machine.isolation])
    assert found is not None
    assert found.isolation == machine.isolation


async def test_no_way_means_no_build_vm_and_one_warning_with_the_reasons(
    settings: BuildVmSettings, caplog: pytest.LogCaptureFixture
) -> None:
    """The simulator then runs without execution; a person must be able to see why."""
    with caplog.at_level(logging.INFO):
        assert await open_build_vm(settings, [ABSENT]) is None
    (record,) = caplog.records
    assert "broken: no rights for this" in record.getMessage()


async def test_a_way_without_namespaces_of_its_own_is_no_way(
    settings: BuildVmSettings,
) -> None:
    """Without a network of its own the machine's would be changed; it must stop before that."""
    assert await open_build_vm(settings, [Isolation("bare", ("/usr/bin/env",))]) is None


def test_root_keeps_its_account_and_others_get_a_user_namespace() -> None:
    """Two accounts inside are nearer to a real machine, so they are tried first."""
    for way in ways(is_root=False):
        assert way.name.endswith("with a user namespace")
    if found := ways(is_root=True):
        assert not found[0].name.endswith("with a user namespace")
