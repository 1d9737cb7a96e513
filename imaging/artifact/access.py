"""On which way an uploaded archive gets into the build VM.

`service`: AIB reads the blob with its own identity when the template is made and brings it (small
archives). `identity`: the build VM reads it with an identity of its own. `sas`: as the one that the
size allows, but with a signature in the address. `auto` chooses by size and never chooses `sas`,
because everyone who may read the template can read the signature.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from imaging.errors import ArtifactError, SettingsError
from imaging.limits import (
    FILE_CUSTOMIZER_MAX_BYTES,
    SAS_MINUTES_FOR_FIRST_STEP,
    SAS_MINUTES_FOR_PUT,
    SAS_MINUTES_UNTIL_RUN,
)
from imaging.recipe import Recipe

AccessWay = Literal["service", "identity", "sas"]
_MOST_BY_AIB = f"{FILE_CUSTOMIZER_MAX_BYTES // 10**6} MB"


@dataclass(frozen=True)
class ArtifactAccess:
    """How the archive is read, and by whom.

    Args:
        way: what opens the blob.
        fetched_by_vm: whether the build VM downloads it; else AIB brings it.
        reason: why it is this way, in few words for people.
        identity_id: the build VM's identity, for the way `identity` only.
        sas_minutes: life of the signature, for the way `sas` only.
    """

    way: AccessWay
    fetched_by_vm: bool
    reason: str
    identity_id: str | None = None
    sas_minutes: int | None = None

    def __str__(self) -> str:
        """Say the way and why."""
        return f"{self.way} ({self.reason})"


def artifact_access(
    recipe: Recipe, size_bytes: int, build_vm_identity_id: str | None
) -> ArtifactAccess:
    """Choose the way of an archive.

    Args:
        recipe: says `artifact.access`; its build VM may have identities.
        size_bytes: of the archive.
        build_vm_identity_id: setting BUILD_VM_IDENTITY_ID.

    Raises:
        ArtifactError: the way that the recipe wants ends below its size.
        SettingsError: no identity is named for the build VM.
    """
    wanted = recipe.artifact.access if recipe.artifact else "auto"
    fits = size_bytes < FILE_CUSTOMIZER_MAX_BYTES
    reason = f"{size_bytes:,} bytes, {'below' if fits else 'not below'} {_MOST_BY_AIB}"
    if wanted != "auto":
        reason = f"as the recipe says; {reason}"
    if wanted == "sas":
        minutes = SAS_MINUTES_FOR_PUT if fits else SAS_MINUTES_UNTIL_RUN + _minutes_of_run(recipe)
        return ArtifactAccess("sas", not fits, reason, sas_minutes=minutes)
    if wanted == "service" and not fits:
        raise ArtifactError(
            f"the artifact has {size_bytes} bytes and recipe '{recipe.name}' says "
            f"artifact.access 'service', which ends below {FILE_CUSTOMIZER_MAX_BYTES} bytes; "
            "write 'auto', 'identity' or 'sas'"
        )
    if wanted != "identity" and fits:
        return ArtifactAccess("service", fetched_by_vm=False, reason=reason)
    identity_id = build_vm_identity_id or _own_identity(recipe)
    if identity_id is None:
        raise SettingsError(
            f"the artifact has {size_bytes} bytes; the build VM has to fetch it itself "
            f"(artifact.access is '{wanted}', AIB brings less than {FILE_CUSTOMIZER_MAX_BYTES} "
            "bytes) and has no identity for that: name one in the recipe's "
            "properties.vmProfile.userAssignedIdentities or in the setting BUILD_VM_IDENTITY_ID, "
            "or write artifact.access 'sas', a signature that readers of the template can use"
        )
    return ArtifactAccess("identity", fetched_by_vm=True, reason=reason, identity_id=identity_id)


def _minutes_of_run(recipe: Recipe) -> int:
    """Return how much of a run may pass until the build VM has fetched the archive."""
    position = recipe.artifact.position if recipe.artifact else 0
    if (recipe.properties.customize or [])[:position]:
        return recipe.timeout_minutes
    return min(recipe.timeout_minutes, SAS_MINUTES_FOR_FIRST_STEP)


def _own_identity(recipe: Recipe) -> str | None:
    profile = recipe.properties.vm_profile
    return next(iter(profile.user_assigned_identities or ()), None) if profile else None
