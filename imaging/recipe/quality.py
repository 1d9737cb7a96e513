"""`optimize`, `validate` and `errorHandling` of a template (swagger 2025-10-01)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from imaging.recipe.customize import Validator
from imaging.recipe.field_types import EnabledOrDisabled, HttpsUrl, Sha256
from imaging.recipe.strict_model import StrictModel


class VmBoot(StrictModel):
    """Optimization of the boot time."""

    state: EnabledOrDisabled
    """Enabled makes VMs of this image start faster."""


class Workload(StrictModel):
    """Optimization for a workload, new in API version 2025-10-01."""

    state: EnabledOrDisabled | None = None
    """Enabled optimizes the image for the workload."""
    script_uri: HttpsUrl | None = None
    """Address of the script that runs the workload."""
    sha256_checksum: Sha256 | None = None
    """SHA-256 of the script, in lower case."""


class Optimize(StrictModel):
    """Optimizations of the finished image."""

    vm_boot: VmBoot | None = None
    """Optimization of the boot time."""
    workload: Workload | None = None
    """Optimization for a workload."""


class Validation(StrictModel):
    """Checks in a new VM made of the built image; a failed one always ends the run as Failed."""

    continue_distribute_on_failure: bool | None = None
    """Distribute the image although a check failed; false if left out."""
    source_validation_only: bool | None = None
    """Check the source image only and build nothing; false if left out."""
    in_vm_validations: list[Validator] | None = Field(default=None, alias="inVMValidations")
    """The checks, in their order."""


class ErrorHandling(StrictModel):
    """What becomes of the build VM after an error."""

    on_customizer_error: Literal["cleanup", "abort"] | None = None
    """cleanup (default) deletes the build VM, abort leaves it running at your cost."""
    on_validation_error: Literal["cleanup", "abort"] | None = None
    """cleanup (default) deletes the validation VM, abort leaves it running at your cost."""
