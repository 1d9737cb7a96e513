"""Azure VM Image Builder: the few calls that a build needs, each exactly one request.

A template is named by its name, if it lies in the resource group of the builds, or by its resource
id. Kiln polls the template, never an operation URL: `lastRunStatus` survives restarts and needs no
token. Retries by status are the plan's, not the SDK's: azure-core would repeat an unanswered POST
of a run, and would sleep through any `Retry-After` inside the activity (azure-core 1.41).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from azure_clients.azure_errors import translated
from azure_clients.credential import credential
from imaging.arm_ids import ArmIdKind, parse_arm_id
from imaging.errors import ConflictError, NotFoundError, RequestError, TemplateError
from imaging.names import BUILD_ID_TAG
from imaging.redaction import without_queries
from settings import settings

if TYPE_CHECKING:
    from azure.mgmt.imagebuilder import ImageBuilderClient
    from azure.mgmt.imagebuilder.operations import VirtualMachineImageTemplatesOperations

API_VERSION = "2025-10-01"
_NOTHING_TO_DELETE = 204
_MADE = "Succeeded"


@cache
def image_builder_client() -> ImageBuilderClient:
    """Return the process's one client of AIB."""
    from azure.mgmt.imagebuilder import ImageBuilderClient  # noqa: PLC0415 - not at indexing

    return ImageBuilderClient(
        credential(),
        settings().subscription_id,
        base_url=settings().arm_endpoint,
        credential_scopes=[f"{settings().arm_audience}/.default"],
        api_version=API_VERSION,
        connection_timeout=5,
        read_timeout=60,
        retry_total=2,
        retry_status=0,
    )


def _templates() -> VirtualMachineImageTemplatesOperations:
    return image_builder_client().virtual_machine_image_templates


def put_template(template_name: str, body: dict[str, Any], build_id: str) -> None:
    """Ask for a template, or adopt the one that an earlier try of this build asked for.

    Raises:
        TemplateError: AIB refuses the body.
        ConflictError: a template of this name exists that is not this build's.
        TransientError: busy or unanswered; calling again is safe.
    """
    group = settings().build_resource_group
    try:
        with translated(f"creating template {template_name}"):
            _templates().begin_create_or_update(group, template_name, body, polling=False)
    except RequestError as refused:
        raise TemplateError(str(refused)) from refused
    except ConflictError:
        existing = get_template(template_name)
        if (existing.get("tags") or {}).get(BUILD_ID_TAG) != build_id:
            raise ConflictError(
                f"template {template_name} exists in {group} and is not this build's"
                f" (tag {BUILD_ID_TAG}); delete it or start the build again"
            ) from None


def get_template(template: str) -> dict[str, Any]:
    """Read a template in AIB's own names.

    Raises:
        NotFoundError: there is none.
    """
    with translated(f"reading template {template}"):
        found: dict[str, Any] = _templates().get(*_group_and_name(template)).as_dict()
    return found


def post_run(template: str) -> None:
    """Start a run; never repeated by the SDK, because an unanswered POST may have worked.

    Raises:
        ConflictError: it runs already.
        TransientError: look at the template before calling again.
    """
    with translated(f"starting the run of template {template}"):
        _templates().begin_run(*_group_and_name(template), polling=False, retry_total=0)


def get_run_output(template: str, run_output_name: str) -> str:
    """Read what a run distributed: an image id, a gallery image version id or a VHD's URI.

    Empty while AIB is still at it. Older templates get the URI of a VHD with a signature, which
    must not be stored (azvmimagebuilder: vhdUpdate2021.md).

    Raises:
        NotFoundError: AIB has no such run output (yet).
    """
    with translated(f"reading run output {run_output_name} of template {template}"):
        found = _templates().get_run_output(*_group_and_name(template), run_output_name)
    properties = found.as_dict().get("properties", {})
    if properties.get("provisioningState", _MADE) != _MADE:
        return ""
    return without_queries(properties.get("artifactId") or properties.get("artifactUri") or "")


def delete_template(template: str) -> bool:
    """Ask for the deletion; answer whether the template is gone already.

    Raises:
        TransientError: AIB does not delete it now (it runs, or is being created).
    """
    statuses: list[int] = []
    try:
        with translated(f"deleting template {template}"):
            _templates().begin_delete(
                *_group_and_name(template),
                polling=False,
                raw_response_hook=lambda answer: statuses.append(answer.http_response.status_code),
            )
    except NotFoundError:
        return True
    return statuses[-1] == _NOTHING_TO_DELETE


def _group_and_name(template: str) -> tuple[str, str]:
    in_another_group = parse_arm_id(ArmIdKind.IMAGE_TEMPLATE, template)
    if in_another_group:
        return in_another_group.resource_group, in_another_group.name
    return settings().build_resource_group, template
