"""The refusals of the simulator: status, code and text as AIB and its gateway (ARM) send them.

Sources and how sure each status is: docs/local-cloud-coverage.md.
"""

from __future__ import annotations

from typing import Any

from localcloud.image_builder.api_versions import NAMES, ApiVersion
from localcloud.image_builder.regions import PUBLIC_REGIONS

PROVIDER = "Microsoft.VirtualMachineImages"
SEE_TROUBLESHOOTING = "For more details, go to https://aka.ms/azvmimagebuilderts."

IDENTITY_NEEDED = (
    "Managed identity is required for building this template using current API version"
)


class ArmError(Exception):
    """A refused call.

    Args:
        status: HTTP status.
        code: `error.code`.
        message: `error.message`.
        gateway: whether ARM refuses before the provider sees the call; its errors are always
            nested and carry `x-ms-failure-cause`.
    """

    def __init__(self, status: int, code: str, message: str, *, gateway: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.gateway = gateway

    def body(self, version: ApiVersion | None) -> dict[str, Any]:
        """Return the envelope in the form of the API version."""
        error = {"code": self.code, "message": self.message}
        if self.gateway or version is None or version.nests_errors:
            return {"error": error}
        return error


def not_simulated(feature: str) -> ArmError:
    """Name what the simulator does not do."""
    return ArmError(
        501, "NotSimulated", f"the local cloud does not simulate {feature}", gateway=True
    )


def api_version_missing() -> ArmError:
    """Refuse a call without `api-version`."""
    text = "The api-version query parameter (?api-version=) is required for all requests."
    return ArmError(400, "MissingApiVersionParameter", text, gateway=True)


def api_version_unknown(resource_type: str, name: str, known: tuple[str, ...] = NAMES) -> ArmError:
    """Refuse an API version that never was."""
    namespace, _, short = resource_type.partition("/")
    text = (
        f"The resource type '{short}' could not be found in the namespace '{namespace}' for api "
        f"version '{name}'. The supported api-versions are '{','.join(known)}'."
    )
    return ArmError(400, "InvalidResourceType", text, gateway=True)


def resource_not_found(resource_type: str, path: str, group: str) -> ArmError:
    """Answer for a resource that is not there."""
    text = (
        f"The Resource '{resource_type}/{path}' under resource group '{group}' was "
        "not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    return ArmError(404, "ResourceNotFound", text, gateway=True)


def resource_group_not_found(name: str) -> ArmError:
    """Answer for a resource group that is not there."""
    text = f"Resource group '{name}' could not be found."
    return ArmError(404, "ResourceGroupNotFound", text, gateway=True)


def group_is_elsewhere(wanted: str, location: str) -> ArmError:
    """Refuse to move a resource group to another region."""
    text = (
        f"Invalid resource group location '{wanted}'. The Resource group already exists in "
        f"location '{location}'."
    )
    return ArmError(409, "InvalidResourceGroupLocation", text, gateway=True)


def no_such_location(location: str, resource_type: str, known: tuple[str, ...]) -> ArmError:
    """Answer for a region that a provider is not in."""
    text = (
        f"No registered resource provider found for location '{location}' and API version "
        f"'{known[-1]}' for type '{resource_type}'. The supported api-versions are "
        f"'{', '.join(known)}'. The supported locations are '{', '.join(PUBLIC_REGIONS)}'."
    )
    return ArmError(400, "NoRegisteredProviderFound", text, gateway=True)


def operation_not_found(operation_id: str) -> ArmError:
    """Answer for an operation that was never started here."""
    return ArmError(404, "NotFound", f"Operation '{operation_id}' was not found.")


def validation_failed(faults: list[str]) -> ArmError:
    """Refuse a body, naming every fault."""
    return ArmError(400, "ValidationFailed", f"Validation failed: {'; '.join(faults)}")


def location_required() -> ArmError:
    """Refuse a resource that says not where it is."""
    text = "The location property is required for this definition."
    return ArmError(400, "LocationRequired", text, gateway=True)


def invalid_json() -> ArmError:
    """Refuse a body that is no JSON object."""
    text = "The request content was invalid and could not be deserialized."
    return ArmError(400, "InvalidRequestContent", text, gateway=True)


def unmarshalling(cause: str) -> ArmError:
    """Refuse an unknown or mistyped field as API versions since 2024-02-01 do."""
    text = (
        f"Unmarshalling entity encountered error: {cause}. There is an issue with the syntax with "
        "the JSON template you are submitting. Please check the JSON template for syntax and "
        "grammar. For more information on the syntax and grammar of the JSON template, visit "
        "http://aka.ms/azvmimagebuildertmplref."
    )
    return ArmError(400, "ValidationFailed", text)


def template_exists() -> ArmError:
    """Refuse a PUT on a template: it cannot be changed."""
    text = "Update/Upgrade of image templates is currently not supported"
    return ArmError(409, "Conflict", text)


def not_allowed_while_creating(method: str) -> ArmError:
    """Refuse DELETE, PATCH and run before the template is there."""
    text = f"Operation '{method}' is not allowed in provisioningState: 'creating'"
    return ArmError(409, "OperationNotAllowed", text)


def not_allowed(operation: str, provisioning: str, run_state: str) -> ArmError:
    """Refuse an operation (`delete`, `run/action`, `cancel/action`) in this state."""
    text = (
        f"Operation {PROVIDER}/imageTemplates/{operation} is not allowed in provisioning state: "
        f"{provisioning} or run state: {run_state}."
    )
    return ArmError(409, "OperationNotAllowed", text)


def target_missing_in_update(run_output_name: str) -> ArmError:
    """Refuse a PATCH that leaves out a distribution target."""
    text = (
        f"Distribute target with Runoutput name {run_output_name} not found in the update "
        "request. Deleting a distribution target is not allowed."
    )
    return validation_failed([text])
