"""`errorHandling` of a template: whether the build VM is kept after an error.

API reference: with `abort`, the build VM is preserved upon an error of a customizer or a
validation; with `cleanup`, the default, it and its network resources are cleaned up.
"""

from __future__ import annotations

from typing import Any

_CHOICES = {"Customizing": "onCustomizerError", "Validating": "onValidationError"}


def keeps_build_vm(properties: dict[str, Any], failed_in: str) -> bool:
    """Tell whether the build VM outlives a failed run.

    With `continueDistributeOnFailure` it does not: it becomes the image (assumed).

    Args:
        properties: the template's.
        failed_in: sub-state whose own error ended the run; empty when something else did.
    """
    choice = _CHOICES.get(failed_in, "")
    handling = properties.get("errorHandling") or {}
    if str(handling.get(choice)).lower() != "abort":
        return False
    validate = properties.get("validate") or {}
    return failed_in == "Customizing" or not validate.get("continueDistributeOnFailure")
