"""Answers with a template in the exact form of an API version: which defaults, in which order.

Recorded forms up to 2023-07-01; later versions answer like that one (no recording exists).
"""

from __future__ import annotations

from typing import Any

from localcloud.image_builder.api_versions import ApiVersion

_SECTIONS = (
    "source",
    "customize",
    "optimize",
    "validate",
    "distribute",
    "errorHandling",
    "provisioningState",
    "provisioningError",
    "lastRunStatus",
    "buildTimeoutInMinutes",
    "vmProfile",
    "stagingResourceGroup",
    "exactStagingResourceGroup",
    "additionalDataDisks",
    "autoRun",
    "managedResourceTags",
)


def render_properties(stored: dict[str, Any], version: ApiVersion) -> dict[str, Any]:
    """Return `properties` as the version answers them.

    Args:
        stored: canonical properties with `provisioningState` and what else is read-only.
        version: of the request that is answered.
    """
    shown = dict(stored)
    shown["source"] = _source(stored["source"], version)
    shown["customize"] = [_customizer(step, version) for step in stored.get("customize") or []]
    shown["distribute"] = [_target(t, version) for t in stored.get("distribute") or []]
    if stored.get("validate"):
        shown["validate"] = _validate(stored["validate"], version)
    if not version.is_first_preview:
        shown.setdefault("buildTimeoutInMinutes", 0)
    shown["vmProfile"] = _vm_profile(stored.get("vmProfile"), version)
    _staging_group(shown, version)
    return {name: shown[name] for name in _SECTIONS if shown.get(name) not in (None, [], {})}


def render_resource(resource: dict[str, Any], version: ApiVersion) -> dict[str, Any]:
    """Order the top-level fields as the version does."""
    if version.is_first_preview:
        return {name: resource[name] for name in sorted(resource) if name != "identity"}
    order = ("properties", "identity", "id", "name", "type", "location", "tags")
    if version.has_staging_group:
        order = ("properties", "identity", "tags", "location", "id", "name", "type")
    return {name: resource[name] for name in order if name in resource}


def _sorted(value: dict[str, Any]) -> dict[str, Any]:
    return {name: value[name] for name in sorted(value)}


def _source(source: dict[str, Any], version: ApiVersion) -> dict[str, Any]:
    shown = dict(source)
    exact = shown.pop("exactVersion", None)
    if version.has_exact_version:
        if exact is not None and ("imageVersionId" not in source or version.counts_versions):
            shown["exactVersion"] = exact
    elif exact is not None and shown.get("version") == "latest" != exact:
        shown["version"] = f"latest ({exact})" if version.needs_identity else exact
    return _sorted(shown)


def _customizer(step: dict[str, Any], version: ApiVersion) -> dict[str, Any]:
    shown = {name: value for name, value in step.items() if value is not None}
    if version.is_first_preview:
        shown.pop("sha256Checksum", None)
        if version.name.startswith("2019"):
            shown.setdefault("inline", None)
        return _sorted(shown)
    if not shown.get("sha256Checksum"):
        shown.pop("sha256Checksum", None)
    kind = str(step.get("type")).lower()
    if kind == "powershell":
        shown.setdefault("runElevated", False)
        if version.needs_identity:
            shown.setdefault("runAsSystem", False)
    if kind == "windowsrestart":
        shown.setdefault("restartCommand", "")
    return _sorted(shown)


def _validate(validate: dict[str, Any], version: ApiVersion) -> dict[str, Any]:
    shown = dict(validate)
    steps = shown.pop("inVMValidations", None) or []
    if steps:
        shown["inVMValidations"] = [_customizer(step, version) for step in steps]
    return shown


def _target(target: dict[str, Any], version: ApiVersion) -> dict[str, Any]:
    shown = dict(target)
    if version.is_first_preview:
        shown.setdefault("tags", shown.pop("artifactTags", {}))
        return _sorted(shown)
    shown["artifactTags"] = _sorted(target.get("artifactTags") or {})
    if str(target.get("type")).lower() == "sharedimage":
        if version.needs_identity:
            shown.setdefault("excludeFromLatest", False)
        if version.counts_versions:
            versioning = shown.get("versioning") or {}
            is_source = str(versioning.get("scheme")).lower() == "source"  # recorded: shown as null
            shown["versioning"] = None if is_source or not versioning else versioning
    return _sorted(shown)


def _vm_profile(profile: dict[str, Any] | None, version: ApiVersion) -> dict[str, Any] | None:
    if profile is None and not version.has_exact_version:
        return None
    given = profile or {}
    rest = {name: value for name, value in given.items() if name not in ("vmSize", "osDiskSizeGB")}
    size = given.get("vmSize") or ""
    return {"vmSize": size, "osDiskSizeGB": given.get("osDiskSizeGB") or 0, **rest}


def _staging_group(shown: dict[str, Any], version: ApiVersion) -> None:
    if version.has_staging_group:
        shown["stagingResourceGroup"] = shown.get("stagingResourceGroup") or ""
        shown.setdefault("exactStagingResourceGroup", "")
    else:
        shown.pop("stagingResourceGroup", None)
        shown.pop("exactStagingResourceGroup", None)
