"""What only AzureImageBuilderTaskV2@2 has: validation, error handling, tags, staging group."""

from __future__ import annotations

import json

from imaging.migration.draft import Draft
from imaging.migration.run_values import Kind
from imaging.migration.scripts import take_script

PROVISIONERS = {"shell": "Shell", "powershell": "PowerShell"}


def put_extras(draft: Draft) -> None:
    """Take the inputs that only the second version has.

    Args:
        draft: gets them.
    """
    properties = ("properties",)
    place = (*properties, "stagingResourceGroup")
    draft.put(place, draft.resource_id("stagingResourceGroup"), "stagingResourceGroup")
    if draft.flag("optimizeVmBoot"):
        draft.put((*properties, "optimize", "vmBoot", "state"), "Enabled", "optimizeVmBoot")
    for name in ("onCustomizerError", "onValidationError"):
        source = f"errorHandling{name[0].upper()}{name[1:]}"
        draft.put((*properties, "errorHandling", name), draft.text(source).lower(), source)
    _tags(draft)
    _validation(draft)


def _tags(draft: Draft) -> None:
    text = draft.value("managedResourceTags", Kind.TEXT)
    if not text:
        return
    try:
        tags = json.loads(text)
    except (ValueError, RecursionError):
        draft.refuse("managedResourceTags", 'is no JSON; write it as {"name": "value"}')
        return
    if not isinstance(tags, dict) or any(isinstance(one, dict | list) for one in tags.values()):
        draft.refuse("managedResourceTags", 'holds no texts alone; write it as {"name": "value"}')
        return
    draft.put(("properties", "managedResourceTags"), tags, "managedResourceTags")


def _validation(draft: Draft) -> None:
    wanted = draft.flag("enableValidation")
    only_source = draft.flag("sourceValidationOnly")
    goes_on = draft.flag("continueDistributeOnFailure")
    lines = take_script(draft, "validationInlineScript")
    if not wanted:
        return
    place = ("properties", "validate")
    if goes_on:
        draft.put((*place, "continueDistributeOnFailure"), True, "continueDistributeOnFailure")
    if only_source:
        draft.put((*place, "sourceValidationOnly"), True, "sourceValidationOnly")
    if any(lines):
        kind = draft.choice("provisioner", "powershell", PROVISIONERS)
        elevated = kind == "PowerShell" and draft.flag("runElevated", default=True)
        rights = {"runElevated": True} if elevated else {}
        step = {"type": kind, "inline": lines, **rights}
        draft.put((*place, "inVMValidations", 0), step, "validationInlineScript")
