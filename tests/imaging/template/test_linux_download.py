"""The step in which a Linux build VM fetches a big archive itself, against a small server."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from imaging.artifact.download_linux import token_url
from tests.imaging.template.build_vm import BuildVm, make_zip
from tests.imaging.template.recipes import BLOB, SIGNATURE, VM_IDENTITY, customizers, recipe, staged
from tests.imaging.template.storage import TOKEN, Storage, serving

CONTENT = make_zip({"app.bin": bytes(range(256)) * 400})
TOOLS = ["curl", "wget", "python3"]


def fetch_step(content: bytes = CONTENT) -> dict[str, Any]:
    """Render the step for an archive that AIB may not bring."""
    steps = customizers(recipe(access="identity"), staged(content))
    assert [step["name"] for step in steps] == ["kiln_artifact_fetch", "own"]
    return steps[0]


def fetch(vm: BuildVm, storage: Storage) -> subprocess.CompletedProcess[str]:
    """Run the step with the server in the place of IMDS and of the storage account."""
    imds = token_url(VM_IDENTITY)
    places = {
        imds: storage.address + imds.removeprefix("http://169.254.169.254"),
        BLOB: storage.address,
    }
    return vm.run(fetch_step(), places)


@pytest.mark.parametrize("tool", TOOLS)
def test_the_vm_fetches_with_whatever_the_image_has(tmp_path: Path, tool: str) -> None:
    """Not every image has curl; python3 alone is enough for everything."""
    vm = BuildVm(tmp_path, tool, *({"unzip"} if tool != "python3" else ()))
    with serving(Storage(CONTENT, identity=VM_IDENTITY)) as storage:
        done = fetch(vm, storage)
    assert done.returncode == 0, done.stderr
    assert (vm.tmp / "webapp" / "app.bin").stat().st_size == 256 * 400


@pytest.mark.parametrize("tool", TOOLS)
def test_a_broken_download_goes_on_where_it_stopped(tmp_path: Path, tool: str) -> None:
    """Five gigabytes need not come again because of one lost connection."""
    vm = BuildVm(tmp_path, tool, "unzip")
    with serving(Storage(CONTENT, cut_after=100, identity=VM_IDENTITY)) as storage:
        done = fetch(vm, storage)
    assert done.returncode == 0, done.stderr
    assert storage.ranges[-1] == "bytes=100-"


@pytest.mark.parametrize("tool", TOOLS)
def test_no_token_is_printed_or_left_behind(tmp_path: Path, tool: str) -> None:
    """The log of a build is read by many; the image by more."""
    vm = BuildVm(tmp_path, tool, "unzip")
    with serving(Storage(CONTENT, identity=VM_IDENTITY)) as storage:
        done = fetch(vm, storage)
    left = b"".join(
        p.read_bytes() for p in tmp_path.rglob("*") if p.is_file() and not p.is_symlink()
    )
    assert TOKEN not in done.stdout + done.stderr
    assert TOKEN.encode() not in left


@pytest.mark.parametrize("tool", TOOLS)
def test_without_the_right_to_read_the_build_fails_and_says_which_right(
    tmp_path: Path, tool: str
) -> None:
    """A missing role is the usual cause, and nobody guesses its name."""
    vm = BuildVm(tmp_path, tool, "unzip")
    with serving(Storage(CONTENT, identity=VM_IDENTITY, refuse_blob=True)) as storage:
        done = fetch(vm, storage)
    assert done.returncode == 1
    assert "Storage Blob Data Reader" in done.stderr


def test_an_identity_that_the_vm_does_not_have_is_named_by_the_metadata_endpoint(
    tmp_path: Path,
) -> None:
    """IMDS's own words lead to the missing userAssignedIdentities."""
    vm = BuildVm(tmp_path, "curl", "unzip")
    with serving(Storage(CONTENT, identity="another")) as storage:
        done = fetch(vm, storage)
    assert done.returncode == 1
    assert "Identity not found" in done.stderr


def test_other_bytes_than_the_uploaded_ones_fail_the_build(tmp_path: Path) -> None:
    """A blob that was swapped after the check must not reach the image."""
    vm = BuildVm(tmp_path, "curl", "unzip")
    with serving(Storage(b"x" * len(CONTENT), identity=VM_IDENTITY)) as storage:
        done = fetch(vm, storage)
    assert done.returncode == 1
    assert "not the one that was uploaded" in done.stderr


def fetch_signed(vm: BuildVm, storage: Storage) -> subprocess.CompletedProcess[str]:
    """Run the step for a big archive whose address is signed."""
    artifact = staged(CONTENT, size_bytes=20_000_000, sas_query=SIGNATURE)
    step = customizers(recipe(access="sas"), artifact)[0]
    return vm.run(step, {BLOB: storage.address, "kiln_size=20000000": f"kiln_size={len(CONTENT)}"})


@pytest.mark.parametrize("tool", TOOLS)
def test_a_signed_address_is_fetched_without_any_identity(tmp_path: Path, tool: str) -> None:
    """It is for those who may give no identity to the build VM."""
    vm = BuildVm(tmp_path, tool, *({"unzip"} if tool != "python3" else ()))
    with serving(Storage(CONTENT, cut_after=100, signature=SIGNATURE)) as storage:
        done = fetch_signed(vm, storage)
    assert done.returncode == 0, done.stderr
    assert (vm.tmp / "webapp" / "app.bin").stat().st_size == 256 * 400
    assert storage.ranges[-1] == "bytes=100-"
    assert "CANARY" not in done.stdout + done.stderr


@pytest.mark.parametrize("tool", TOOLS)
def test_a_signature_that_is_refused_is_named_and_not_shown(tmp_path: Path, tool: str) -> None:
    """The log of a build is read by many."""
    vm = BuildVm(tmp_path, tool, "unzip")
    with serving(Storage(CONTENT, signature="sig=another")) as storage:
        done = fetch_signed(vm, storage)
    assert done.returncode == 1
    assert "is its signature (artifact.access sas) out of date" in done.stderr
    assert "CANARY" not in done.stdout + done.stderr
