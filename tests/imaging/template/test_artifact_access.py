"""How the archive gets into the build VM: by AIB, by the VM's identity, or by a signature."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.artifact.access import artifact_access
from imaging.errors import ArtifactError, PermanentError, SettingsError
from imaging.template import StagedArtifact, TemplateContext, render_template
from tests.imaging.recipe.documents import changed, read
from tests.imaging.template.recipes import (
    AIB_IDENTITY,
    BLOB,
    CONTEXT,
    LINUX,
    SIGNATURE,
    VM_IDENTITY,
    WINDOWS,
    customizers,
    recipe,
    staged,
)

BIG = 20_000_000
OTHER = AIB_IDENTITY.replace("/aib", "/other")


@pytest.mark.parametrize("document", [LINUX, WINDOWS])
@pytest.mark.parametrize(("size_bytes", "access", "way"), [
    (BIG - 1, "auto", "kiln_artifact_file"),
    (BIG, "auto", "kiln_artifact_fetch"),
    (BIG - 1, "identity", "kiln_artifact_fetch"),
    (BIG - 1, "service", "kiln_artifact_file"),
])  # fmt: skip
def test_aib_brings_less_than_20_mb_and_the_vm_fetches_more(
    document: dict[str, Any], size_bytes: int, access: str, way: str
) -> None:
    """AIB's own upload of a bigger file goes on for hours and fails."""
    steps = customizers(recipe(document, access=access), staged(size_bytes=size_bytes))
    assert steps[0]["name"] == way


def test_a_big_artifact_that_the_service_shall_bring_is_refused() -> None:
    """Better now than after hours."""
    with pytest.raises(
        ArtifactError, match=r"artifact\.access 'service', which ends below 20000000"
    ):
        customizers(recipe(access="service"), staged(size_bytes=BIG))


def test_a_big_artifact_without_an_identity_names_both_ways_out() -> None:
    """The VM cannot read the blob as nobody."""
    context = TemplateContext("b1", "westeurope", AIB_IDENTITY)
    with pytest.raises(
        SettingsError,
        match=r"vmProfile\.userAssignedIdentities .* BUILD_VM_IDENTITY_ID, or .* 'sas'",
    ):
        render_template(recipe(), staged(size_bytes=BIG), context)


@pytest.mark.parametrize(("own", "setting", "on_the_vm", "fetching"), [
    ([], VM_IDENTITY, [VM_IDENTITY], "build-vm"),
    ([OTHER], VM_IDENTITY, [OTHER, VM_IDENTITY], "build-vm"),
    ([VM_IDENTITY.upper()], VM_IDENTITY, [VM_IDENTITY.upper()], "build-vm"),
    ([OTHER], None, [OTHER], "other"),
])  # fmt: skip
def test_the_fetching_identity_is_on_the_build_vm(
    own: list[str], setting: str | None, on_the_vm: list[str], fetching: str
) -> None:
    """IMDS gives tokens only for identities that the VM has."""
    written = changed(
        LINUX,
        ("properties.vmProfile", {"userAssignedIdentities": own, "vmSize": "Standard_D2s_v5"}),
    )
    body = render_template(
        read(written),
        staged(size_bytes=BIG),
        TemplateContext("b1", "westeurope", AIB_IDENTITY, setting),
    )
    assert body["properties"]["vmProfile"] == {
        "vmSize": "Standard_D2s_v5",
        "userAssignedIdentities": on_the_vm,
    }
    assert f"userAssignedIdentities%2F{fetching}'" in "\n".join(
        body["properties"]["customize"][0]["inline"]
    )


def test_a_small_artifact_gives_no_identity_to_the_build_vm() -> None:
    """The build VM runs the uploader's code; it gets no rights that nothing needs."""
    body = render_template(recipe(), staged(), CONTEXT)
    assert "vmProfile" not in body["properties"]


def test_the_file_comes_by_its_plain_address_with_its_digest() -> None:
    """A signature would show in the template; the digest pins what was checked."""
    artifact = staged()
    step = customizers(recipe(), artifact)[0]
    assert (step["sourceUri"], step["sha256Checksum"]) == (f"{BLOB}/webapp.zip", artifact.sha256)


@pytest.mark.parametrize(("blob_url", "kind", "digest", "said"), [
    (f"{BLOB}/a.zip?sig=x", "zip", "a" * 64, "no secret"),
    ("http://a.example/a.zip", "zip", "a" * 64, "https"),
    (f"{BLOB}/a.zip", "zip", "A" * 64, "lower case"),
    (f"{BLOB}/a.zip", "zip", "a'; rm -rf /", "64 hexadecimal"),
    (f"{BLOB}/a.7z", "7z", "a" * 64, "zip or a tar.gz"),
])  # fmt: skip
def test_a_staged_artifact_is_checked_where_it_is_made(
    blob_url: str, kind: Any, digest: str, said: str
) -> None:
    """These values go into commands and into a template that many can read."""
    with pytest.raises(PermanentError, match=said):
        StagedArtifact(blob_url, kind, 1, digest)


@pytest.mark.parametrize("document", [LINUX, WINDOWS])
@pytest.mark.parametrize(("size_bytes", "minutes", "way"), [
    (BIG - 1, 60, "kiln_artifact_file"),
    (BIG, 165, "kiln_artifact_fetch"),
])  # fmt: skip
def test_a_signature_lives_as_long_as_somebody_reads_the_archive(
    document: dict[str, Any], size_bytes: int, minutes: int, way: str
) -> None:
    """AIB reads when the template is made, the build VM with its first step."""
    wanted = recipe(document, access="sas")
    access = artifact_access(wanted, size_bytes, VM_IDENTITY)
    assert (access.way, access.sas_minutes, access.identity_id) == ("sas", minutes, None)
    body = render_template(wanted, staged(size_bytes=size_bytes, sas_query=SIGNATURE), CONTEXT)
    step = body["properties"]["customize"][0]
    address = f"{BLOB}/webapp.zip?{SIGNATURE}"
    assert step["name"] == way
    assert step.get("sourceUri") == address or f"'{address}'" in "\n".join(step["inline"])
    assert "vmProfile" not in body["properties"]
    assert "CANARY" not in repr(staged(sas_query=SIGNATURE))


@pytest.mark.parametrize(("timeout", "position", "minutes"), [
    (0, 0, 165), (0, 1, 345), (960, 0, 165), (960, 1, 1065), (30, 0, 135), (30, 1, 135),
])  # fmt: skip
def test_a_signature_outlives_the_steps_before_the_archive_and_no_others(
    timeout: int, position: int, minutes: int
) -> None:
    """45 min for the template, 60 for the start of the run, and what comes before the archive."""
    document = changed(LINUX, ("properties.buildTimeoutInMinutes", timeout))
    wanted = recipe(document, access="sas", position=position)
    assert artifact_access(wanted, BIG, None).sas_minutes == minutes


@pytest.mark.parametrize(("access", "signature"), [
    ("sas", None), ("auto", SIGNATURE), ("identity", SIGNATURE),
])  # fmt: skip
def test_a_signature_is_there_exactly_where_the_recipe_wants_one(
    access: str, signature: str | None
) -> None:
    """Nothing puts a secret into a template by accident."""
    with pytest.raises(PermanentError, match="a signature belongs to 'sas' only"):
        customizers(recipe(access=access), staged(sas_query=signature))


@pytest.mark.parametrize("query", ["?sig=a", "sig=a b", "sig='; rm -rf /;'", ""])
def test_a_signature_is_the_query_of_a_url_and_nothing_else(query: str) -> None:
    """It goes into commands."""
    with pytest.raises(PermanentError, match="not the query of a URL"):
        staged(sas_query=query)
