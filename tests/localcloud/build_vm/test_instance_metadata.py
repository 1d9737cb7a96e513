"""The build VM's metadata service gives tokens of the VM's identities, and of no others."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from localcloud.build_vm.instance_metadata import TokenSource
from localcloud.build_vm.machine import LocalBuildVm
from localcloud.identity import IdentityEndpoint
from tests.localcloud.build_vm.conftest import client_id_of
from tests.localcloud.build_vm.templates import run, shell, template

IDENTITIES = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity"
OWN = f"{IDENTITIES}/userAssignedIdentities/build-vm"
SECOND = f"{IDENTITIES}/userAssignedIdentities/second"
TOKEN = "http://169.254.169.254/metadata/identity/oauth2/token"
STORAGE = "resource=https%3A%2F%2Fstorage.azure.com"
VERSION = "api-version=2018-02-01"
Identity = tuple[IdentityEndpoint, TokenSource]


def ask(query: str, header: str = "Metadata: true") -> str:
    """Return the command that prints the service's answer and its status."""
    return f"curl -sS -w '\\n%{{http_code}}\\n' -H '{header}' '{TOKEN}?{query}'"


async def test_the_vms_identity_gets_a_token_for_the_wanted_resource(
    each_machine: LocalBuildVm, folder: Path
) -> None:
    """Large artifacts are downloaded inside the VM with such a token."""
    commands = [ask(f"{VERSION}&{STORAGE}&msi_res_id={OWN.upper()}")]
    ended = await run(each_machine, folder, template(shell(*commands), identities=[OWN]))
    answer, status = json.loads(ended.said()[0]), ended.said()[1]
    claims = answer["access_token"].split(".")[1]
    audience = json.loads(base64.urlsafe_b64decode(claims + "=="))["aud"]
    assert (status, audience) == ("200", "https://storage.azure.com")
    assert answer["client_id"] == client_id_of(OWN)
    assert answer["token_type"] == "Bearer"
    assert all(isinstance(value, str) for value in answer.values())


async def test_an_identity_that_is_not_on_the_vm_gets_no_token(
    machine: LocalBuildVm, folder: Path, identity: Identity
) -> None:
    """The template's own identity is not on the VM: relying on it fails in Azure."""
    commands = [
        ask(f"{VERSION}&{STORAGE}&msi_res_id={SECOND}"),
        ask(f"{VERSION}&{STORAGE}&client_id={client_id_of(SECOND)}"),
    ]
    ended = await run(machine, folder, template(shell(*commands), identities=[OWN]))
    refusal = '{"error": "invalid_request", "error_description": "Identity not found"}'
    assert ended.said()[:4] == [refusal, "400", refusal, "400"]
    assert identity[0].requests == []


async def test_a_vm_without_identities_gets_no_token(machine: LocalBuildVm, folder: Path) -> None:
    """This is the state of a template whose vmProfile names none."""
    ended = await run(machine, folder, template(shell(ask(f"{VERSION}&{STORAGE}"))))
    assert "Identity not found" in ended.said()[0]


async def test_the_only_identity_need_not_be_named_but_one_of_two_must(
    machine: LocalBuildVm, folder: Path
) -> None:
    """With a second identity a script that names none stops working, in Azure and here."""
    step = shell(ask(f"{VERSION}&{STORAGE}"), ask(f"{VERSION}&{STORAGE}&client_id=$ID"))
    one = await run(machine, folder / "1", template(step, identities=[OWN]))
    two = await run(machine, folder / "2", template(step, identities=[OWN, SECOND]))
    assert one.said()[1] == "200"
    assert two.said()[1] == "400"
    assert "Multiple user assigned identities exist" in two.said()[0]


async def test_a_request_without_the_metadata_header_is_refused(
    machine: LocalBuildVm, folder: Path
) -> None:
    """The header keeps forged requests out; forgetting it is a common mistake."""
    commands = [
        ask(f"{VERSION}&{STORAGE}", header="X-Other: 1"),
        ask(STORAGE),
        ask(VERSION),
    ]
    ended = await run(machine, folder, template(shell(*commands), identities=[OWN]))
    said = ended.said()
    assert said[1::2][:3] == ["400", "400", "400"]
    assert "Required metadata header not specified" in said[0]
    assert "api-version" in said[2]
    assert "'resource' is missing" in said[4]


async def test_a_failing_identity_endpoint_is_passed_on(
    machine: LocalBuildVm, folder: Path, identity: Identity
) -> None:
    """Scripts must be able to show that they repeat a token request."""
    identity[0].mode, identity[0].failures_left = "500", 1
    command = ask(f"{VERSION}&{STORAGE}")
    ended = await run(machine, folder, template(shell(command, command), identities=[OWN]))
    assert ended.said()[1:4:2] == ["500", "200"]


async def test_other_metadata_is_refused_by_name(machine: LocalBuildVm, folder: Path) -> None:
    """What is not simulated says so instead of answering something made up."""
    command = "curl -sS -H 'Metadata: true' http://169.254.169.254/metadata/instance"
    ended = await run(machine, folder, template(shell(command)))
    assert "/metadata/instance is not simulated" in ended.said()[0]
